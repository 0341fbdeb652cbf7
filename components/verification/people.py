"""OBSERVE people: their values in the directory, against the stack's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from components.verification.looking import summary, waiting
from models.custom_schema import FULL_NAME, ROLES
from models.finding import Finding, Part, Result, Who
from models.roles import plain_text, same_value

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from components.verification.expected import Expected
    from components.verification.traces import Traces
    from providers.google.directory_api import Person

USER = "Google Admin console: Directory > Users"


def look_at_people(traces: Traces, expected: Expected) -> Iterator[Finding]:
    """Each person of the stack: what differs."""
    live, right = traces.people, 0
    for email in expected.people:
        found = [*_one(email, live.get(email), expected)]
        right += not found
        yield from found
    total = len(expected.people)
    note = f"{right} of {total} people have the roles and names of the stack"
    yield summary(Part.OBSERVE, "roles", note, complete=right == total)


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


def _personal(check: str, email: str, **more: Any) -> Finding:
    return Finding(check=check, result=Result.DRIFT, person=email, personal=True, **more)
