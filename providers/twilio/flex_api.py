"""The Flex Configuration and TaskRouter APIs in our verbs, through twilio's own client.

The client has no base address to set, so its HTTP client rewrites each one. It can't post a
Configuration (its resource takes no dict), so that goes through `client.request` as JSON.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from models.errors import UnreachableError
from providers.retry import retrying
from providers.settings import twilio_key
from providers.twilio.answers import HINT, a_text, an_object, json_object, json_text, objects
from providers.twilio.failures import translate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from twilio.rest import Client  # noqa: TID251  this is the façade

    from providers.settings import Settings

CONFIGURATION = "https://flex-api.twilio.com/v1/Configuration"
TASKROUTER = "https://taskrouter.twilio.com/v1/Workspaces"
INSTANCES = "https://flex-api.twilio.com/v1/Instances"
PAGE = 1000


class FlexApi:
    """One Flex account, with its API key."""

    def __init__(self, settings: Settings, account_sid: str) -> None:
        self._account_sid = account_sid
        self._hint = settings.endpoints.hint
        self._client = _client(settings, account_sid)

    def configuration(self) -> dict[str, Any]:
        """The whole Flex Configuration document."""
        return self._send("GET", CONFIGURATION, "reading the Flex configuration")

    def post_configuration(self, changes: dict[str, Any]) -> dict[str, Any]:
        """Replace the top-level keys of `changes`, each as a whole, and no other."""
        body = {"account_sid": self._account_sid, **changes}
        return self._send("POST", CONFIGURATION, "writing the Flex configuration", body=body)

    def worker(self, workspace_sid: str, name_id: str) -> dict[str, Any] | None:
        """The TaskRouter worker of that NameID, its `attributes` parsed, or None."""
        page = self._send(
            "GET",
            f"{TASKROUTER}/{workspace_sid}/Workers",
            f"looking for worker {name_id}",
            params={"FriendlyName": name_id},
        )
        for worker in objects(page, "workers", "TaskRouter's workers"):
            if str(worker.get("friendly_name")).casefold() == name_id.casefold():
                return {**worker, "attributes": json_text(worker, "attributes")}
        return None

    def workers(self, workspace_sid: str) -> Iterator[dict[str, Any]]:
        """All TaskRouter workers by `friendly_name`, `attributes` parsed, 1000 a page."""
        for worker in self._all(f"{TASKROUTER}/{workspace_sid}/Workers", "workers"):
            name, attributes = a_text(worker, "friendly_name"), json_text(worker, "attributes")
            yield {**worker, "friendly_name": name, "attributes": attributes}

    def users(self, instance_sid: str) -> Iterator[dict[str, Any]]:
        """All Flex users (a public beta): `username`, `email`, `full_name`, `roles`, `worker_sid`.

        Raises NotFoundError or PermissionDeniedError where the account has no such API.
        """
        yield from self._all(f"{INSTANCES}/{instance_sid}/Users", "users")

    def _all(self, url: str, what: str) -> Iterator[dict[str, Any]]:
        """The items of a list, 1000 a page; our key is sent along, so to no other address."""
        first, params = url, {"PageSize": PAGE}
        while url:
            page = self._send("GET", url, f"listing {what}", params=params)
            yield from objects(page, what, f"the {what}")
            url, params = _next_page(page, first), {}

    def _send(
        self,
        method: str,
        url: str,
        doing: str,
        *,
        params: dict[str, Any] | None = None,
        body: dict[str, Any] | None = None,
    ) -> dict[str, Any]:
        headers = {"Content-Type": "application/json"} if body is not None else {}

        def once() -> dict[str, Any]:
            response = self._ask(
                method, url, doing, params=params or None, data=body, headers=headers
            )
            if response.status_code >= 400:
                wait = (response.headers or {}).get("Retry-After")
                raise translate(response.status_code, response.text, doing, wait)
            return json_object(response.text, doing)

        return retrying(once)

    def _ask(self, method: str, url: str, doing: str, **parts: Any) -> Any:
        import requests  # noqa: PLC0415

        try:
            return self._client.request(method, url, **parts)
        except requests.RequestException as error:
            raise UnreachableError(
                f"Twilio: no answer while {doing} ({type(error).__name__})", hint=self._hint
            ) from None


def _next_page(page: dict[str, Any], first: str) -> str:
    """The address of the next page, on the host of the first one."""
    url = str(an_object(page, "meta").get("next_page_url") or "")
    if url and not url.startswith(f"https://{urlsplit(first).hostname}/"):
        raise UnreachableError("Twilio's answer names a next page elsewhere", hint=HINT)
    return url


def _client(settings: Settings, account_sid: str) -> Client:
    from twilio.http.http_client import TwilioHttpClient  # noqa: PLC0415  slow import
    from twilio.rest import Client  # noqa: PLC0415, TID251

    class AtEndpoint(TwilioHttpClient):  # type: ignore[misc]
        def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
            return super().request(method, settings.endpoints.url(url), *args, **kwargs)

    key = twilio_key(settings)
    return Client(
        key.api_key,
        key.api_secret.get_secret_value(),
        account_sid,
        http_client=AtEndpoint(timeout=settings.endpoints.timeout_seconds),
    )
