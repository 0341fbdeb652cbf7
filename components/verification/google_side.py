"""OBSERVE at Google: the schema, the SAML app (by the admin log), and its certificate."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from components.verification.looking import looked, proved, unobservable, waiting
from components.verification.people import look_at_people
from components.verification.predictions import look_ahead
from models.app_history import our_app
from models.certificate import Severity, problems
from models.finding import Finding, Part, Result, Who, compared
from models.phase import NEXT_STEP, Phase
from models.roles import plain_text
from providers.google.directory_api import DirectoryApi
from providers.google.reports_api import ReportsApi

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from components.verification.expected import Expected
    from components.verification.traces import Traces
    from models.certificate import Certificate
    from models.custom_schema import SchemaField
    from providers.settings import Settings

APPS = "Google Admin console: Apps > Web and mobile apps"
ATTRIBUTES = "Google Admin console: Directory > Users > More options > Manage custom attributes"


def look_at_google(settings: Settings, expected: Expected, traces: Traces) -> list[Finding]:
    """The schema, the app and its certificate, and the people's values and sign-ins to be."""
    directory = DirectoryApi(settings, expected.tenant.google.customer)
    schema = looked(Part.OBSERVE, "custom_schema", lambda: _schema(directory, expected))
    return [
        *schema,
        *_certificate(expected),
        *looked(Part.OBSERVE, "saml_app", lambda: _app(settings, expected)),
        *looked(Part.OBSERVE, "roles", lambda: look_at_people(traces, expected)),
        *looked(Part.PREDICT, "sign_in", lambda: look_ahead(traces, expected)),
    ]


# Schema --------------------------------------------------------------------------------------


def _schema(directory: DirectoryApi, expected: Expected) -> Iterator[Finding]:
    wanted = expected.tenant.google.custom_schema
    live = directory.find_schema(expected.schema_name, wanted.display_name)
    if live is None:
        where, who = ATTRIBUTES, Who.STACK
        if not expected.deployed:
            note = "it is not there yet: pulumi up makes it"
            yield waiting(Part.OBSERVE, "custom_schema", note, who=who, where=where)
            return
        yield compared("custom_schema", expected.schema_name, "(deleted)", who=who, where=where)
        return
    name = str(live.get("displayName") or live["schemaName"])
    yield compared(
        "custom_schema.display_name",
        wanted.display_name,
        name,
        who=Who.GOOGLE_ADMIN,
        where=ATTRIBUTES,
    )
    fields = {field["fieldName"]: field for field in live.get("fields", [])}
    for ours, field in wanted.fields.items():
        theirs = fields.get(expected.field_names.get(ours, ours))
        yield _field(ours, field, theirs)


def _field(name: str, wanted: SchemaField, live: dict[str, Any] | None) -> Finding:
    api = wanted.to_api(name)
    keys = ("displayName", "fieldType", "multiValued", "readAccessType")
    shown = "(missing)" if live is None else _words(live, keys)
    return compared(
        f"custom_schema.{name}", _words(api, keys), shown, who=Who.GOOGLE_ADMIN, where=ATTRIBUTES
    )


def _words(field: Any, keys: tuple[str, ...]) -> str:
    defaults = {"multiValued": False, "readAccessType": "ALL_DOMAIN_USERS"}
    return ", ".join(plain_text(field.get(key, defaults.get(key, ""))) for key in keys)


# SAML app ------------------------------------------------------------------------------------


def _certificate(expected: Expected) -> Iterator[Finding]:
    """Of Google's file: that it is there, and how long its certificate lasts."""
    if expected.metadata is None:
        step = NEXT_STEP[Phase.AWAITING_GOOGLE_APP]
        yield waiting(Part.OBSERVE, "idp_metadata", step, who=Who.GOOGLE_ADMIN, where=APPS)
        return
    chosen = expected.certificate
    if chosen is None:
        note = "the metadata file has no certificate with the fingerprint of the stack"
        where = "tenant.saml_app.certificate"
        yield Finding(
            check="certificate", result=Result.DRIFT, note=note, who=Who.STACK, where=where
        )
        return
    if len(expected.metadata.certificates) > 1 and expected.tenant.saml_app.certificate is None:
        yield _two_certificates(chosen, expected)
    for problem in problems(chosen, expected.now):
        bad = problem.severity is Severity.ERROR
        yield Finding(
            check="certificate_not_after",
            result=Result.DRIFT if bad else Result.MATCH,
            observed=str(chosen),
            note=f"{problem.what}: {problem.hint}",
            who=Who.GOOGLE_ADMIN,
            where=f"{APPS} > {expected.tenant.saml_app.name} > Service provider details",
            warning=not bad,
        )
        return
    days = f"{chosen.days_left(expected.now)} days left"
    yield Finding(
        check="certificate_not_after", result=Result.MATCH, observed=str(chosen), note=days
    )


