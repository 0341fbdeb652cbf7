"""A run as seen by whoever asked for it: the order is given, and results come in as they are there.

The run itself lives on the server. Whoever asked may be killed: the run goes on, and `--resume`
finds it again and writes down what has become of it.
"""

from __future__ import annotations

import asyncio
import sys
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import WorkflowExecutionStatus, WorkflowFailureError
from temporalio.service import RPCError, RPCStatusCode

from fleet.result import Outcome, Result
from fleet.run import Ending, Options
from fleet.temporal import names
from fleet.temporal.connection import Where, connect, ensure_search_attributes
from fleet.temporal.tasks import FleetDone, FleetOrder, How
from fleet.temporal.workflows import FleetWorkflow, StackWorkflow
from fleet.verb import Verb
from models.errors import FlexSsoError, UnreachableError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence

    from temporalio.client import Client, WorkflowExecution, WorkflowHandle

    from fleet.ledger import Ledger, Run

    Tell = Callable[["TemporalRun", Result], None]

_EVERY_SECONDS = 1.0
_LATE = timedelta(seconds=30)  # by which the server's list of closed workflows may lag behind
_PATIENCE_SECONDS = 600.0
_GONE = {RPCStatusCode.UNAVAILABLE, RPCStatusCode.DEADLINE_EXCEEDED, RPCStatusCode.CANCELLED}


