"""The workflows: a fleet's run → batches → a stack's turn → the activity that reconciles.

They decide and wait, and do nothing themselves: whatever reads a file or starts a process is an
activity (`fleet.temporal.activities`), called by name here.

Cancelling a run cancels what has not begun and stops the engines in flight, which end the call that
they are in; all of that still comes back as results.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING

from temporalio import workflow
from temporalio.common import Priority, RetryPolicy, SearchAttributePair, TypedSearchAttributes
from temporalio.exceptions import (
    ActivityError,
    ApplicationError,
    CancelledError,
    ChildWorkflowError,
    FailureError,
    WorkflowAlreadyStartedError,
)
from temporalio.workflow import ActivityCancellationType, ChildWorkflowCancellationType

with workflow.unsafe.imports_passed_through():
    from fleet.result import Outcome, Result
    from fleet.run import Ending
    from fleet.temporal import names
    from fleet.temporal.tasks import (
        BATCH,
        Batch,
        BatchDone,
        FleetDone,
        FleetOrder,
        StackTask,
        total,
    )

if TYPE_CHECKING:
    from collections.abc import Sequence

LOOK_UP, SELECT, RECONCILE = "look_up", "select", "reconcile"
HEARTBEAT = timedelta(seconds=15)
"""A worker that has said nothing for so long is taken for dead."""
_LONGEST = timedelta(hours=1)  # of one attempt; the engine's own limit is 15 minutes
_SHORT = timedelta(minutes=2)
_LEASE_EVERY = timedelta(seconds=10)
_LEASE_TRIES = 60
# The kinds of failure have their own numbers; this bounds what kills its worker each time.
_RETRIES = RetryPolicy(initial_interval=timedelta(seconds=2), maximum_attempts=25)


@workflow.defn
class StackWorkflow:
    """One stack's turn. Its id is the lease of the stack."""

    @workflow.run
    async def run(self, task: StackTask) -> Result:
        """Reconcile; a failure that no attempt healed is a result too."""
        result: Result
        try:
            result = await workflow.execute_activity(
                RECONCILE,
                task,
                result_type=Result,
                task_queue=names.stacks_queue(task.how.queue),
                start_to_close_timeout=_LONGEST,
                heartbeat_timeout=HEARTBEAT,
                retry_policy=_RETRIES,
                cancellation_type=ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
                priority=Priority(fairness_key=task.key),
            )
        except ActivityError as error:
            result = _told(task, error)
        workflow.upsert_search_attributes(
            [
                names.PHASE.value_set(result.phase or "unknown"),
                names.OUTCOME.value_set(result.outcome.value),
            ]
        )
        return result


@workflow.defn
class BatchWorkflow:
    """Up to 250 stacks, all at once as far as workers and rates allow."""

    @workflow.run
    async def run(self, batch: Batch) -> BatchDone:
        """Give each its turn."""
        self._batch = batch
        self._counts: Counter[str] = Counter()
        self._refused: dict[str, str] = {}
        try:
            tasks = await workflow.execute_activity(
                LOOK_UP,
                args=[batch.how, list(batch.names)],
                result_type=list[StackTask],
                start_to_close_timeout=_SHORT,
                retry_policy=_RETRIES,
            )
            for name in sorted(set(batch.names) - {task.stack for task in tasks}):
                await self._refuse(name, "the worker's checkout has no file of it")
            await asyncio.gather(*(self._turn(task) for task in tasks))
        except asyncio.CancelledError:
            pass  # and what was in flight has ended
        return BatchDone(counts=dict(self._counts), refused=self._refused)

    async def _turn(self, task: StackTask) -> None:
        handle = await self._lease(task)
        if handle is None:
            await self._refuse(task.stack, "another run has not let go of it")
            return
        try:
            result = await handle
        except ChildWorkflowError as error:
            await self._refuse(task.stack, f"its workflow ended: {error.cause or error}")
            return
        await self._count(task.stack, result.outcome)

    async def _lease(
        self, task: StackTask
    ) -> workflow.ChildWorkflowHandle[StackWorkflow, Result] | None:
        """Begin the stack's workflow; waits while another run has it."""
        of = TypedSearchAttributes(
            [
                SearchAttributePair(names.TENANT, task.tenant),
                SearchAttributePair(names.ENVIRONMENT, task.environment),
                SearchAttributePair(names.RUN, task.how.fleet),
            ]
        )
        for _ in range(_LEASE_TRIES):
            try:
                return await workflow.start_child_workflow(
                    StackWorkflow.run,
                    task,
                    id=names.lease_of(task.how.queue, task.stack),
                    search_attributes=of,
                    cancellation_type=ChildWorkflowCancellationType.WAIT_CANCELLATION_COMPLETED,
                )
            except WorkflowAlreadyStartedError:
                await workflow.sleep(_LEASE_EVERY)
        return None

    async def _refuse(self, stack: str, why: str) -> None:
        self._refused[stack] = why
        await self._count(stack, Outcome.FAILED)

    async def _count(self, stack: str, outcome: Outcome) -> None:
        self._counts[outcome.value] += 1
        parent = workflow.info().parent
        if outcome is Outcome.FAILED and self._batch.report_failures and parent is not None:
            fleet = workflow.get_external_workflow_handle_for(
                FleetWorkflow.run, parent.workflow_id, run_id=parent.run_id
            )
            await fleet.signal(FleetWorkflow.failed, stack)


