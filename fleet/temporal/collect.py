"""Runs that this machine's ledger does not know, fetched from the server: those of schedules, and
those that somebody else asked for. Whatever has ended and is still in the namespace's retention.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from temporalio.client import WorkflowFailureError
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
    query = "WorkflowType = 'FleetWorkflow' AND ExecutionStatus != 'Running'"
    query += f" AND WorkflowId STARTS_WITH '{prefix}'"
    try:
        ended = [one async for one in client.list_workflows(query)]
        fresh = [one for one in ended if not ledger.has(one.id.removeprefix(prefix))]
        fresh.sort(key=lambda one: one.start_time)
        return [await _fetch(client, one, prefix, ledger) for one in fresh]
    except RPCError as error:
        raise refused(error) from None


async def _fetch(
    client: Client, execution: WorkflowExecution, prefix: str, ledger: Ledger
) -> Collected:
    done = await _done(client, execution)
    executions = [one async for one in closed(client, execution.run_id)]
    found = [one for one in await results_of(client, executions) if one.result.said != NOT_BEGUN]
    verb = done.verb or (found[0].result.verb if found else "")
    at = _text(execution.close_time)
    results = [(_text(one.at), one.result) for one in found]
    results += [
        (at, Result(stack=name, verb=verb, outcome=Outcome.FAILED, said=why))
        for name, why in done.refused.items()
    ]
    run = Run(execution.id.removeprefix(prefix), verb, _text(execution.start_time))
    stacks = dict.fromkeys([*done.names, *(one.stack for _, one in results)])
    ledger.adopt(run, stacks, results)
    return Collected(run, len(results))


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
