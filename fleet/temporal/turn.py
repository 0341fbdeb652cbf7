"""The workflow of one stack's turn. Its id is the lease of the stack: the server runs one at most.

It is told by the activity whether an engine is at work. So a drain ends what no worker has begun
and leaves the rest alone, while a cancel also asks the engine to end the call that it is in.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

from temporalio import workflow
from temporalio.common import Priority, RetryPolicy
from temporalio.exceptions import ActivityError, ApplicationError, CancelledError
from temporalio.workflow import ActivityCancellationType

with workflow.unsafe.imports_passed_through():
    from fleet.result import Outcome, Result
    from fleet.temporal import names
    from fleet.temporal.tasks import NOT_BEGUN, StackTask

if TYPE_CHECKING:
    from temporalio.workflow import ActivityHandle

HEARTBEAT = timedelta(seconds=15)
"""A worker that has said nothing for so long is taken for dead."""
_LONGEST = timedelta(hours=1)  # of one attempt; the engine's own limit is 15 minutes
# The kinds of failure have their own numbers; this bounds what kills its worker each time.
RETRIES = RetryPolicy(
    initial_interval=timedelta(seconds=2),
    maximum_attempts=25,
    non_retryable_error_types=["FlexSsoError"],  # a selector of what is not there, say
)


@workflow.defn
class StackWorkflow:
    """One stack's turn."""

    def __init__(self) -> None:
        self._is_at_work = False
        self._is_draining = False
        self._is_cancelled = False
        self._is_ending = False  # the activity has been cancelled

    @workflow.signal
    def at_work(self, is_so: bool) -> None:  # noqa: FBT001  a signal has no names
        """A worker has begun an attempt, or ended one that will be tried again."""
        self._is_at_work = is_so
        word = names.AT_WORK if is_so else names.WAITING
        workflow.upsert_search_attributes([names.OUTCOME.value_set(word)])

    @workflow.signal
    def drain(self) -> None:
        """Begin nothing further; an engine at work may finish."""
        self._is_draining = True

    @workflow.run
    async def run(self, task: StackTask) -> Result:
        """Reconcile; a failure that no attempt healed is a result too."""
        doing = workflow.start_activity(
            names.RECONCILE,
            task,
            result_type=Result,
            task_queue=names.stacks_queue(task.how.queue),
            start_to_close_timeout=_LONGEST,
            heartbeat_timeout=HEARTBEAT,
            retry_policy=RETRIES,
            cancellation_type=ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
            priority=Priority(fairness_key=task.key),
        )
        await self._until_done(doing)
        result: Result
        try:
            result = await doing
        except ActivityError as error:
            result = _told(task, error)
        workflow.upsert_search_attributes(
            [
                names.PHASE.value_set(result.phase or "unknown"),
                names.OUTCOME.value_set(result.outcome.value),
            ]
        )
        return result

    async def _until_done(self, doing: ActivityHandle[Result]) -> None:
        """Wait; cancels it once, where somebody cancels us, or drains and nobody is at work.

        We may be cancelled while what a drain has cancelled still ends: that is waited for, too.
        """
        while not doing.done():
            try:
                await workflow.wait_condition(
                    lambda: doing.done() or (self._is_to_end and not self._is_ending)
                )
            except asyncio.CancelledError:
                self._is_cancelled = True
            if self._is_to_end and not self._is_ending and not doing.done():
                doing.cancel()
                self._is_ending = True

    @property
    def _is_to_end(self) -> bool:
        return self._is_cancelled or (self._is_draining and not self._is_at_work)


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
        said=NOT_BEGUN if stopped else str(cause or error),
    )
