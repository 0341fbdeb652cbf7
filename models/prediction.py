"""What Google would send for a person, and what Flex would say to it, before anybody signs in.

The claims are worked out from the attribute mapping and the directory's live values; the rules are
Flex's own: error 45050 (email, full_name and at least one base role), its role names, and the
64 characters of a worker's name. What Google's other categories hold is not read, so a claim that
is mapped from them is left out, not guessed.
"""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict

from models.attribute_mapping import PRIMARY_EMAIL, REQUIRED, DirectoryAttribute
from models.flex import lint_roles, worker_name_problem
from models.roles import Values

Problem = tuple[str, str]
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


def predict(claims: Claims, mapping: Mapping[str, str], name_id: str) -> list[Problem]:
    """Why Flex would refuse this sign-in, or take it in wrongly, as (what, hint)."""
    problems = [*_missing(claims, mapping)]
    if claims.get("roles"):
        problems += lint_roles(split_roles(claims["roles"]))
    too_long = worker_name_problem(name_id)
    return [*problems, *([too_long] if too_long else [])]


def _missing(claims: Claims, mapping: Mapping[str, str]) -> list[Problem]:
    found = []
    for claim in REQUIRED:
        if claim not in mapping:
            hint = f"add the row {claim} to the app's attribute mapping"
            found.append((f"the claim {claim} is not mapped (error 45050)", hint))
        elif claim in claims and not any(claims[claim]):
            hint = f"fill in {mapping[claim]} of this person, or list them in the stack's roles"
            found.append((f"{mapping[claim]} is empty, so {claim} is missing (error 45050)", hint))
    return found


def split_roles(values: list[str]) -> list[str]:
    """Flex takes several values, or one with commas."""
    return [role.strip() for value in values for role in value.split(",") if role.strip()]


def _texts(value: object) -> list[str]:
    items = value if isinstance(value, list) else [] if value is None else [value]
    return [str(item) for item in items if str(item)]
