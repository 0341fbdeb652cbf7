"""RoleAssignments: roles and full names of a tenant's people, as one resource.

Calls: users.list (projection=custom, our schema only, 500 a page) and users.update in batches, only
for people whose set of values differs. It never creates or deletes a user and never touches another
schema. People who leave the list get back what they had before us; so does everybody on destroy.
The big values (`people`, `before`) are JSON texts keyed by e-mail: measured, that keeps 10,000
people at 1.5 times an empty program.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from typing import Any

import pulumi
from pulumi.dynamic import Resource
from pydantic import Field, field_validator

from models.errors import NotFoundError, PartialFailureError
from models.roles import Mode, People, RoleAssignment, plan_changes, same_value
from models.value_fields import ValueFields
from providers.base import Inputs, Outs, Provider, declaring, to_props
from providers.failures import PartialState
from providers.google.bulk import BulkResult, write_values
from providers.google.directory_api import DirectoryApi, Person
from providers.google.writer_lock import only_writer

SHOWN = 50


class RoleAssignmentsInputs(Inputs):
    """`people` is JSON: {"ada@acme.example": {"roles": ["agent"], "full_name": "Ada"}}."""

    customer: str
    schema_name: str
    roles_field: str
    full_name_field: str
    people: str
    mode: Mode = Mode.ADDITIVE

    @field_validator("people")
    @classmethod
    def _normal_form(cls, text: str) -> str:
        people = {
            email.lower(): to_props(RoleAssignment.model_validate(given))
            for email, given in json.loads(text).items()
        }
        return dump(people)

    def assignments(self) -> dict[str, RoleAssignment]:
        """`people`, parsed."""
        return {
            email: RoleAssignment.model_validate(given)
            for email, given in json.loads(self.people).items()
        }

    @property
    def value_fields(self) -> ValueFields:
        """The API names of our two fields."""
        return ValueFields(roles=self.roles_field, full_name=self.full_name_field)


class RoleAssignmentsOutputs(RoleAssignmentsInputs):
    """`people` as they are; `before` is what those had whom we wrote, as JSON like `people`.

    `strays` are up to 50 people with roles who are not listed, `stray_count` is their number.
    """

    before: str = "{}"
    strays: list[str] = Field(default_factory=list)
    stray_count: int = 0
    role_counts: dict[str, int] = Field(default_factory=dict)


def dump(people: People) -> str:
    """The one textual form of people in the state: sorted, so that equal is equal."""
    return json.dumps(people, sort_keys=True, ensure_ascii=False)


class RoleAssignmentsProvider(Provider[RoleAssignmentsInputs]):
    """Read many, plan, change only what differs, read back."""

    inputs = RoleAssignmentsInputs
    replace_on = frozenset({"customer", "schema_name"})

    def wants_a_look(self, olds: Outs) -> bool:
        """In authoritative mode, people who got values behind our back are to be cleared."""
        return olds.get("mode") == Mode.AUTHORITATIVE and bool(olds.get("strays"))

    def create_it(self, wanted: RoleAssignmentsInputs) -> tuple[str, Outs]:
        """Values that are right already are adopted as they are."""
        id_ = f"{wanted.customer}/{wanted.schema_name}"
        with only_writer(wanted.customer):
            return id_, self._converge(id_, wanted, {})

    def update_it(self, id_: str, olds: Outs, wanted: RoleAssignmentsInputs) -> Outs:
        """Converge from live values; `before` of people we wrote earlier is kept.

        Who was listed and is no more gets back what was there before us, or nothing.
        """
        nothing = {wanted.roles_field: None, wanted.full_name_field: None}
        listed = dict.fromkeys(json.loads(olds.get("people") or "{}"), nothing)
        before = json.loads(olds.get("before") or "{}")
        with only_writer(wanted.customer):
            return self._converge(id_, wanted, before, listed)

    def read_it(self, id_: str, olds: Outs) -> tuple[Outs, Outs] | None:
        """What the listed people have now, in the words of the stack."""
        del id_
        known = self._known(olds)
        live = self._live(known, writes=False)
        seen = self._outputs(known, live, json.loads(olds.get("before") or "{}"))
        inputs = {key: seen[key] for key in RoleAssignmentsInputs.model_fields if key in seen}
        return seen, inputs

    def delete_it(self, id_: str, olds: Outs) -> None:
        """Give everybody back what they had, where the value is still ours."""
        del id_
        known = self._known(olds)
        before = json.loads(olds.get("before") or "{}")
        with only_writer(known.customer):
            live = self._live(known, writes=True)
            result = self._write(known, self._restored(known, live, before, set(before)))
        if result.failed:
            raise _incomplete(result)

    def _known(self, olds: Outs) -> RoleAssignmentsInputs:
        """Inputs out of old outputs. Not validated: reality may hold what no stack may ask for."""
        given = {key: olds[key] for key in RoleAssignmentsInputs.model_fields if key in olds}
        return RoleAssignmentsInputs.model_construct(**given | {"mode": Mode(given["mode"])})

    def _live(self, inputs: RoleAssignmentsInputs, *, writes: bool) -> dict[str, Person]:
        api = DirectoryApi(self.settings, inputs.customer, writes=writes)
        return {person.email: person for person in api.people(inputs.schema_name)}

    def _converge(
        self,
        id_: str,
        wanted: RoleAssignmentsInputs,
        before: People,
        listed: People | None = None,
    ) -> Outs:
        live = self._live(wanted, writes=True)
        values = _wanted_values(wanted, live)
        plan = plan_changes(values, _values(wanted, live), wanted.mode)
        _refuse_missing(plan.missing)
        was = (listed or {}) | before
        left = set(was) - set(values)
        changes = self._restored(wanted, live, was, left) | plan.changes
        had = {email: _before(wanted, live[email]) for email in changes if email not in left}
        before = {email: values for email, values in before.items() if email not in left}
        result = self._write(wanted, changes)
        live |= self._read_back(wanted, result.done, values, result)
        kept = {email: had[email] for email in result.done if email in had}
        outs = self._outputs(wanted, live, kept | before)
        if result.failed:
            error = _incomplete(result)
            raise PartialState(id_, outs, error, error.reasons)
        return outs

    def _restored(
        self,
        inputs: RoleAssignmentsInputs,
        live: dict[str, Person],
        before: People,
        emails: set[str],
    ) -> People:
        """What to write so that `emails` have what they had before us."""
        changes: People = {}
        for email in sorted(emails & set(live)):
            now, then = _before(inputs, live[email]), before[email]
            change = {
                field: then[field] for field in then if not same_value(now[field], then[field])
            }
            if change:
                changes[email] = change
        return changes

    def _write(self, inputs: RoleAssignmentsInputs, changes: People) -> BulkResult:
        if not changes:
            return BulkResult()
        api = DirectoryApi(self.settings, inputs.customer, writes=True)
        per_minute = self.settings.directory_writes_per_minute
        return write_values(api, inputs.schema_name, changes, per_minute)

    def _read_back(
        self, inputs: RoleAssignmentsInputs, done: list[str], wanted: People, result: BulkResult
    ) -> dict[str, Person]:
        """Look at what was written: Google answers 200 to some values that it then drops."""
        if not done:
            return {}
        api = DirectoryApi(self.settings, inputs.customer)
        people = (
            (person for email in done if (person := api.person(email, inputs.schema_name)))
            if len(done) <= SHOWN
            else api.people(inputs.schema_name)
        )
        seen = {person.email: person for person in people if person.email in set(done)}
        for email, person in seen.items():
            lost = [
                field
                for field, value in wanted.get(email, {}).items()
                if not same_value(person.values.get(field), value)
            ]
            if lost:
                result.failed[email] = _dropped(email, lost)
        return seen

    def _outputs(
        self, inputs: RoleAssignmentsInputs, live: dict[str, Person], before: People
    ) -> Outs:
        fields, listed = inputs.value_fields, json.loads(inputs.people)
        people = {
            email: fields.seen(live[email].values, live[email].full_name, given)
            for email, given in listed.items()
            if email in live
        }
        ours = _values(inputs, live)
        strays = sorted(email for email, values in ours.items() if values and email not in listed)
        counts = Counter(role for said in people.values() for role in said["roles"])
        outs = RoleAssignmentsOutputs.model_construct(
            **inputs.model_dump(exclude={"people"}),
            people=dump(people),
            before=dump(before),
            strays=strays[:SHOWN],
            stray_count=len(strays),
            role_counts=dict(sorted(counts.items())),
        )
        return to_props(outs)


def _values(inputs: RoleAssignmentsInputs, live: dict[str, Person]) -> People:
    """Live values of our two fields only, empty where a person has none."""
    ours = (inputs.roles_field, inputs.full_name_field)
    return {
        email: {field: person.values[field] for field in ours if person.values.get(field)}
        for email, person in live.items()
    }


def _before(inputs: RoleAssignmentsInputs, person: Person) -> dict[str, Any]:
    ours = (inputs.roles_field, inputs.full_name_field)
    return {field: person.values.get(field) for field in ours}


def _wanted_values(inputs: RoleAssignmentsInputs, live: dict[str, Person]) -> People:
    return {
        email: inputs.value_fields.wanted(given, live[email].full_name if email in live else email)
        for email, given in inputs.assignments().items()
    }


def _refuse_missing(missing: list[str]) -> None:
    if missing:
        more = f" and {len(missing) - SHOWN} more" if len(missing) > SHOWN else ""
        raise NotFoundError(
            f"Google: {len(missing)} people are not in the directory: "
            f"{', '.join(missing[:SHOWN])}{more}. Nothing was written.",
            hint="correct the addresses in tenant.roles, or add these people first",
        )


def _dropped(email: str, fields: list[str]) -> NotFoundError:
    return NotFoundError(
        f"Google accepted the write for {email} but does not show {', '.join(fields)}",
        hint="the field's type may be another one than the stack's; run `pulumi refresh`",
    )


def _incomplete(result: BulkResult) -> PartialFailureError:
    reasons = [f"{email}: {error.what}" for email, error in sorted(result.failed.items())]
    return PartialFailureError(
        f"Google: {len(result.failed)} people could not be written"
        f" ({len(result.done)} were); run `pulumi up` again to go on with the rest",
        reasons,
    )


class RoleAssignments(Resource, module="google", name="RoleAssignments"):
    """The roles of all of a tenant's people."""

    people: pulumi.Output[str]
    strays: pulumi.Output[list[str]]
    stray_count: pulumi.Output[int]
    role_counts: pulumi.Output[dict[str, int]]

    def __init__(
        self, name: str, props: Mapping[str, Any], opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__(
            RoleAssignmentsProvider(), name, declaring(RoleAssignmentsOutputs, props), opts
        )