@workflow.defn
class FleetWorkflow:
    """A run of a fleet."""

    def __init__(self) -> None:
        self._failures = 0

    @workflow.signal
    def failed(self, _stack: str) -> None:
        """A stack has failed."""
        self._failures += 1

    @workflow.run
    async def run(self, order: FleetOrder) -> FleetDone:
        """Canaries first, alone; then all batches, until all are done or too many have failed."""
        chosen = order.names
        if chosen is None:
            chosen = await workflow.execute_activity(
                SELECT,
                order.selector,
                result_type=tuple[str, ...],
                start_to_close_timeout=_SHORT,
                retry_policy=_RETRIES,
            )
        parts: list[BatchDone] = []
        ending = await self._all(order, chosen, parts)
        return FleetDone(**total(parts).model_dump(), ending=ending, names=chosen)

    async def _all(
        self, order: FleetOrder, chosen: Sequence[str], parts: list[BatchDone]
    ) -> Ending:
        canaries, rest = chosen[: order.canary], chosen[order.canary :]
        if canaries:
            ending = await self._side_by_side(order, canaries, parts)
            if ending is not Ending.ALL_DONE:
                return ending
            if total(parts).counts.get(Outcome.FAILED.value):
                return Ending.CANARY_FAILED
        return await self._side_by_side(order, rest, parts)

    async def _side_by_side(
        self, order: FleetOrder, stacks: Sequence[str], parts: list[BatchDone]
    ) -> Ending:
        """Batches of these; stops them if too many stacks fail or somebody cancels the run."""
        running = [
            asyncio.create_task(self._batch(order, stacks[at : at + BATCH]))
            for at in range(0, len(stacks), BATCH)
        ]
        ending = Ending.ALL_DONE
        try:
            await workflow.wait_condition(
                lambda: self._too_many(order) or all(one.done() for one in running)
            )
            if self._too_many(order) and not all(one.done() for one in running):
                ending = Ending.TOO_MANY_FAILED
        except asyncio.CancelledError:
            ending = Ending.DRAINED
        if ending is not Ending.ALL_DONE:
            for one in running:
                one.cancel()
        for one in running:
            try:
                parts.append(await one)
            except (FailureError, asyncio.CancelledError) as error:
                if ending is Ending.ALL_DONE:
                    raise ApplicationError(f"a batch ended: {error}") from error
        return ending

    def _too_many(self, order: FleetOrder) -> bool:
        return order.max_failures is not None and self._failures > order.max_failures

    async def _batch(self, order: FleetOrder, stacks: Sequence[str]) -> BatchDone:
        info = workflow.info()
        batch = Batch(
            how=order.how.model_copy(update={"fleet": info.run_id}),
            names=tuple(stacks),
            report_failures=order.max_failures is not None,
        )
        return await workflow.execute_child_workflow(
            BatchWorkflow.run,
            batch,
            id=f"{info.workflow_id}:{info.run_id[:8]}:{stacks[0]}",
            cancellation_type=ChildWorkflowCancellationType.WAIT_CANCELLATION_COMPLETED,
        )


def _told(task: StackTask, error: ActivityError) -> Result:
    """The result inside a failed activity; one that says why where there is none."""
    cause = error.cause
    if isinstance(cause, ApplicationError) and cause.details:
        return Result.model_validate(cause.details[0])
    stopped = isinstance(cause, CancelledError)
    return Result(
        stack=task.stack,
        verb=task.how.verb.value,
        outcome=Outcome.INTERRUPTED if stopped else Outcome.FAILED,
        said="stopped before it began" if stopped else str(cause or error),
    )
