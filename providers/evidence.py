"""Proof that sign-in works: where Google's word and Flex's word about one person meet.

Google's `saml` log says that somebody logged in to the app; Flex has a TaskRouter worker of that
name, written at the login, with the roles that Google's directory holds. Only both together, after
the last change, count. This is the one place of the providers that talks to both vendors (see
docs/adr); it is imported only when there is a sign-in to prove.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from models.app_history import our_app
from models.certificate import parse_pem
from models.errors import FlexSsoError
from models.failures_catalogue import failure_of
from models.roles import same_value
from providers.google.directory_api import DirectoryApi
from providers.google.reports_api import CLOCK_SKEW, Login, LoginFailure, ReportsApi
from providers.twilio.answers import a_time
from providers.twilio.flex_api import FlexApi

if TYPE_CHECKING:
    from providers.settings import Settings

CANDIDATES = 20
LONGEST_HISTORY = timedelta(days=30)
NO_LOGIN = "Google's log shows no login since the change"


class WhereToLook(BaseModel):
    """The names under which a sign-in leaves its traces."""

    customer: str
    app_name: str
    schema_name: str
    roles_field: str
    account_sid: str
    workspace_sid: str


class Proof(BaseModel):
    """A sign-in that both sides confirm, or the reason why there is none yet."""

    email: str = ""
    time: str = ""
    initiated_by: str = ""
    roles: list[str] = []
    why_not: str = ""

    @property
    def found(self) -> bool:
        """Whether somebody's sign-in was confirmed."""
        return bool(self.email)


def prove_sign_in(settings: Settings, where: WhereToLook, since: str) -> Proof:
    """The newest sign-in after `since` (RFC 3339) that both sides confirm.

    Never raises an expected error: not being able to look is a reason like any other.
    """
    try:
        reports = ReportsApi(settings, where.customer)
        logins = reports.logins(where.app_name, since)
        newest = {login.email: login for login in reversed(logins)}
        tried = sorted(newest.values(), key=lambda found: found.time, reverse=True)[:CANDIDATES]
        reasons = []
        for login in tried:
            roles, reason = _confirm(settings, where, login)
            if not reason:
                return Proof(**login._asdict(), roles=roles)
            reasons.append((_time(login.time), reason))
        refused = reports.login_failures(where.app_name, since)
    except FlexSsoError as error:
        return Proof(why_not=error.what)
    reasons += [(_time(one.time), _refusal(one)) for one in refused[:1]]
    return Proof(why_not=max(reasons)[1] if reasons else NO_LOGIN)


def in_force_since(
    settings: Settings, where: WhereToLook, sp_entity_id: str, certificate: str, now: datetime
) -> datetime:
    """Since when a record that was in force before anybody recorded it has been so (see docs/adr).

    That is the last of: a month ago, the certificate's first day, and the last change of the SAML
    app that Google's log tells of. A log that can't be read, or an app that is gone: now.
    """
    try:
        events = ReportsApi(settings, where.customer).app_events(where.app_name)
        app, begins = our_app(events, sp_entity_id), parse_pem(certificate).not_before
    except FlexSsoError:
        return now
    if app and app.deleted:
        return now
    return max(now - LONGEST_HISTORY, begins, *([_time(app.changed)] if app else []))


def _refusal(failure: LoginFailure) -> str:
    """Whom Google did not let in, why, and where that is put right."""
    who, why = failure.email or "somebody", failure.failure_type or "no reason given"
    said = f"Google refused {who} at {failure.time}: {why}"
    if known := failure_of(failure.failure_type):
        said += f". {known.advice} ({known.where})"
    return said


def _confirm(settings: Settings, where: WhereToLook, login: Login) -> tuple[list[str], str]:
    """(roles, "") if Flex shows this login with the directory's roles, else ([], why not)."""
    person = DirectoryApi(settings, where.customer).person(login.email, where.schema_name)
    wanted = person.values.get(where.roles_field) if person else None
    worker = FlexApi(settings, where.account_sid).worker(where.workspace_sid, login.email)
    if worker is None:
        return [], f"{login.email} logged in at Google, but Flex has no such worker"
    if a_time(worker, "date_updated") < _time(login.time) - CLOCK_SKEW:
        return [], f"{login.email} logged in at Google, but Flex did not take it in"
    has: Any = worker["attributes"].get("roles")
    if not same_value(has, wanted):
        return [], f"{login.email} has roles {has} in Flex and {wanted} at Google"
    return sorted(str(role) for role in has) if isinstance(has, list) else [], ""


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)
