"""Runs that this machine's ledger does not know, fetched from the server: those of schedules, and
those that somebody else asked for. Whatever has ended and is still in the namespace's retention.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from temporalio.client import WorkflowExecutionStatus, WorkflowFailureError
from temporalio.service import RPCError

from fleet.ledger import Ledger, Run
from fleet.result import Outcome, Result
from fleet.temporal import names
from fleet.temporal.connection import refused
from fleet.temporal.finds import closed, results_of
from fleet.temporal.tasks import NOT_BEGUN, FleetDone
from fleet.temporal.workflows import FleetWorkflow

if TYPE_CHECKING:
    from temporalio.client import Client, WorkflowExecution


class Collected(NamedTuple):
    """A run, and how many results it brought."""

    run: Run
    results: int


async def collect(client: Client, queue: str, ledger: Ledger) -> list[Collected]:
    """Write them down, each whole or not at all; oldest first. Raises FlexSsoError."""
    prefix = names.run_id(queue, "")
    query = f"WorkflowType = 'FleetWorkflow' AND WorkflowId STARTS_WITH '{prefix}'"
    parts: defaultdict[str, list[WorkflowExecution]] = defaultdict(list)
    try:
        async for one in client.list_workflows(query):
            parts[one.id.removeprefix(prefix)].append(one)
        fresh = [
            (min(one.start_time for one in executions), run, executions)
            for run, executions in parts.items()
            if not ledger.has(run) and not any(_runs(one) for one in executions)
        ]
        return [
            await _fetch(client, run, executions, ledger) for _, run, executions in sorted(fresh)
        ]
    except RPCError as error:
        raise refused(error) from None


def _runs(execution: WorkflowExecution) -> bool:
    return execution.status is WorkflowExecutionStatus.RUNNING


async def _fetch(
    client: Client, name: str, executions: list[WorkflowExecution], ledger: Ledger
) -> Collected:
    """One run; a run that was resumed has several workflows, of which the last one counts."""
    executions.sort(key=lambda one: one.start_time)
    stacks: dict[str, None] = {}
    latest: dict[str, tuple[str, Result]] = {}
    verb = ""
    for execution in executions:
        done = await _done(client, execution)
        stacks |= dict.fromkeys(done.names)
        verb = done.verb or verb
        for at, result in await _results(client, execution, done):
            latest[result.stack] = (at, result)
            verb = verb or result.verb
    run = Run(name, verb, _text(executions[0].start_time))
    ledger.adopt(run, stacks | dict.fromkeys(latest), latest.values())
    return Collected(run, len(latest))


async def _results(
    client: Client, execution: WorkflowExecution, done: FleetDone
) -> list[tuple[str, Result]]:
    """With the time when each was there."""
    ended = [one async for one in closed(client, execution.run_id)]
    found = await results_of(client, ended)
    results = [(_text(one.at), one.result) for one in found if one.result.said != NOT_BEGUN]
    at = _text(execution.close_time)
    return results + [
        (at, Result(stack=name, verb=done.verb, outcome=Outcome.FAILED, said=why))
        for name, why in done.refused.items()
    ]


async def _done(client: Client, execution: WorkflowExecution) -> FleetDone:
    """What it says it came to; nothing of one that was ended by force."""
    handle = client.get_workflow_handle_for(
        FleetWorkflow.run, execution.id, run_id=execution.run_id
    )
    try:
        return await handle.result()
    except WorkflowFailureError:
        return FleetDone()


def _text(at: datetime | None) -> str:
    """As the ledger writes times."""
    return (at or datetime.now(UTC)).astimezone(UTC).isoformat(timespec="milliseconds")
