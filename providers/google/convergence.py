"""One run of RoleAssignments: from what is live to what is wanted, and what is known afterwards.

In this order: read everybody and the schema, refuse what cannot work (nothing is written then),
note on disk what will be overwritten, write, look at what was written.
"""

from __future__ import annotations

import json
from functools import cached_property, partial
from typing import TYPE_CHECKING

from models.errors import NotFoundError
from models.give_back import given_back, merged, remembered
from models.roles import Mode, People, RolePlan, plan_changes
from providers.failures import PartialState
from providers.google.bulk import BulkResult, BulkWriter
from providers.google.directory_api import PAGE, DirectoryApi, Person
from providers.google.journal import Journal
from providers.google.people_checks import (
    dropped,
    incomplete,
    refuse_missing,
    refuse_shape,
    report_suspended,
    report_unlisted,
)
from providers.google.preview import clearable
from providers.google.progress import Progress
from providers.google.quota import QueryQuota
from providers.google.read_back import read_back
from providers.google.role_values import dump_before, load_before, our_values, outputs_of

if TYPE_CHECKING:
    from providers.base import Outs
    from providers.google.role_values import RoleAssignmentsInputs
    from providers.google.writer_lock import Ledger
    from providers.settings import Settings


class Convergence:
    """`olds` are the outputs last seen, empty on create; `ledger` what the last one asked."""

    def __init__(
        self, settings: Settings, wanted: RoleAssignmentsInputs, olds: Outs, ledger: Ledger
    ) -> None:
        self._api = DirectoryApi(settings, wanted.customer, writes=True)
        self._wanted = wanted
        self._fields = wanted.value_fields
        self._journal = Journal.of(settings, wanted.customer, wanted.schema_name)
        self._quota = QueryQuota(settings.directory_queries_per_minute, ledger.read())
        self._ledger = ledger
        self.result = BulkResult()
        self._stored_run: str | None = olds.get("run")
        self._listed: People = json.loads(olds.get("people") or "{}")
        self._known = {*self._listed, *clearable(olds)}
        self._before = load_before(olds.get("before"), self._fields)
        self._written: People = {}

    def run(self, id_: str) -> Outs:
        """Converge; returns the outputs. Raises PartialState if some people could not be written.

        Refused before any write: people who are not in the directory, and a schema whose fields
        cannot hold our values.
        """
        schema = self._api.get_schema(self._wanted.schema_name)
        if schema is None:
            what = f"Google: there is no custom schema {self._wanted.schema_name}"
            raise NotFoundError(what, hint="`pulumi refresh`, then `up`, makes it again")
        plan = plan_changes(self._values, self._live_values, self._wanted.mode, self._known)
        refuse_missing(self._api, self._wanted.schema_name, plan.missing)
        refuse_shape(schema, self._fields.names, self._values)
        report_suspended([self._live[email] for email in self._values])
        if self._wanted.mode is Mode.AUTHORITATIVE:
            report_unlisted([email for email in plan.strays if email not in self._known])
        return self._write(id_, plan, {field["fieldName"] for field in schema.get("fields", [])})

    def undo(self, id_: str) -> None:
        """Give everything back. A schema that is gone has taken all values along."""
        if self._api.get_schema(self._wanted.schema_name) is not None:
            self.run(id_)
        self._journal.forget()

    @cached_property
    def _live(self) -> dict[str, Person]:
        people = Progress(None, what="read").counting(self._api.people(self._wanted.schema_name))
        live = {person.email: person for person in people}
        self._quota.take(len(live) // PAGE + 2)  # reads count for the quota, too
        return live

    @cached_property
    def _live_values(self) -> People:
        return our_values(self._fields, self._live)

    @cached_property
    def _values(self) -> People:
        """What Google should hold, by API name of the field."""
        mode = self._wanted.mode
        return {
            email: self._fields.wanted(
                given, self._live[email].full_name if email in self._live else email, mode
            )
            for email, given in self._wanted.assignments().items()
        }

    def _write(self, id_: str, plan: RolePlan, known_fields: set[str]) -> Outs:
        self._take_over()
        nothing = {
            email: dict.fromkeys(self._fields.said_by(given))
            for email, given in self._listed.items()
        }
        was = merged(self._before, nothing)
        live = {email: person.values for email, person in self._live.items()}
        back = given_back(was, self._values, live, self._wanted.mode)
        back = {email: _only(change, known_fields) for email, change in back.items()}
        changes = merged(plan.changes, {email: change for email, change in back.items() if change})
        had = {
            email: {name: live[email].get(name) for name in self._values.get(email) or change}
            for email, change in plan.changes.items()
        }
        run = self._begin(changes, had)
        self.result = result = self._send(changes)
        self._ledger.write(self._quota.last_minute())
        self._look(changes, result)
        kept = remembered(was, self._before, self._values, set(result.failed), self._wanted.mode)
        outs = outputs_of(
            self._wanted, self._live, dump_before(merged(kept, had), self._fields), run
        )
        if result.failed:
            error = incomplete(result)
            raise PartialState(id_, outs, error, error.reasons)
        return outs

    def _take_over(self) -> None:
        """Learn from the journal of a run that was killed before the state knew of it."""
        live = {email: person.values for email, person in self._live.items()}
        before, written = self._journal.left_behind(self._stored_run, live)
        everybody = self._wanted.mode is Mode.AUTHORITATIVE
        ours = {e for e in before if everybody or e in self._values or e in self._listed}
        self._before = merged(self._before, {email: before[email] for email in ours})
        self._written = {email: written[email] for email in ours}

    def _begin(self, changes: People, had: People) -> str | None:
        """Note what will be overwritten. Returns the mark of the run that the state shall hold."""
        if not changes and not self._written:
            return self._stored_run
        taken_over = {email: self._before[email] for email in self._written}
        return self._journal.begin(merged(taken_over, had), merged(changes, self._written))

    def _send(self, changes: People) -> BulkResult:
        if not changes:
            return BulkResult()
        send = partial(self._api.update_people, self._wanted.schema_name)
        return BulkWriter(send, changes, self._quota, Progress(len(changes))).run()

    def _look(self, changes: People, result: BulkResult) -> None:
        """Let `live` hold what was written; who lost a value has failed."""
        written = {email: changes[email] for email in result.done}
        progress = Progress(len(written), what="seen as written")
        seen, lost = read_back(
            self._api, self._wanted.schema_name, written, result.done, tell=progress.tell
        )
        for email, values in seen.items():
            self._live[email] = self._live[email]._replace(values=values)
        result.failed |= {email: dropped(email, fields) for email, fields in lost.items()}


def _only(values: dict[str, object], names: set[str]) -> dict[str, object]:
    """Without fields that the schema no longer has: their values went with them."""
    return {name: value for name, value in values.items() if name in names}
