"""A run as seen by whoever asked for it: the order is given, and results come in as they are there.

The run itself lives on the server. Whoever asked may be killed: the run goes on, and `--resume`
finds it again and writes down what has become of it.
"""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from temporalio.client import WorkflowExecutionStatus, WorkflowFailureError
from temporalio.exceptions import CancelledError
from temporalio.service import RPCError, RPCStatusCode

from fleet.result import Outcome, Result
from fleet.run import Ending, Options
from fleet.temporal import names
from fleet.temporal.beats import pollers_of
from fleet.temporal.connection import Where, connect, ensure_search_attributes, refused
from fleet.temporal.finds import at_work, closed, results_of
from fleet.temporal.tasks import BATCH, NOT_BEGUN, FleetDone, FleetOrder, How
from fleet.temporal.workflows import FleetWorkflow
from fleet.verb import Verb
from models.errors import FlexSsoError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from temporalio.client import Client, WorkflowHandle

    from fleet.ledger import Ledger, Run

    Tell = Callable[["TemporalRun", Result], None]
    Handle = WorkflowHandle[FleetWorkflow, FleetDone]

_EVERY_SECONDS = 1.0
_LATE = timedelta(seconds=30)  # by which the server's list of closed workflows may lag behind
_PATIENCE_SECONDS = 600.0
_FINAL = {
    RPCStatusCode.INVALID_ARGUMENT,
    RPCStatusCode.NOT_FOUND,
    RPCStatusCode.PERMISSION_DENIED,
    RPCStatusCode.UNAUTHENTICATED,
    RPCStatusCode.UNIMPLEMENTED,
}