def _two_certificates(chosen: Certificate, expected: Expected) -> Finding:
    """For a rotation, so the recorded one stays; if none was recorded, somebody has to choose."""
    recorded = (expected.sso.get("recorded") or {}).get("certificate") == chosen.pem
    stays = f"; {chosen.fingerprint[:23]}…, which was recorded, stays" if recorded else ""
    return Finding(
        check="certificate.choice",
        result=Result.DRIFT,
        note=f"Google lists two certificates, and the stack names none{stays}",
        who=Who.STACK,
        where=f"./flexsso migrate certificate {expected.stack}, or tenant.saml_app.certificate",
        warning=recorded,
    )


def _app(settings: Settings, expected: Expected) -> Iterator[Finding]:
    """What the admin log says of the app since it was made; the log lags and forgets."""
    name, sp = expected.tenant.saml_app.name, expected.sp
    if expected.metadata is None or sp is None:
        return
    reports = ReportsApi(settings, expected.tenant.google.customer)
    app = our_app(reports.app_events(name), sp.entity_id)
    seen = app.observed if app else {}
    where = f"{APPS} > {name} > Service provider details"
    for check, wanted in (("acs_url", sp.acs_url), ("sp_entity_id", sp.entity_id)):
        yield _address(check, wanted, seen.get(check, ""), where, expected)
    yield from _unseen(expected)


def _address(check: str, wanted: str, observed: str, where: str, expected: Expected) -> Finding:
    """On the way between the generations, the app may still have the address from before."""
    more = {"who": Who.GOOGLE_ADMIN, "where": where}
    if expected.moving and observed not in {"", wanted}:
        note = f"it is still {observed}: ./flexsso migrate enhanced {expected.stack} leads on"
        values = {"expected": wanted, "observed": observed}
        return waiting(Part.OBSERVE, f"saml_app.{check}", note, **values, **more)
    if not observed:
        word = "Google's admin log tells of no change of it"
        return unobservable(f"saml_app.{check}", wanted, "", no_word=word, **more)
    return compared(f"saml_app.{check}", wanted, observed, **more)


def _unseen(expected: Expected) -> Iterator[Finding]:
    """Screens of the app that nothing shows. The proof covers the mapping, by the roles."""
    mapping = expected.tenant.attribute_mapping
    rows = ", ".join(f"{claim} ← {source}" for claim, source in mapping.items())
    app = f"{APPS} > {expected.tenant.saml_app.name}"
    yield from _service_provider(expected, f"{app} > Service provider details")
    if expected.proof:
        yield proved("saml_app.attribute_mapping", rows, expected.proof["time"])
    else:
        word = expected.attested.get("attribute_mapping", "")
        where = f"{app} > SAML attribute mapping"
        who = Who.GOOGLE_ADMIN
        yield unobservable("saml_app.attribute_mapping", rows, word, who=who, where=where)
    yield _user_access(expected, f"{app} > User access")


def _user_access(expected: Expected, where: str) -> Finding:
    """A sign-in shows that the app is ON for that person; for the others, only theirs would."""
    check = "saml_app.user_access"
    if not expected.proof:
        word = expected.attested.get("user_access", "")
        return unobservable(check, "ON", word, who=Who.GOOGLE_ADMIN, where=where)
    note = (
        f"so it was at {expected.proof['time'][:19]}Z, when somebody signed in; no API shows it now"
    )
    return Finding(check=check, result=Result.MATCH, expected="ON", observed="ON", note=note)


OBSERVED = frozenset({"ACS URL", "Entity ID"})
PROVED = frozenset({"Signed response", "Name ID"})


def _service_provider(expected: Expected, where: str) -> Iterator[Finding]:
    """The screen's other fields, as the hand-off shows them.

    Flex refuses what is not signed as a whole, and the proof is of a worker that has the person's
    e-mail address for a name: so a sign-in speaks for two of them.
    """
    screen = expected.screens.get("service_provider")
    for field in screen.fields if screen else ():
        if field.label in OBSERVED:
            continue
        check = (
            f"saml_app.{re.sub('[^a-z]+', '_', field.label.removesuffix(' (optional)').lower())}"
        )
        if field.label in PROVED and expected.proof:
            yield proved(check, field.value, expected.proof["time"])
            continue
        word = expected.attested.get("service_provider", "")
        no_word = "sign-in works with what is there" if expected.proof else "nobody attested it"
        more = {"who": Who.GOOGLE_ADMIN, "where": f"{where} > {field.label}"}
        yield unobservable(check, field.value, word, no_word=no_word, **more)
