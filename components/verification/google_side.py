"""OBSERVE at Google: schema, SAML app (by the admin log), certificate; and everybody's roles.

The people are read once, 500 a call, for the comparison here and for `predicted`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from components.verification.looking import looked, proved, summary, unobservable, waiting
from models.app_history import our_app
from models.certificate import Severity, problems
from models.custom_schema import FULL_NAME, ROLES
from models.finding import Finding, Part, Result, Who, compared
from models.phase import NEXT_STEP, Phase
from models.prediction import DirectoryPerson, claims_of, predict
from models.roles import plain_text, same_value
from providers.google.directory_api import DirectoryApi
from providers.google.reports_api import ReportsApi

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from components.verification.expected import Expected
    from models.custom_schema import SchemaField
    from providers.google.directory_api import Person
    from providers.settings import Settings

APPS = "Google Admin console: Apps > Web and mobile apps"
ATTRIBUTES = "Google Admin console: Directory > Users > More options > Manage custom attributes"
USER = "Google Admin console: Directory > Users"
PREDICT = Part.PREDICT


def look_at_google(settings: Settings, expected: Expected) -> list[Finding]:
    """The schema, the app and its certificate, and the people's values and sign-ins to be."""
    directory = DirectoryApi(settings, expected.tenant.google.customer)
    schema = looked(Part.OBSERVE, "custom_schema", lambda: _schema(directory, expected))
    return [
        *schema,
        *_certificate(expected),
        *looked(Part.OBSERVE, "saml_app", lambda: _app(settings, expected)),
        *looked(Part.OBSERVE, "roles", lambda: _people(directory, expected)),
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
    if chosen is None or (len(expected.metadata.certificates) > 1 and not _named(expected)):
        note = "Google lists two certificates: name the one to use in tenant.saml_app.certificate"
        yield Finding(check="certificate", result=Result.DRIFT, note=note, who=Who.STACK)
        return
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


def _named(expected: Expected) -> bool:
    return expected.tenant.saml_app.certificate is not None


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
        note = "" if check in seen else "Google's admin log reports no change of it"
        yield compared(
            f"saml_app.{check}",
            wanted,
            seen.get(check, ""),
            note=note,
            who=Who.GOOGLE_ADMIN,
            where=where,
        )
    yield from _unseen(expected)


def _unseen(expected: Expected) -> Iterator[Finding]:
    """Screens of the app that nothing shows. The proof covers the mapping, by the roles."""
    mapping = expected.tenant.attribute_mapping
    rows = ", ".join(f"{claim} ← {source}" for claim, source in mapping.items())
    app = f"{APPS} > {expected.tenant.saml_app.name}"
    if expected.proof:
        yield proved("saml_app.attribute_mapping", rows, expected.proof["time"])
    else:
        word = expected.attested.get("attribute_mapping", "")
        where = f"{app} > SAML attribute mapping"
        who = Who.GOOGLE_ADMIN
        yield unobservable("saml_app.attribute_mapping", rows, word, who=who, where=where)
    word = expected.attested.get("user_access", "")
    where = f"{app} > User access"
    yield unobservable("saml_app.user_access", "ON", word, who=Who.GOOGLE_ADMIN, where=where)


# People --------------------------------------------------------------------------------------


def _people(directory: DirectoryApi, expected: Expected) -> Iterator[Finding]:
    live = {one.email: one for one in directory.people(expected.schema_name)}
    right = 0
    for email in expected.people:
        found = [*_one(email, live.get(email), expected)]
        right += not found
        yield from found
    total = len(expected.people)
    note = f"{right} of {total} people have the roles and names of the stack"
    yield summary(Part.OBSERVE, "roles", note, complete=right == total)
    yield from _predictions(live, expected)


def _one(email: str, person: Person | None, expected: Expected) -> Iterator[Finding]:
    """What differs for one person: the stack's fields, and an account that can't sign in."""
    if person is None:
        note = "listed in the stack, but there is no such user"
        yield _personal("roles", email, note=note, who=Who.STACK, where="tenant.roles")
        return
    if person.suspended:
        note = "the account is suspended at Google, so nobody can sign in with it"
        yield _personal("account", email, note=note, who=Who.GOOGLE_ADMIN, where=USER)
    wanted = expected.value_fields.wanted(expected.people[email], person.full_name)
    for field, value in wanted.items():
        seen = person.values.get(field)
        if not same_value(value, seen):
            yield _value(field, email, value, seen, expected)


def _value(field: str, email: str, value: Any, seen: Any, expected: Expected) -> Finding:
    names = {expected.value_fields.roles: ROLES, expected.value_fields.full_name: FULL_NAME}
    check = names.get(field, field).lower()
    if not expected.deployed:
        return waiting(Part.OBSERVE, check, "pulumi up writes it", person=email)
    return _personal(
        check,
        email,
        expected=_shown(value),
        observed=_shown(seen),
        who=Who.STACK,
        where="pulumi up --refresh writes it",
    )


def _shown(value: Any) -> str:
    items = value if isinstance(value, list) else [value]
    return (
        ", ".join(sorted(plain_text(item) for item in items if item not in {None, ""})) or "(empty)"
    )


def _personal(check: str, email: str, part: Part = Part.OBSERVE, **more: Any) -> Finding:
    return Finding(part=part, check=check, result=Result.DRIFT, person=email, personal=True, **more)


def _claims(email: str, claims: dict[str, list[str]]) -> Finding:
    """What Google would send, as far as our schema and the e-mail address go."""
    shown = "; ".join(
        f"{name}: {', '.join(values) or '(empty)'}" for name, values in claims.items()
    )
    return Finding(
        part=PREDICT,
        check="claims",
        result=Result.MATCH,
        person=email,
        personal=True,
        observed=shown,
    )


def _predictions(live: dict[str, Person], expected: Expected) -> Iterator[Finding]:
    """Who would fail, of the people of the stack, with what the directory holds now."""
    mapping, names = expected.tenant.attribute_mapping, expected.schema_names
    fine, listed = 0, [live[email] for email in expected.people if email in live]
    for person in listed:
        described = DirectoryPerson(email=person.email, values=person.values)
        claims = claims_of(described, mapping, names)
        if expected.shows_claims:
            yield _claims(person.email, claims)
        found = predict(claims, mapping, person.email)
        fine += not found
        for what, hint in found:
            if not expected.deployed:
                yield waiting(PREDICT, "sign_in", f"{what}; pulumi up", person=person.email)
                continue
            more = {"note": f"Flex would refuse: {what}; {hint}", "where": USER}
            yield _personal("sign_in", person.email, PREDICT, who=Who.GOOGLE_ADMIN, **more)
    note = f"Flex's rules let {fine} of {len(listed)} people in"
    yield summary(PREDICT, "sign_in", note, complete=fine == len(listed))
