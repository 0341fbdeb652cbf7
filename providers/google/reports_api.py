"""The Reports API in our verbs: what the SAML app's log and the admin log say.

Both lag behind (minutes, at worst an hour) and are kept for 180 days. Failed logins often carry no
application name, so those are matched by person and time. Source: Reports API, activity reports
for `saml` and `admin`.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from models.app_history import NAME
from providers.google.service import build_service, google_errors
from providers.retry import retrying

if TYPE_CHECKING:
    from collections.abc import Iterator

    from providers.settings import Settings

SCOPES = ("admin.reports.audit.readonly",)
APP_EVENTS = "SAML2_SERVICE_PROVIDER_CONFIG"
CLOCK_SKEW = timedelta(minutes=2)


class Login(NamedTuple):
    """A successful SAML login: who, when (RFC 3339), and who began it (idp or sp)."""

    email: str
    time: str
    initiated_by: str


class LoginFailure(NamedTuple):
    """A failed SAML login. `failure_type` is Google's word: failure_app_not_enabled_for_user …"""

    email: str
    time: str
    failure_type: str
    initiated_by: str


class AppEvent(NamedTuple):
    """A change of a SAML app in the admin log. `name` is Google's event name."""

    name: str
    time: str
    actor: str
    parameters: dict[str, str]


class ReportsApi:
    """The activity logs of one customer."""

    def __init__(self, settings: Settings, customer: str) -> None:
        self._customer = customer
        self._hint = settings.endpoints.hint
        self._service = build_service(settings, "admin", "reports_v1", SCOPES)

    def logins(self, app_name: str, since: str | None = None) -> list[Login]:
        """Successful logins to the app after `since` (RFC 3339), newest first."""
        return [
            Login(actor, time, parameters.get("initiated_by", ""))
            for name, time, actor, parameters in self._events("saml", since)
            if name == "login_success" and parameters.get("application_name") == app_name
        ]

    def apps_logged_in_to(self) -> list[tuple[str, str]]:
        """(who, name of the SAML app) of each successful login, newest first."""
        return [
            (actor, parameters.get("application_name", ""))
            for name, _, actor, parameters in self._events("saml", None)
            if name == "login_success"
        ]

    def login_failures(self, app_name: str, since: str | None = None) -> list[LoginFailure]:
        """Failed logins after `since`, newest first: to the app, or where Google names none."""
        return [
            LoginFailure(
                actor, time, parameters.get("failure_type", ""), parameters.get("initiated_by", "")
            )
            for name, time, actor, parameters in self._events("saml", since)
            if name == "login_failure"
            and parameters.get("application_name", "").strip() in {"", app_name}
        ]

    def app_events(self, app_name: str | None = None) -> list[AppEvent]:
        """Creation, deletion and changes of the app of that name (or of all), oldest first.

        Queried without an event name: an unknown one would fail the whole call.
        """
        found = [
            AppEvent(*event)
            for event in self._events("admin", None)
            if APP_EVENTS in event[0]
            and (app_name is None or event[3].get(NAME, "").casefold() == app_name.casefold())
        ]
        return found[::-1]

    def _events(
        self, application: str, since: str | None
    ) -> Iterator[tuple[str, str, str, dict[str, str]]]:
        """Events after `since`, newest first.

        Google refuses a start in its future, which is where a fast clock of ours would put it; so
        it is asked for a little more, and `since` is looked at here.
        """
        start = _a_little_before(since) if since else None
        token: str | None = None
        while True:
            page = self._page(application, start, token)
            for item in page.get("items", []):
                actor = item.get("actor", {}).get("email", "").lower()
                time = item.get("id", {}).get("time", "")
                told = time and not (since and _moment(time) < _moment(since))
                for event in item.get("events", []) if told else []:
                    parameters = {
                        p.get("name", ""): str(p.get("value", ""))
                        for p in event.get("parameters", [])
                    }
                    yield event.get("name", ""), time, actor, parameters
            token = page.get("nextPageToken")
            if not token:
                return

    def _page(self, application: str, since: str | None, token: str | None) -> dict[str, Any]:
        given = {"startTime": since, "pageToken": token}
        if self._customer != "my_customer":
            given["customerId"] = self._customer
        request = self._service.activities().list(
            userKey="all",
            applicationName=application,
            maxResults=1000,
            **{key: value for key, value in given.items() if value},
        )

        def once() -> dict[str, Any]:
            with google_errors(f"reading the {application} log (Reports API)", self._hint):
                return dict(request.execute())

        return retrying(once)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _a_little_before(since: str) -> str:
    return (_moment(since).astimezone(UTC) - CLOCK_SKEW).strftime("%Y-%m-%dT%H:%M:%SZ")
