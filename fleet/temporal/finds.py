"""What the server knows of the stacks of a run: who is at work, and the results of the done."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, NamedTuple

from temporalio.client import WorkflowFailureError

from fleet.temporal import names
from fleet.temporal.turn import StackWorkflow

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from datetime import datetime

    from temporalio.client import Client, WorkflowExecution

    from fleet.result import Result

_AT_ONCE = 16


class Found(NamedTuple):
    """The result of a stack, of which run of its workflow, and when it was there."""

    result: Result
    turn: str
    at: datetime | None


def closed(
    client: Client, run_id: str, since: datetime | None = None
) -> AsyncIterator[WorkflowExecution]:
    """Stacks' workflows of that run (`run_id` of the fleet's workflow) that have ended."""
    query = (
        f"WorkflowType = 'StackWorkflow' AND {names.RUN.name} = '{run_id}'"
        " AND ExecutionStatus != 'Running'"
    )
    if since is not None:
        query += f" AND CloseTime >= '{since.isoformat()}'"
    return client.list_workflows(query)


async def results_of(client: Client, executions: list[WorkflowExecution]) -> list[Found]:
    """Their results; those that were ended by force have none. Raises RPCError."""
    room = asyncio.Semaphore(_AT_ONCE)

    async def one(execution: WorkflowExecution) -> Found | None:
        turn = client.get_workflow_handle_for(
            StackWorkflow.run, execution.id, run_id=execution.run_id
        )
        async with room:
            try:
                result = await turn.result()
            except WorkflowFailureError:
                return None
        return Found(result, execution.run_id, execution.close_time)

    asked = await asyncio.gather(*(one(execution) for execution in executions))
    return [found for found in asked if found is not None]


async def at_work(client: Client, queue: str, run_id: str) -> list[str]:
    """Stacks of the run that a worker has in hand, those longest at it first."""
    query = (
        f"WorkflowType = 'StackWorkflow' AND {names.RUN.name} = '{run_id}'"
        f" AND ExecutionStatus = 'Running' AND {names.OUTCOME.name} = '{names.AT_WORK}'"
    )
    found = [(one.start_time, one.id) async for one in client.list_workflows(query)]
    return [name.removeprefix(names.lease_of(queue, "")) for _, name in sorted(found)]