class TemporalRun:
    """One run; has what `FleetRun` has. `drain` and `stop` may be called from a signal handler."""

    def __init__(self, where: Where, options: Options, queue: str = names.QUEUE) -> None:
        self._where = where
        self._options = options
        self._queue = queue
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping = asyncio.Event()
        self._seen: defaultdict[str, set[str]] = defaultdict(set)  # by fleet workflow
        self.results: list[Result] = []
        self.running: list[str] = []
        self.total = 0

    def drain(self) -> None:
        """Cancel what has not begun; engines in flight end the call that they are in."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._stopping.set)

    stop = drain

    def go(self, run: Run, stacks: Sequence[str], ledger: Ledger, tell: Tell) -> Ending:
        """Have them all done; `tell` hears of each result as it comes in."""
        return asyncio.run(self._go(run, stacks, ledger, tell))

    async def _go(self, run: Run, stacks: Sequence[str], ledger: Ledger, tell: Tell) -> Ending:
        self._loop = asyncio.get_running_loop()
        client = await connect(self._where)
        self.total = len(stacks)
        self.running = list(stacks)

        def heard(result: Result) -> None:
            if result.stack not in self.running:
                return  # another client of the same run has written it down
            self.running.remove(result.stack)
            ledger.finished(run, result)
            self.results.append(result)
            tell(self, result)

        handle = await self._found_or_begun(client, run, heard, ledger)
        ending = Ending.ALL_DONE
        if handle is not None:
            ending = await self._follow(client, handle, heard)
        if not ledger.left(run):
            ledger.ended(run)
        return ending

    async def _found_or_begun(
        self, client: Client, run: Run, heard: Callable[[Result], None], ledger: Ledger
    ) -> WorkflowHandle[FleetWorkflow, FleetDone] | None:
        """The run's workflow: the one that still runs, or one for what an ended one left over."""
        handle = client.get_workflow_handle_for(
            FleetWorkflow.run, names.run_id(self._queue, run.id)
        )
        try:
            description = await handle.describe()
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise _refused(error) from None
        else:
            known = client.get_workflow_handle_for(
                FleetWorkflow.run, handle.id, run_id=description.run_id
            )
            if description.status is WorkflowExecutionStatus.RUNNING:
                _say(f"the run {run.id} is still at work; following it")
                return known
            await self._collect(client, description.run_id, None, heard, done_only=True)
        return await self._begin(client, run, ledger) if self.running else None

    async def _begin(
        self, client: Client, run: Run, ledger: Ledger
    ) -> WorkflowHandle[FleetWorkflow, FleetDone]:
        await ensure_search_attributes(client)
        await self._warn_if_nobody_works(client)
        how = How(
            verb=Verb(run.verb),
            queue=self._queue,
            look=self._options.look,
            timeout=self._options.timeout,
        )
        order = FleetOrder(
            how=how,
            names=tuple(self.running),
            canary=self._options.canary,
            max_failures=self._options.max_failures,
        )
        for stack in self.running:
            ledger.started(run, stack)
        try:
            return await client.start_workflow(
                FleetWorkflow.run,
                order,
                id=names.run_id(self._queue, run.id),
                task_queue=self._queue,
            )
        except RPCError as error:
            raise _refused(error) from None

    async def _follow(
        self,
        client: Client,
        handle: WorkflowHandle[FleetWorkflow, FleetDone],
        heard: Callable[[Result], None],
    ) -> Ending:
        """Write down results until the run has ended; survives a server that comes back."""
        cancelled, lost_since, since = False, 0.0, None
        while True:
            now = datetime.now(UTC)
            try:
                if self._stopping.is_set() and not cancelled:
                    await handle.cancel()
                    cancelled = True
                description = await handle.describe()
                run_id = description.run_id
                await self._collect(client, run_id, since, heard)
                if description.status is not WorkflowExecutionStatus.RUNNING:
                    return await self._end(client, handle, run_id, heard)
            except RPCError as error:
                lost_since = _lost(error, lost_since)
            else:
                lost_since, since = 0.0, now - _LATE
            await self._pause()

    async def _pause(self) -> None:
        if self._stopping.is_set():
            await asyncio.sleep(_EVERY_SECONDS)
            return
        try:
            await asyncio.wait_for(self._stopping.wait(), _EVERY_SECONDS)
        except TimeoutError:
            return

    async def _end(
        self,
        client: Client,
        handle: WorkflowHandle[FleetWorkflow, FleetDone],
        run_id: str,
        heard: Callable[[Result], None],
    ) -> Ending:
        """What the run came to; results that the server's list does not show yet are waited for."""
        try:
            done = await handle.result()
        except WorkflowFailureError as error:
            hint = "what is done is in the ledger: --resume last goes on"
            raise FlexSsoError(f"The run's workflow failed: {error.cause}", hint=hint) from None
        for stack, why in done.refused.items():
            verb = self.results[0].verb if self.results else "up"
            heard(Result(stack=stack, verb=verb, outcome=Outcome.FAILED, said=why))
        expected = sum(done.counts.values()) - len(done.refused)
        clock = asyncio.get_running_loop().time
        deadline = clock() + _LATE.total_seconds()
        while len(self._seen[run_id]) < expected and clock() < deadline:
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
        async for execution in _closed(client, run_id, since):
            if execution.run_id in self._seen[run_id]:
                continue
            stack = client.get_workflow_handle_for(
                StackWorkflow.run, execution.id, run_id=execution.run_id
            )
            try:
                result = await stack.result()
            except WorkflowFailureError:
                continue  # ended by force: the batch tells of it
            self._seen[run_id].add(execution.run_id)
            if result.outcome.is_done or not done_only:
                heard(result)

    async def _warn_if_nobody_works(self, client: Client) -> None:
        request = DescribeTaskQueueRequest(
            namespace=client.namespace,
            task_queue=TaskQueue(name=names.stacks_queue(self._queue)),
            task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY,
        )
        try:
            answer = await client.workflow_service.describe_task_queue(request)
        except RPCError as error:
            raise _refused(error) from None
        if not answer.pollers:
            _say(f"no worker works for {self._queue}: the run waits for one")
            _say("hint: ./flexsso fleet worker")


def _closed(
    client: Client, run_id: str, since: datetime | None
) -> AsyncIterator[WorkflowExecution]:
    query = (
        f"WorkflowType = 'StackWorkflow' AND {names.RUN.name} = '{run_id}'"
        " AND ExecutionStatus != 'Running'"
    )
    if since is not None:
        query += f" AND CloseTime >= '{since.isoformat()}'"
    return client.list_workflows(query)


def _lost(error: RPCError, since: float) -> float:
    """Since when the server does not answer; raises if that is too long, or it refuses."""
    if error.status not in _GONE:
        raise _refused(error) from None
    now = asyncio.get_running_loop().time()
    if not since:
        _say("the server does not answer; the run waits for it")
        return now
    if now - since > _PATIENCE_SECONDS:
        raise _refused(error) from None
    return since


def _refused(error: RPCError) -> FlexSsoError:
    what = f"The Temporal server refused: {error.message}"
    return UnreachableError(what, hint="--resume goes on with the run once it answers")


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)  # noqa: T201  progress, as the commands show it
