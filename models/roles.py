"""Who gets which roles: what is wanted, what Google has, and the plan between the two.

A person's values are a JSON object by schema field: {"Roles": ["agent"], "Full_Name": "Ada"}.
Many-valued fields are compared as sets; absent, empty and None are the same.
"""

from __future__ import annotations

from collections import Counter
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field, field_validator

from models.types import EmailAddress

if TYPE_CHECKING:
    from collections.abc import Collection

Values = dict[str, Any]
People = dict[str, Values]


class Mode(StrEnum):
    """`additive` touches listed people only; `authoritative` also clears our fields on others."""

    ADDITIVE = "additive"
    AUTHORITATIVE = "authoritative"


class RoleAssignment(BaseModel):
    """What one person should have. No `full_name` means the directory's own.

    `attributes` are further fields of the same schema, by field name: {"team_id": "12",
    "skills": ["billing", "spanish"]}. One that is not named is left as it is.
    """

    model_config = ConfigDict(extra="forbid")

    roles: list[str] = Field(
        min_length=1, description="Flex roles: agent, supervisor or admin, and wfo.… beside them."
    )
    full_name: str | None = Field(
        None, description="Name in Flex, if it is not the directory's own."
    )
    attributes: dict[str, str | list[str]] | None = Field(
        None, description="Field of the custom schema → its value, or values. Unnamed ones stay."
    )

    @field_validator("roles")
    @classmethod
    def _sorted_once(cls, roles: list[str]) -> list[str]:
        return sorted({role.strip() for role in roles if role.strip()})

    @field_validator("attributes", mode="before")
    @classmethod
    def _texts(cls, attributes: Any) -> Any:
        """Numbers and booleans of YAML become texts; what is empty is not said at all."""
        if not isinstance(attributes, dict):
            return attributes
        texts = {name: _text(value) for name, value in attributes.items()}
        return {name: text for name, text in texts.items() if text} or None


def _text(value: Any) -> Any:
    if isinstance(value, list):
        return sorted({plain_text(item) for item in value} - {""})
    return None if value is None else plain_text(value)


def plain_text(value: Any) -> str:
    """A scalar as people write it: `true`, `12`, `Ada`. Google gives numbers either way."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def union(*sources: dict[EmailAddress, RoleAssignment]) -> dict[EmailAddress, RoleAssignment]:
    """One assignment a person: the union of the roles, the first of each other value given."""
    merged: dict[EmailAddress, RoleAssignment] = {}
    for source in sources:
        for email, given in source.items():
            merged[email] = _joined(merged[email], given) if email in merged else given
    return dict(sorted(merged.items()))


def _joined(had: RoleAssignment, given: RoleAssignment) -> RoleAssignment:
    return RoleAssignment(
        roles=given.roles + had.roles,
        full_name=had.full_name or given.full_name,
        attributes={**(given.attributes or {}), **(had.attributes or {})},
    )


def role_counts(people: dict[EmailAddress, RoleAssignment]) -> dict[str, int]:
    """How many people have each role, by role."""
    counts = Counter(role for person in people.values() for role in person.roles)
    return dict(sorted(counts.items()))


class RolePlan(BaseModel):
    """The writes that lead from what is there to what is wanted.

    `changes` holds only the fields to write, None to clear one. `strays` have our values but are
    not listed. `missing` are listed but not in the directory.
    """

    changes: People
    strays: list[str]
    missing: list[str]


def plan_changes(wanted: People, live: People, mode: Mode, known: Collection[str] = ()) -> RolePlan:
    """Compare field by field, as sets. Only people that differ are written.

    Authoritative mode clears strays that are `known`: nobody loses what no preview named.
    """
    strays = sorted(email for email, values in live.items() if values and email not in wanted)
    changes = {
        email: change
        for email, values in wanted.items()
        if email in live and (change := difference(values, live[email]))
    }
    if mode is Mode.AUTHORITATIVE:
        changes |= {email: dict.fromkeys(live[email]) for email in strays if email in known}
    missing = sorted(email for email in wanted if email not in live)
    return RolePlan(changes=changes, strays=strays, missing=missing)


def difference(wanted: Values, live: Values) -> Values:
    """The wanted values that are not there."""
    return {
        field: value for field, value in wanted.items() if not same_value(value, live.get(field))
    }


def same_value(one: Any, other: Any) -> bool:
    """Equality as Google stores things: lists are sets, and empty is nothing."""
    return one == other or bool(_canonical(one) == _canonical(other))


def _canonical(value: Any) -> Any:
    if isinstance(value, list):
        return sorted({plain_text(item) for item in value}) or None
    return None if value is None or value == "" else plain_text(value)
