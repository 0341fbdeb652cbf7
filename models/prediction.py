"""What Google would send for a person, and what Flex would say to it, before anybody signs in.

The claims are worked out from the attribute mapping and the directory's live values, put into a
response like Google's (`models.assertion`), and judged by the rules that `explain` goes by. What
Google's other categories hold is not read: a claim from there is not known, and not judged.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict

from models.attribute_mapping import PRIMARY_EMAIL, REQUIRED, DirectoryAttribute
from models.claim_rules import Broken, broken_rules
from models.roles import Values, plain_text

Claims = dict[str, list[str]]


class DirectoryPerson(BaseModel):
    """Somebody in the directory. `values` are those of our custom schema, by API name."""

    model_config = ConfigDict(frozen=True)

    email: str
    suspended: bool = False
    values: Values = {}


class SchemaNames(BaseModel):
    """The schema as the wizard's list shows it: its display name, and API name by display name."""

    model_config = ConfigDict(frozen=True)

    display_name: str
    fields: dict[str, str]


class Prediction(NamedTuple):
    """`broken` rules; `refused` tells whether Flex would let the person in."""

    broken: list[Broken]

    @property
    def refused(self) -> bool:
        """Whether one of them is enough for Flex to say no."""
        return any(one.refuses for one in self.broken)


def claims_of(person: DirectoryPerson, mapping: Mapping[str, str], schema: SchemaNames) -> Claims:
    """Claim → values, as Google would send them. An unset attribute is an empty list."""
    claims: Claims = {}
    for claim, source in mapping.items():
        category, attribute = DirectoryAttribute.parse(source)
        if (category, attribute) == PRIMARY_EMAIL:
            claims[claim] = [person.email]
        elif category == schema.display_name:
            name = schema.fields.get(attribute, "")
            claims[claim] = _texts(person.values.get(name))
    return claims


def unread(mapping: Mapping[str, str], schema: SchemaNames) -> list[str]:
    """Claims whose source is another category of Google's, which is not read."""
    nobody = DirectoryPerson(email="")
    return [claim for claim in mapping if claim not in claims_of(nobody, mapping, schema)]


def predict(claims: Claims, mapping: Mapping[str, str], name_id: str) -> Prediction:
    """What Flex would say to this sign-in. Claims that could not be read count as sent."""
    broken = [
        _with_source(one, mapping)
        for one in broken_rules(name_id, claims)
        if one.sent or one.claim not in mapping
    ]
    return Prediction(broken)


def _with_source(one: Broken, mapping: Mapping[str, str]) -> Broken:
    """In the words of the directory, where a required claim is missing."""
    if one.claim not in REQUIRED or one.hint != "a value":
        return one
    if not one.sent:
        what = f"the claim {one.claim} is not mapped (error 45050)"
        hint = f"add the row {one.claim} to the app's attribute mapping"
    else:
        source = mapping[one.claim]
        what = f"{source} is empty, so {one.claim} is missing (error 45050)"
        hint = f"fill in {source} of this person, or list them in the stack's roles"
    return one._replace(what=what, hint=hint)


def _texts(value: object) -> list[str]:
    items = value if isinstance(value, list) else [] if value is None else [value]
    return [text for item in items if (text := plain_text(item))]
