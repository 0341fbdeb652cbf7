"""OBSERVE and PREDICT people: their values in the directory, and what Flex would say to each.

The people are read once, 500 a call, for both.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from components.verification.looking import summary, waiting
from models.custom_schema import FULL_NAME, ROLES
from models.finding import Finding, Part, Result, Who
from models.prediction import DirectoryPerson, claims_of, predict
from models.roles import plain_text, same_value

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from components.verification.expected import Expected
    from providers.google.directory_api import DirectoryApi, Person

USER = "Google Admin console: Directory > Users"
PREDICT = Part.PREDICT


def look_at_people(directory: DirectoryApi, expected: Expected) -> Iterator[Finding]:
    """Each person of the stack: what differs, and who would be refused."""
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