class TemporalRun:
    """One run; has what `FleetRun` has. `drain` and `stop` may be called from a signal handler."""

    def __init__(
        self, where: Where, options: Options, queue: str = names.QUEUE, batch: int = BATCH
    ) -> None:
        self._where = where
        self._batch = batch
        self._options = options
        self._queue = queue
        self._loop: asyncio.AbstractEventLoop | None = None
        self._asked = asyncio.Event()
        self._wishes: list[str] = []  # that the server has not been told yet
        self._seen: set[str] = set()  # runs of stacks' workflows
        self._open: set[str] = set()  # stacks that are not done
        self.results: list[Result] = []
        self.running: list[str] = []
        self.total = 0

    def drain(self) -> None:
        """Begin nothing further; engines in flight finish."""
        self._ask("drain")

    def stop(self) -> None:
        """Cancel: engines in flight end the call that they are in."""
        self._ask("cancel")

    def _ask(self, wish: str) -> None:
        self._wishes.append(wish)
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._asked.set)

    def go(self, run: Run, stacks: Sequence[str], ledger: Ledger, tell: Tell) -> Ending:
        """Have them all done; `tell` hears of each result as it comes in."""
        return asyncio.run(self._go(run, stacks, ledger, tell))

    async def _go(self, run: Run, stacks: Sequence[str], ledger: Ledger, tell: Tell) -> Ending:
        self._loop = asyncio.get_running_loop()
        client = await connect(self._where)
        self.total = len(stacks)
        self._open = set(stacks)

        def heard(result: Result) -> None:
            if result.stack not in self._open or result.said == NOT_BEGUN:
                return  # another client of the same run has written it down; or nothing was done
            self._open.remove(result.stack)
            ledger.finished(run, result)
            self.results.append(result)
            tell(self, result)

        handle = await self._found_or_begun(client, run, stacks, heard)
        ending = Ending.ALL_DONE
        if handle is not None:
            ending = await self._follow(client, handle, run, ledger, heard)
        if not ledger.left(run):
            ledger.ended(run)
        return ending

    async def _found_or_begun(
        self, client: Client, run: Run, stacks: Sequence[str], heard: Callable[[Result], None]
    ) -> Handle | None:
        """The run's workflow: the one that still runs, or one for what an ended one left over."""
        handle = client.get_workflow_handle_for(
            FleetWorkflow.run, names.run_id(self._queue, run.id)
        )
        try:
            description = await handle.describe()
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise refused(error) from None
        else:
            if description.status is WorkflowExecutionStatus.RUNNING:
                _say(f"the run {run.id} is still at work; following it")
                return client.get_workflow_handle_for(
                    FleetWorkflow.run, handle.id, run_id=description.run_id
                )
            await self._collect(client, description.run_id, None, heard, done_only=True)
        left = tuple(name for name in stacks if name in self._open)
        return await self._begin(client, run, left) if left else None

    async def _begin(self, client: Client, run: Run, left: tuple[str, ...]) -> Handle:
        await ensure_search_attributes(client)
        how = How(
            verb=Verb(run.verb),
            queue=self._queue,
            look=self._options.look,
            timeout=self._options.timeout,
            per_account=self._options.per_account,
        )
        order = FleetOrder(
            how=how,
            names=left,
            canary=self._options.canary,
            max_failures=self._options.max_failures,
            batch=self._batch,
        )
        try:
            if not await pollers_of(client, self._queue):
                _say(f"no worker works for {self._queue}: the run waits for one")
                _say("hint: ./flexsso fleet worker")
            return await client.start_workflow(
                FleetWorkflow.run,
                order,
                id=names.run_id(self._queue, run.id),
                task_queue=self._queue,
            )
        except RPCError as error:
            raise refused(error) from None

    async def _follow(
        self,
        client: Client,
        handle: Handle,
        run: Run,
        ledger: Ledger,
        heard: Callable[[Result], None],
    ) -> Ending:
        """Write down results until the run has ended; survives a server that comes back."""
        lost_since, since = 0.0, None
        while True:
            now = datetime.now(UTC)
            try:
                await self._pass_on(handle)
                description = await handle.describe()
                await self._collect(client, description.run_id, since, heard)
                if description.status is not WorkflowExecutionStatus.RUNNING:
                    return await self._end(client, handle, description.run_id, run, heard)
                await self._look_who_is_at_work(client, description.run_id, run, ledger)
            except RPCError as error:
                lost_since = _lost(error, lost_since)
            else:
                lost_since, since = 0.0, now - _LATE
            await self._pause()

    async def _pass_on(self, handle: Handle) -> None:
        """Have the server know that somebody wants the run to end."""
        while self._wishes:
            if self._wishes[0] == "drain":
                await handle.signal(FleetWorkflow.drain)
            else:
                await handle.cancel()
            del self._wishes[0]

    async def _look_who_is_at_work(
        self, client: Client, run_id: str, run: Run, ledger: Ledger
    ) -> None:
        found = await at_work(client, self._queue, run_id)
        now = [name for name in found if name in self._open]
        for name in set(now) - set(self.running):
            ledger.started(run, name)
        self.running = now

    async def _pause(self) -> None:
        try:
            await asyncio.wait_for(self._asked.wait(), _EVERY_SECONDS)
        except TimeoutError:
            return
        self._asked.clear()

    async def _end(
        self,
        client: Client,
        handle: Handle,
        run_id: str,
        run: Run,
        heard: Callable[[Result], None],
    ) -> Ending:
        """What the run came to; results that the server's list does not show yet are waited for."""
        try:
            done = await handle.result()
        except WorkflowFailureError as error:
            if isinstance(error.cause, CancelledError):
                return Ending.DRAINED
            hint = "what is done is in the ledger: --resume last goes on"
            raise FlexSsoError(f"The run's workflow failed: {error.cause}", hint=hint) from None
        for stack, why in done.refused.items():
            heard(Result(stack=stack, verb=run.verb, outcome=Outcome.FAILED, said=why))
        expected = sum(done.counts.values()) - len(done.refused)
        clock = asyncio.get_running_loop().time
        deadline = clock() + _LATE.total_seconds()
        while len(self._seen) < expected and clock() < deadline:
            await self._collect(client, run_id, None, heard)
            await asyncio.sleep(0.2)
        return done.ending

    async def _collect(
        self,
        client: Client,
        run_id: str,
        since: datetime | None,
        heard: Callable[[Result], None],
        *,
        done_only: bool = False,
    ) -> None:
        """Hear the results of the stacks' workflows that have closed since then."""
        fresh = [one async for one in closed(client, run_id, since) if one.run_id not in self._seen]
        for found in await results_of(client, fresh):
            if not done_only:
                self._seen.add(found.turn)
            if found.result.outcome.is_done or not done_only:
                heard(found.result)


def _lost(error: RPCError, since: float) -> float:
    """Since when the server does not answer; raises if that is too long, or it refuses.

    A server in distress may say that the namespace, where our run is, is not there.
    """
    if error.status in _FINAL and not error.message.startswith("Namespace"):
        raise refused(error) from None
    now = asyncio.get_running_loop().time()
    if not since:
        _say("the server does not answer; the run waits for it")
        return now
    if now - since > _PATIENCE_SECONDS:
        raise refused(error) from None
    return since


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)  # noqa: T201  progress, as the commands show it
