"""`ValueFields`: our words for a person's values, and the names that the schema's fields have.

An adopted schema may have other names than the stack's: {"team_id": "Team_Number"}.
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from models.roles import Mode, RoleAssignment, Values, plain_text


class ValueFields(BaseModel):
    """API names of the fields: roles, full name, and further attributes by our name."""

    model_config = ConfigDict(frozen=True)

    roles: str
    full_name: str
    attributes: dict[str, str] = Field(default_factory=dict)

    @property
    def names(self) -> list[str]:
        """All API names."""
        return [self.roles, self.full_name, *self.attributes.values()]

    def wanted(
        self, person: RoleAssignment, directory_name: str, mode: Mode = Mode.ADDITIVE
    ) -> Values:
        """The values that Google should hold for this person.

        In authoritative mode an attribute that is not said is to be empty (None).
        """
        unsaid = self.attributes.values() if mode is Mode.AUTHORITATIVE else ()
        said = person.attributes or {}
        return {
            self.roles: sorted(person.roles),
            self.full_name: person.full_name or directory_name,
            **dict.fromkeys(unsaid),
            **{self.attributes.get(name, name): value for name, value in said.items()},
        }

    def seen(
        self,
        values: Values,
        directory_name: str,
        listed: Values | None,
        mode: Mode = Mode.ADDITIVE,
    ) -> Values:
        """Live values in the words of the stack: a name that is the directory's goes unsaid.

        So do attributes that the stack does not say for this person, unless it is to clear them.
        """
        roles = values.get(self.roles) or []
        name = values.get(self.full_name)
        said: Values = {"roles": sorted({str(role) for role in roles})}
        if name != directory_name or (listed or {}).get("full_name"):
            said["full_name"] = name or ""
        attributes = self._attributes(values, (listed or {}).get("attributes") or {}, mode)
        if attributes:
            said["attributes"] = attributes
        return said

    def _attributes(self, values: Values, listed: Values, mode: Mode) -> Values:
        everything = mode is Mode.AUTHORITATIVE
        return {
            name: _said(values.get(api))
            for name, api in self.attributes.items()
            if name in listed or (everything and values.get(api))
        }

    def said_by(self, listed: Values) -> list[str]:
        """API names of the fields that a person's entry speaks of."""
        said = listed.get("attributes") or {}
        return [self.roles, self.full_name, *(self.attributes.get(name, name) for name in said)]


def _said(value: Any) -> str | list[str]:
    if isinstance(value, list):
        return sorted({plain_text(item) for item in value})
    return "" if value is None else plain_text(value)
