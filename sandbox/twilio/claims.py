"""Flex's own rules over the attributes of an assertion: who is it, and what a worker gets.

Sources: "Configuring SSO and IdP in Flex", error 45050, "Worker Resource". Names are exact and
lower case; namespaced ones are ignored.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sandbox.twilio.errors import MISSING_ATTRIBUTES, VALIDATION

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.world import World

BASE_ROLES = ("agent", "supervisor", "admin")
CHANNEL = re.compile(r"channel\.[A-Za-z0-9_-]+\.(availability|capacity)")
MISSING = (
    "Log in failed. Please contact your administrator with the following details -"
    " Missing User Attributes. Please verify your SSO provider is configured to send required"
    " attributes (email, roles, flex_user_sid). (error code 45050)"
)
_MINE = frozenset({"email", "full_name", "roles", "team_member", "team_owner"})
_INT = re.compile(r"[+-]?[0-9]{1,18}")


class ClaimsError(Exception):
    """Flex can't use the attributes. `why` is for an administrator, the text for the person."""

    def __init__(self, code: int, message: str, why: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.why = why


@dataclass(frozen=True)
class Person:
    """What Flex makes of an assertion. `custom` are worker attributes; None takes one away."""

    name_id: str
    email: str
    full_name: str
    roles: list[str]
    custom: dict[str, Any]

    @property
    def identity(self) -> str:
        return identity_of(self.name_id)

    def worker_attributes(self, before: dict[str, Any]) -> dict[str, Any]:
        """The identity provider wins; attributes that it no longer sends stay for ever."""
        after = before | {
            "contact_uri": f"client:{self.identity}",
            "email": self.email,
            "full_name": self.full_name,
            "roles": self.roles,
        }
        after |= self.custom
        return {name: value for name, value in after.items() if value is not None}


def read(world: World, name_id: str, attributes: dict[str, list[str]]) -> Person:
    """The person. Raises ClaimsError 45050 if a required attribute is missing or empty."""
    return Person(
        name_id=name_id,
        email=_required(attributes, "email"),
        full_name=_required(attributes, "full_name"),
        roles=_roles(attributes, keep_unknown=world.options.unknown_roles_are_kept),
        custom=_custom(attributes),
    )


def identity_of(name_id: str) -> str:
    """Each character but ASCII letters and digits as `_XX`: `a@b.c` becomes `a_40b_2Ec`."""
    plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
    return "".join(chr(byte) if chr(byte) in plain else f"_{byte:02X}" for byte in name_id.encode())


def _required(attributes: dict[str, list[str]], name: str) -> str:
    values = [value for value in attributes.get(name, []) if value.strip()]
    if not values:
        raise _missing(name, attributes)
    return values[0].strip()


def _roles(attributes: dict[str, list[str]], *, keep_unknown: bool) -> list[str]:
    """Several values, or one with commas."""
    parts = [part.strip() for value in attributes.get("roles", []) for part in value.split(",")]
    roles = list(dict.fromkeys(part for part in parts if part))
    if not roles:
        raise _missing("roles", attributes)
    if not set(roles) & set(BASE_ROLES):
        why = f"roles must hold agent, supervisor or admin; it holds {', '.join(roles)}"
        raise ClaimsError(MISSING_ATTRIBUTES, MISSING, why)
    known = [role for role in roles if role in BASE_ROLES or role.startswith("wfo.")]
    return roles if keep_unknown else known


def _missing(name: str, attributes: dict[str, list[str]]) -> ClaimsError:
    state = "is empty" if name in attributes else "is missing"
    there = ", ".join(sorted(attributes)) or "none"
    why = f"The attribute '{name}' {state}. Attributes received: {there}."
    return ClaimsError(MISSING_ATTRIBUTES, MISSING, why)


def _custom(attributes: dict[str, list[str]]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for name, values in attributes.items():
        if name in _MINE or "/" in name or ":" in name:
            continue
        key, read_values = _typed(name)
        filled = [value for value in values if value.strip()]
        made[key] = read_values(filled, name) if filled else None
    return made


def _typed(name: str) -> tuple[str, Callable[[list[str], str], Any]]:
    if CHANNEL.fullmatch(name):
        return name, _boolean if name.endswith(".availability") else _int
    key, _, suffix = name.rpartition(".")
    if key and suffix in _TYPES:
        return key, _TYPES[suffix]
    return name, lambda values, _name: values[0] if len(values) == 1 else values


def _string(values: list[str], name: str) -> str:
    return _only(values, name)


def _int(values: list[str], name: str) -> int:
    text = _only(values, name).strip()
    if not _INT.fullmatch(text):
        raise _bad_format(name, text, "a whole number")
    return int(text)


def _boolean(values: list[str], name: str) -> bool:
    text = _only(values, name).strip().lower()
    if text not in {"true", "false"}:
        raise _bad_format(name, text, "true or false")
    return text == "true"


def _string_array(values: list[str], _name: str) -> list[str]:
    return [part.strip() for value in values for part in value.split(",") if part.strip()]


def _int_array(values: list[str], name: str) -> list[int]:
    return [_int([part], name) for part in _string_array(values, name)]


def _boolean_array(values: list[str], name: str) -> list[bool]:
    return [_boolean([part], name) for part in _string_array(values, name)]


_TYPES: dict[str, Callable[[list[str], str], Any]] = {
    "string": _string,
    "int": _int,
    "boolean": _boolean,
    "stringarray": _string_array,
    "intarray": _int_array,
    "booleanarray": _boolean_array,
}


def _only(values: list[str], name: str) -> str:
    if len(values) != 1:
        raise _bad_format(name, ", ".join(values), "one value")
    return values[0]


def _bad_format(name: str, text: str, expected: str) -> ClaimsError:
    why = f"The attribute '{name}' is '{text}', expected {expected}. The worker is unchanged."
    return ClaimsError(VALIDATION, "400 Error invalid attribute format", why)
