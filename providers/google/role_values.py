"""What RoleAssignments takes and gives: its inputs and outputs, and how live values become both."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING

from pydantic import Field, TypeAdapter, field_validator

from models.roles import Mode, People, RoleAssignment, Values
from models.value_fields import ValueFields
from models.whole_list import SHOWN
from providers.base import Inputs, Outs, to_props

if TYPE_CHECKING:
    from collections.abc import Mapping

    from providers.google.directory_api import Person

PEOPLE = TypeAdapter(dict[str, RoleAssignment])
"""Thousands of people at once, in pydantic's own loop."""


class RoleAssignmentsInputs(Inputs):
    """`people` is JSON, keyed by e-mail: {"roles": ["agent"], "full_name"?, "attributes"?: {…}}.

    `attribute_fields` are the API names of further schema fields, by the names in `attributes`.
    """

    customer: str
    schema_name: str
    roles_field: str
    full_name_field: str
    attribute_fields: dict[str, str] | None = None
    people: str
    mode: Mode = Mode.ADDITIVE

    @field_validator("people")
    @classmethod
    def _normal_form(cls, text: str) -> str:
        people = {email.lower(): given for email, given in PEOPLE.validate_json(text).items()}
        return dump(PEOPLE.dump_python(people, mode="json", exclude_none=True))

    def assignments(self) -> dict[str, RoleAssignment]:
        """`people`, parsed. They were validated when they came in."""
        return {
            email: RoleAssignment.model_construct(**given)
            for email, given in json.loads(self.people).items()
        }

    @property
    def value_fields(self) -> ValueFields:
        """The API names of our fields."""
        return ValueFields(
            roles=self.roles_field,
            full_name=self.full_name_field,
            attributes=self.attribute_fields or {},
        )


class RoleAssignmentsOutputs(RoleAssignmentsInputs):
    """`people` as they are; `before` is what those had whom we wrote, as JSON by schema field.

    `strays` are up to 50 people with values who are not listed, `stray_count` is their number;
    `to_clear` are all of them in authoritative mode, where the next run clears whom it names.
    `run` is the mark of the last run that wrote (see `providers.google.journal`).
    """

    before: str = "{}"
    run: str | None = None
    strays: list[str] = Field(default_factory=list)
    stray_count: int = 0
    to_clear: list[str] = Field(default_factory=list)
    role_counts: dict[str, int] = Field(default_factory=dict)


def dump(people: Mapping[str, Values | None]) -> str:
    """The one textual form of people in the state: sorted, so that equal is equal."""
    return json.dumps(people, sort_keys=True, ensure_ascii=False)


def dump_before(before: People, fields: ValueFields) -> str:
    """`before` for the state. Most people had nothing before us: that is null, to keep it small."""
    nothing = dict.fromkeys((fields.roles, fields.full_name))
    return dump({email: None if had == nothing else had for email, had in before.items()})


def load_before(text: str | None, fields: ValueFields) -> People:
    """The inverse. Older states spell nothing out."""
    nothing = dict.fromkeys((fields.roles, fields.full_name))
    return {email: had or dict(nothing) for email, had in json.loads(text or "{}").items()}


def known_inputs(olds: Outs) -> RoleAssignmentsInputs:
    """Inputs out of old outputs. Not validated: reality may hold what no stack may ask for."""
    given = {key: olds[key] for key in RoleAssignmentsInputs.model_fields if key in olds}
    return RoleAssignmentsInputs.model_construct(**given | {"mode": Mode(given["mode"])})


def our_values(fields: ValueFields, live: dict[str, Person]) -> People:
    """Live values of our fields only, empty where a person has none."""
    names = fields.names
    return {
        email: {name: person.values[name] for name in names if person.values.get(name)}
        for email, person in live.items()
    }


def outputs_of(
    inputs: RoleAssignmentsInputs, live: dict[str, Person], before: str, run: str | None
) -> Outs:
    """The outputs that `live` makes."""
    fields, listed = inputs.value_fields, json.loads(inputs.people)
    people = {
        email: fields.seen(live[email].values, live[email].full_name, given, inputs.mode)
        for email, given in listed.items()
        if email in live
    }
    holders = [email for email, values in our_values(fields, live).items() if values]
    strays = sorted(set(holders) - set(listed))
    counts = Counter(role for said in people.values() for role in said["roles"])
    outs = RoleAssignmentsOutputs.model_construct(
        **inputs.model_dump(exclude={"people"}),
        people=dump(people),
        before=before,
        run=run,
        strays=strays[:SHOWN],
        stray_count=len(strays),
        to_clear=strays if inputs.mode is Mode.AUTHORITATIVE else [],
        role_counts=dict(sorted(counts.items())),
    )
    return to_props(outs)
