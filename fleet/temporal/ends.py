"""How a workflow hears that it is to end: drained by a signal, or cancelled, which is also a drain.

Only the workflow's own coroutine is cancelled by the server, and some waits (of a signal to a
child) swallow that. So it does nothing but wait here; its tasks look at what was asked for.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, TypeVar

from temporalio import workflow

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from temporalio.workflow import ActivityHandle, ChildWorkflowHandle

T = TypeVar("T")


class Ends:
    """What was asked for."""

    def __init__(self) -> None:
        self.is_draining = False
        self.is_cancelled = False

    async def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Do the work, whatever is asked for meanwhile; it is for it to end early."""
        task = asyncio.create_task(work)
        while not task.done():
            try:
                await workflow.wait_condition(task.done)
            except asyncio.CancelledError:
                self.is_cancelled = self.is_draining = True
        return task.result()

    async def unless(self, doing: ActivityHandle[T]) -> T | None:
        """What the activity answers; None if we are to end before that."""
        await workflow.wait_condition(lambda: doing.done() or self.is_draining)
        if not doing.done():
            doing.cancel()
            return None
        return await doing

    async def child(self, handle: ChildWorkflowHandle[Any, T]) -> T:
        """The child's result; a cancel is passed on."""
        await workflow.wait_condition(lambda: handle.done() or self.is_cancelled)
        if not handle.done():
            handle.cancel()
        return await handle
