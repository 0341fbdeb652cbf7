"""Flex's rules over the person in a SAML response: NameID, claims, roles, typed values.

`explain` applies them to a response that was sent, `verify` to the one that Google would send.
Sources: error 45050, "Configuring SSO and IdP in Flex" (typed names), "Worker Resource".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from models.attribute_mapping import REQUIRED, TYPES, AttributeMapping, lint
from models.flex import FlexRole, lint_roles, worker_name_problem

Claims = Mapping[str, list[str]]
NAME_ID = "name_id"
ANY_SOURCE = "Basic Information > Primary email"
BASE_ROLES = frozenset(role.value for role in FlexRole if not role.is_insights)
NO_WORKER_ATTRIBUTES = frozenset({"team_member", "team_owner"})
_INT = re.compile(r"[+-]?[0-9]{1,18}")


class Broken(NamedTuple):
    """A rule that is not kept. `claim` is where, `refuses` whether Flex lets nobody in by it.

    Otherwise they come in, and something is missing or made twice. `sent` is false for a claim
    that is not there at all.
    """

    claim: str
    what: str
    hint: str
    refuses: bool = True
    sent: bool = True


def broken_rules(name_id: str, claims: Claims) -> list[Broken]:
    """Everything that Flex would stumble over, NameID first. An unset attribute is an empty list.

    A claim that is not known (from a source that was not read) must be left to the caller.
    """
    return [
        *_name_id(name_id, claims),
        *_required(claims),
        *_names(claims),
        *_roles(claims),
        *_types(claims),
    ]


def _name_id(name_id: str, claims: Claims) -> Iterator[Broken]:
    if not name_id:
        yield Broken(NAME_ID, "there is no NameID", "the person's e-mail address")
        return
    if too_long := worker_name_problem(name_id):
        yield Broken(NAME_ID, *too_long)
    email = next(iter(claims.get("email", [])), "")
    if email and email.casefold() != name_id.casefold():
        what = "the NameID is not the e-mail address: Flex makes a phantom worker, which is billed"
        yield Broken(NAME_ID, what, email, refuses=False)


def _required(claims: Claims) -> Iterator[Broken]:
    for claim in REQUIRED:
        if claim not in claims:
            what = f"there is no attribute {claim}: Flex answers 45050 (Missing User Attributes)"
            yield Broken(claim, what, "a value", sent=False)
        elif not _filled(claim, claims[claim]):
            what = f"{claim} is empty for this person: Flex answers 45050 (Missing User Attributes)"
            yield Broken(claim, what, "a value")


def _names(claims: Claims) -> Iterator[Broken]:
    """Near misses and names with a namespace: Flex ignores them, or makes an attribute of them."""
    for claim, what, hint in lint(AttributeMapping(dict.fromkeys(claims, ANY_SOURCE))):
        if claim in claims:
            yield Broken(claim, what, hint, refuses=False)


def _roles(claims: Claims) -> Iterator[Broken]:
    roles = split_list(claims.get("roles", []))
    refuses = not BASE_ROLES & set(roles)
    for what, hint in lint_roles(roles) if roles else []:
        yield Broken("roles", what, hint, refuses=refuses)


def _types(claims: Claims) -> Iterator[Broken]:
    for claim, values in claims.items():
        expected = _expected_type(claim)
        if expected and _filled(claim, values) and worker_value(claim, values) is None:
            what = f"{claim} is '{', '.join(values)}': Flex answers 400 invalid attribute format"
            yield Broken(claim, what, expected)


# Values ----------------------------------------------------------------------------------------


def _filled(claim: str, values: list[str]) -> list[str]:
    """What is left of the values without blanks."""
    return split_list(values) if claim == "roles" else [one for one in values if one.strip()]


def split_list(values: list[str]) -> list[str]:
    """Flex takes several values, or one with commas."""
    return [part.strip() for value in values for part in value.split(",") if part.strip()]


def worker_attribute(claim: str) -> str:
    """The attribute that a claim becomes at the worker: `seat.int` → `seat`; "" if it is none."""
    if claim.startswith("channel.") or claim in NO_WORKER_ATTRIBUTES:
        return ""
    base, _, suffix = claim.rpartition(".")
    return base if base and suffix in TYPES else claim


def worker_value(claim: str, values: list[str]) -> Any:
    """What the worker holds after a sign-in: text, number, boolean, or a list; None if invalid."""
    kind = _kind(claim)
    filled = [value.strip() for value in values if value.strip()]
    if kind.endswith("array"):
        parts = [_typed(kind.removesuffix("array"), part) for part in split_list(filled)]
        return None if None in parts else parts
    if claim == "roles":
        return split_list(filled)
    if kind:
        return _typed(kind, filled[0]) if len(filled) == 1 else None
    return filled[0] if len(filled) == 1 else filled or None


def _kind(claim: str) -> str:
    if claim.startswith("channel."):
        return "boolean" if claim.endswith(".availability") else "int"
    base, _, suffix = claim.rpartition(".")
    return suffix if base and suffix in TYPES else ""


def _typed(kind: str, text: str) -> Any:
    if kind == "int":
        return int(text) if _INT.fullmatch(text) else None
    if kind == "boolean":
        return text.lower() == "true" if text.lower() in {"true", "false"} else None
    return text


_EXPECTED = {
    "string": "one value",
    "int": "one whole number",
    "boolean": "true or false",
    "intarray": "whole numbers",
    "booleanarray": "true or false, each",
}


def _expected_type(claim: str) -> str:
    return _EXPECTED.get(_kind(claim), "")
