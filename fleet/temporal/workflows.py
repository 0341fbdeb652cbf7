"""The workflows of a run: a fleet's run → batches → the turns of stacks (`fleet.temporal.turn`).

They decide and wait, and do nothing themselves: whatever reads a file or starts a process is an
activity (`fleet.temporal.activities`), called by name here.

Draining a run ends what no worker has begun, and lets the engines in flight finish; so does a run
in which too many fail. Cancelling it also stops those engines, which end the call that they are in.
All of that still comes back as results.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING

from temporalio import workflow
from temporalio.common import SearchAttributePair, TypedSearchAttributes
from temporalio.exceptions import (
    ApplicationError,
    ChildWorkflowError,
    FailureError,
    WorkflowAlreadyStartedError,
)
from temporalio.workflow import ChildWorkflowCancellationType

with workflow.unsafe.imports_passed_through():
    from fleet.result import Outcome, Result
    from fleet.run import Ending
    from fleet.temporal import names
    from fleet.temporal.ends import Ends
    from fleet.temporal.tasks import (
        Batch,
        BatchDone,
        FleetDone,
        FleetOrder,
        StackTask,
        batches,
        total,
    )
    from fleet.temporal.turn import RETRIES, StackWorkflow

if TYPE_CHECKING:
    from collections.abc import Sequence

    from temporalio.workflow import ChildWorkflowHandle

_SHORT = timedelta(minutes=2)
_LEASE_EVERY = timedelta(seconds=5)
_LEASE_TRIES = 120
_WAIT = ChildWorkflowCancellationType.WAIT_CANCELLATION_COMPLETED


@workflow.defn
class BatchWorkflow:
    """Up to 250 stacks, all at once as far as workers, rates and accounts allow."""

    def __init__(self) -> None:
        self._ends = Ends()
        self._counts: Counter[str] = Counter()
        self._refused: dict[str, str] = {}
        self._busy: Counter[str] = Counter()  # accounts

    @workflow.signal
    def drain(self) -> None:
        """Begin nothing further."""
        self._ends.is_draining = True

    @workflow.run
    async def run(self, batch: Batch) -> BatchDone:
        """Give each its turn."""
        self._batch = batch
        await self._ends.run(self._all())
        return BatchDone(counts=dict(self._counts), refused=self._refused)

    async def _all(self) -> None:
        looking = workflow.start_activity(
            names.LOOK_UP,
            args=[self._batch.how, list(self._batch.names)],
            result_type=list[StackTask],
            start_to_close_timeout=_SHORT,
            retry_policy=RETRIES,
        )
        tasks = await self._ends.unless(looking)
        if tasks is None:
            return
        for name in sorted(set(self._batch.names) - {task.stack for task in tasks}):
            await self._refuse(name, "the worker's checkout has no file of it")
        await asyncio.gather(*(self._turn(task) for task in tasks))

    async def _turn(self, task: StackTask) -> None:
        """One stack, as soon as its accounts have room."""
        ends = self._ends
        while not (ends.is_draining or self._has_room(task)):
            await workflow.wait_condition(lambda: ends.is_draining or self._has_room(task))
        self._busy.update(task.accounts)
        try:
            handle = await self._lease(task)
            if handle is not None:
                await self._finish(task, handle)
            elif not ends.is_draining:
                await self._refuse(task.stack, "another run has not let go of it")
        finally:
            self._busy.subtract(task.accounts)

    def _has_room(self, task: StackTask) -> bool:
        return all(self._busy[one] < task.how.per_account for one in task.accounts)

    async def _finish(
        self, task: StackTask, handle: ChildWorkflowHandle[StackWorkflow, Result]
    ) -> None:
        try:
            await workflow.wait_condition(lambda: handle.done() or self._ends.is_draining)
            if not handle.done():
                with contextlib.suppress(FailureError):  # it has ended meanwhile
                    await handle.signal(StackWorkflow.drain)
            result = await self._ends.child(handle)
        except ChildWorkflowError as error:
            await self._refuse(task.stack, f"its workflow ended: {error.cause or error}")
            return
        await self._count(task.stack, result.outcome)

    async def _lease(self, task: StackTask) -> ChildWorkflowHandle[StackWorkflow, Result] | None:
        """Begin the stack's workflow; waits while another run has it."""
        of = TypedSearchAttributes(
            [
                SearchAttributePair(names.TENANT, task.tenant),
                SearchAttributePair(names.ENVIRONMENT, task.environment),
                SearchAttributePair(names.RUN, task.how.fleet),
                SearchAttributePair(names.OUTCOME, names.WAITING),
            ]
        )
        for _ in range(_LEASE_TRIES):
            if self._ends.is_draining:
                return None
            try:
                return await workflow.start_child_workflow(
                    StackWorkflow.run,
                    task,
                    id=names.lease_of(task.how.queue, task.stack),
                    search_attributes=of,
                    cancellation_type=_WAIT,
                )
            except WorkflowAlreadyStartedError:
                with contextlib.suppress(TimeoutError):
                    await workflow.wait_condition(
                        lambda: self._ends.is_draining, timeout=_LEASE_EVERY
                    )
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
        self._ends = Ends()
        self._failures = 0
        self._limit: int | None = None

    @workflow.signal
    def failed(self, _stack: str) -> None:
        """A stack has failed."""
        self._failures += 1

    @workflow.signal
    def drain(self) -> None:
        """Begin nothing further; what is at work may finish."""
        self._ends.is_draining = True

    @workflow.run
    async def run(self, order: FleetOrder) -> FleetDone:
        """Canaries first, alone; then all batches, until all are done or too many have failed."""
        self._limit = order.max_failures
        return await self._ends.run(self._do(order))

    async def _do(self, order: FleetOrder) -> FleetDone:
        chosen = order.names
        if chosen is None:
            choosing = workflow.start_activity(
                names.SELECT,
                order.selector,
                result_type=tuple[str, ...],
                start_to_close_timeout=_SHORT,
                retry_policy=RETRIES,
            )
            chosen = await self._ends.unless(choosing)
        if chosen is None:
            return FleetDone(verb=order.how.verb.value, ending=Ending.DRAINED)
        parts: list[BatchDone] = []
        ending = await self._all(order, chosen, parts)
        done = total(parts).model_dump()
        return FleetDone(**done, verb=order.how.verb.value, ending=ending, names=chosen)

    async def _all(
        self, order: FleetOrder, chosen: Sequence[str], parts: list[BatchDone]
    ) -> Ending:
        canaries, rest = chosen[: order.canary], chosen[order.canary :]
        if canaries:
            await self._side_by_side(order, canaries, parts)
            if total(parts).counts.get(Outcome.FAILED.value):
                return Ending.CANARY_FAILED
        if not self._is_ending:
            await self._side_by_side(order, rest, parts)
        counts = total(parts).counts
        if sum(counts.values()) == len(chosen) and not counts.get(Outcome.INTERRUPTED.value):
            return Ending.ALL_DONE
        return Ending.TOO_MANY_FAILED if self._are_too_many else Ending.DRAINED

    async def _side_by_side(
        self, order: FleetOrder, stacks: Sequence[str], parts: list[BatchDone]
    ) -> None:
        """Batches of these; all end before one that failed is told of."""
        told = await asyncio.gather(
            *(self._batch(order, some) for some in batches(stacks, order.batch)),
            return_exceptions=True,
        )
        for one in told:
            if isinstance(one, BaseException):
                raise ApplicationError(f"a batch ended: {one.__cause__ or one}") from one
            parts.append(one)

    @property
    def _are_too_many(self) -> bool:
        return self._limit is not None and self._failures > self._limit

    @property
    def _is_ending(self) -> bool:
        return self._ends.is_draining or self._are_too_many

    async def _batch(self, order: FleetOrder, stacks: Sequence[str]) -> BatchDone:
        info = workflow.info()
        batch = Batch(
            how=order.how.model_copy(update={"fleet": info.run_id}),
            names=tuple(stacks),
            report_failures=order.max_failures is not None,
        )
        handle = await workflow.start_child_workflow(
            BatchWorkflow.run,
            batch,
            id=f"{info.workflow_id}:{info.run_id[:8]}:{stacks[0]}",
            cancellation_type=_WAIT,
        )
        await workflow.wait_condition(lambda: handle.done() or self._is_ending)
        if not handle.done():
            with contextlib.suppress(FailureError):  # it has ended meanwhile
                await handle.signal(BatchWorkflow.drain)
        return await self._ends.child(handle)
