"""RoleAssignments: roles, full names and attributes of a tenant's people, as one resource.

Calls: users.list (projection=custom, our schema only, 500 a page), schemas.get, and users.update in
batches, only for people whose set of values differs. It never creates or deletes a user and never
touches another schema. People who leave the list get back what they had before us, and so does
somebody of whose attribute the stack no longer speaks; on destroy, everybody.
The big values (`people`, `before`) are JSON texts keyed by e-mail: measured, that keeps 10,000
people at 1.5 times an empty program.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pulumi
from pulumi.dynamic import CheckResult, DiffResult, Resource

from models.roles import Mode
from providers.base import Outs, Provider, declaring
from providers.failures import PartialState
from providers.google.convergence import Convergence
from providers.google.directory_api import DirectoryApi
from providers.google.preview import preview
from providers.google.progress import Progress
from providers.google.role_values import (
    RoleAssignmentsInputs,
    RoleAssignmentsOutputs,
    known_inputs,
    outputs_of,
)
from providers.google.writer_lock import only_writer


class RoleAssignmentsProvider(Provider[RoleAssignmentsInputs]):
    """Read many, plan, change only what differs, read back."""

    inputs = RoleAssignmentsInputs
    replace_on = frozenset({"customer", "schema_name"})

    def check(self, _olds: Outs, news: Outs) -> CheckResult:
        """The first time there is nothing to compare with, so the preview is written here."""
        if not _olds:
            preview({}, news)
        return super().check(_olds, news)

    def diff(self, _id: str, olds: Outs, news: Outs) -> DiffResult:
        """As ever, and says by person what would change: Pulumi itself shows one long text."""
        preview(olds, news)
        return super().diff(_id, olds, news)

    def wants_a_look(self, olds: Outs) -> bool:
        """In authoritative mode, people who got values behind our back are to be cleared."""
        return olds.get("mode") == Mode.AUTHORITATIVE and bool(olds.get("strays"))

    def create_it(self, wanted: RoleAssignmentsInputs) -> tuple[str, Outs]:
        """Values that are right already are adopted as they are."""
        id_ = f"{wanted.customer}/{wanted.schema_name}"
        return id_, self.update_it(id_, {}, wanted)

    def update_it(self, id_: str, olds: Outs, wanted: RoleAssignmentsInputs) -> Outs:
        """Converge from live values; what people had before we wrote them is kept."""
        with only_writer(wanted.customer, self.settings.endpoints.base) as ledger:
            return Convergence(self.settings, wanted, olds, ledger).run(id_)

    def read_it(self, id_: str, olds: Outs) -> tuple[Outs, Outs] | None:
        """What the listed people have now, in the words of the stack."""
        del id_
        known = known_inputs(olds)
        people = DirectoryApi(self.settings, known.customer).people(known.schema_name)
        told = Progress(None, what="read").counting(people)
        live = {person.email: person for person in told}
        seen = outputs_of(known, live, olds.get("before") or "{}", olds.get("run"))
        return seen, {key: seen[key] for key in RoleAssignmentsInputs.model_fields if key in seen}

    def delete_it(self, id_: str, olds: Outs) -> None:
        """Give everybody back what they had before us.

        People who had the right values before us are not in `before`: they keep them.
        """
        nobody = {"people": "{}", "mode": Mode.ADDITIVE}
        wanted = known_inputs(olds).model_copy(update=nobody)
        try:
            with only_writer(wanted.customer, self.settings.endpoints.base) as ledger:
                Convergence(self.settings, wanted, {**olds, "people": "{}"}, ledger).undo(id_)
        except PartialState as partial:
            raise partial.error from None


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
