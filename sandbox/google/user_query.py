"""The `query` parameter of users.list, as far as the sandbox knows it.

    email=ada@acme.example   email:ada*   isSuspended=true   orgUnitPath=/Support
    Flex_Details.Roles:agent   Flex_Details.Full_Name='Ada Lovelace'

Clauses beside each other must all hold. Anything else is refused with 400.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sandbox.google import errors

if TYPE_CHECKING:
    from collections.abc import Callable

Document = dict[str, Any]

_CLAUSE = re.compile(r"\s*([A-Za-z0-9_.-]+)\s*([:=])\s*(?:'([^']*)'|\"([^\"]*)\"|(\S+))\s*")


def parse(text: str) -> Callable[[Document], bool]:
    """A test of a user for the query."""
    clauses: list[tuple[str, str, str]] = []
    position = 0
    while position < len(text):
        found = _CLAUSE.match(text, position)
        if not found:
            raise errors.invalid("query")
        name, operator, *quoted = found.groups()
        clauses.append((name, operator, next(part for part in quoted if part is not None)))
        position = found.end()
    for name, _, _ in clauses:
        if name not in _READ and "." not in name:
            raise errors.invalid("query")
    return lambda user: all(_holds(user, *clause) for clause in clauses)


def _holds(user: Document, name: str, operator: str, wanted: str) -> bool:
    read = _READ.get(name)
    held = read(user) if read else _custom(user, name)
    wanted = wanted.casefold()
    if operator == ":" and wanted.endswith("*"):
        return any(value.casefold().startswith(wanted[:-1]) for value in held)
    if operator == ":" and name in {"name", "givenName", "familyName"}:
        return any(wanted in value.casefold() for value in held)
    return any(value.casefold() == wanted for value in held)


def _custom(user: Document, name: str) -> list[str]:
    schema, _, field = name.partition(".")
    value = user.get("customSchemas", {}).get(schema, {}).get(field, [])
    if isinstance(value, list):
        return [str(item["value"]) for item in value]
    return [str(value)]


_READ: dict[str, Callable[[Document], list[str]]] = {
    "email": lambda user: [user["primaryEmail"]],
    "name": lambda user: [user["name"]["fullName"]],
    "givenName": lambda user: [user["name"].get("givenName", "")],
    "familyName": lambda user: [user["name"].get("familyName", "")],
    "orgUnitPath": lambda user: [user["orgUnitPath"]],
    "isSuspended": lambda user: [str(user["suspended"]).lower()],
    "isAdmin": lambda user: [str(user["isAdmin"]).lower()],
}
