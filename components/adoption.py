"""What can be read of a tenant that was set up by hand. Reads only; Flex's side needs no key.

What can't be read becomes a `Gap`. The two halves meet in the entity id: it is by what Flex calls
itself that Google's log tells our SAML app from all others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from models.adoption import (
    AppFound,
    FlexFound,
    Gap,
    PeopleFound,
    SchemaFound,
    find_app,
    find_people,
    find_schema,
)
from models.errors import FlexSsoError
from models.flex import Generation
from providers.google.directory_api import DirectoryApi
from providers.google.reports_api import ReportsApi
from providers.twilio.account import domain_of
from providers.twilio.flex_api import FlexApi
from providers.twilio.sign_in_probe import SignInProbe

if TYPE_CHECKING:
    from providers.settings import Settings
    from providers.twilio.sign_in_probe import Seen

SHOWN = 5
NO_SIGN_IN = "without one there is nothing to adopt; ./flexsso new without --adopt sets it up"


class GoogleFound(NamedTuple):
    """`changes` say what the first `up` would write after all."""

    schema: SchemaFound | Gap
    people: PeopleFound | None
    app: AppFound | Gap
    changes: list[str]


# Flex --------------------------------------------------------------------------------------------


def look_at_flex(
    settings: Settings, account_sid: str, connection: str | None, *, legacy: bool
) -> FlexFound | Gap:
    """How Flex signs people in. `connection` and `legacy` are what somebody knows already.

    Raises FlexSsoError if Flex can't be asked.
    """
    probe = SignInProbe(settings, account_sid)
    public = probe.public_configuration()
    if public is None:
        why = f"{account_sid} has none; Console > Account info shows the right one"
        return Gap("Flex", why, "--account-sid AC…")
    domain = domain_of(public)
    chosen = _connection(probe, connection, legacy=legacy)
    if isinstance(chosen, Gap):
        return chosen
    generation = Generation.ENHANCED if chosen else Generation.LEGACY
    seen = probe.look(generation, chosen, domain)
    if not seen.sso_url or seen.why_not:
        why = f"Flex sends nobody to Google ({seen.why_not})"
        return Gap("the sign-in", why, NO_SIGN_IN)
    popup = bool((public.get("public_attributes") or {}).get("loginPopup"))
    return _flex_found(account_sid, domain, chosen, seen, popup=popup)


def _connection(probe: SignInProbe, given: str | None, *, legacy: bool) -> str | Gap | None:
    """The connection of enhanced SSO; None for legacy SSO."""
    if given or legacy:
        return None if legacy else given
    active = [one.connection for one in probe.connections() if one.active]
    if len(active) > 1:
        why = f"Flex lists several that are active: {', '.join(active)}"
        return Gap("the SSO connection", why, "--connection JQ…", tuple(active))
    return active[0] if active else None


def _flex_found(
    account_sid: str, domain: str, connection: str | None, seen: Seen, *, popup: bool
) -> FlexFound:
    return FlexFound(
        account_sid=account_sid,
        runtime_domain=domain,
        generation=Generation.ENHANCED if connection else Generation.LEGACY,
        connection=connection,
        login_popup=popup,
        sso_url=seen.sso_url,
        sp_entity_id=seen.issuer,
        acs_url=seen.acs_url,
    )


def key_problem(settings: Settings, account_sid: str) -> str:
    """Why the API key will not do for the first `up`; "" if it will."""
    try:
        account = str(FlexApi(settings, account_sid).configuration().get("account_sid") or "")
    except FlexSsoError as error:
        return error.what
    return "" if account == account_sid else f"the Twilio key belongs to {account}"


# Google ------------------------------------------------------------------------------------------


def look_at_google(
    settings: Settings, customer: str, sp_entity_id: str, *, schema: str, app: str
) -> GoogleFound:
    """Schema, people and SAML app. `schema` and `app` are names that somebody knows, or "".

    Raises FlexSsoError if Google can't be asked.
    """
    directory = DirectoryApi(settings, customer)
    schemas = directory.schemas()
    found = find_schema(schemas, schema)
    people, changes = None, []
    if isinstance(found, SchemaFound):
        people = find_people(directory.people(found.name), found)
        changes = _changes(schemas, found, people)
    named = AppFound(app, "you") if app else _app(settings, customer, sp_entity_id, people)
    return GoogleFound(found, people, named, changes)


def _app(
    settings: Settings, customer: str, sp_entity_id: str, people: PeopleFound | None
) -> AppFound | Gap:
    reports = ReportsApi(settings, customer)
    holders = people.emails if people else set()
    try:
        logins = [app for who, app in reports.apps_logged_in_to() if who in holders]
        return find_app(reports.app_events(), logins, sp_entity_id)
    except FlexSsoError as error:
        return Gap("the SAML app's name", error.what, "--app NAME")


def _changes(schemas: list[dict[str, Any]], found: SchemaFound, people: PeopleFound) -> list[str]:
    (live,) = (one for one in schemas if one["schemaName"] == found.name)
    changes = []
    if found.would_change(live.get("fields", [])):
        changes.append(f"adds the field Full Name to {found.display_name}")
    if people.nameless:
        names = ", ".join(people.nameless[:SHOWN]) + (" …" if people.nameless[SHOWN:] else "")
        changes.append(f"writes the directory's name for {len(people.nameless)} people: {names}")
    return changes
