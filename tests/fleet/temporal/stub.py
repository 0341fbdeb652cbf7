"""Workers of a fleet of stacks that there are not: real server and workflows, no engine."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path

from temporalio import activity
from temporalio.client import Client

from fleet.ledger import Ledger, Run
from fleet.result import Outcome, Result
from fleet.run import Ending, Options
from fleet.temporal import names
from fleet.temporal.beats import Beats
from fleet.temporal.connection import Where, connect, ensure_search_attributes
from fleet.temporal.run import TemporalRun
from fleet.temporal.tasks import BATCH, How, StackTask, task_of
from fleet.temporal.turn import StackWorkflow
from fleet.temporal.worker import Duty, limit_rate, workers
from fleet.tenants import FleetStack, Selector, select
from tools.temporal.run import TemporalServer


class Stub:
    """The three activities. `fails` are stacks that fail; each takes `seconds` and tells when.

    `dies` are stacks whose first attempt is not heard of again, as if its worker had died.
    """

    def __init__(self, *stacks: FleetStack, seconds: float = 0.0) -> None:
        self._stacks = {one.name: one for one in stacks}
        self.seconds = seconds
        self.fails: set[str] = set()
        self.dies: set[str] = set()
        self.heard: list[set[str]] = []  # machines that earlier attempts were on
        self.took: list[tuple[str, float, float]] = []

    @property
    def done(self) -> list[str]:
        """In the order in which they were begun."""
        return [stack for stack, _, _ in sorted(self.took, key=lambda one: one[1])]

    @activity.defn(name=names.SELECT)
    async def select(self, selector: Selector) -> tuple[str, ...]:
        return tuple(one.name for one in select(self._stacks.values(), selector, {}))

    @activity.defn(name=names.LOOK_UP)
    async def look_up(self, how: How, stacks: list[str]) -> list[StackTask]:
        return [task_of(self._stacks[name], how) for name in stacks if name in self._stacks]

    @activity.defn(name=names.RECONCILE)
    async def reconcile(self, task: StackTask) -> Result:
        began, outcome = time.monotonic(), Outcome.GOOD
        await _at_work()
        if task.stack in self.dies:
            self.dies.remove(task.stack)
            activity.heartbeat(Beats("a-machine-that-dies").now())
            await asyncio.Event().wait()
        self.heard.append(Beats("here", activity.info().heartbeat_details).others)
        while time.monotonic() - began < self.seconds:
            activity.heartbeat()
            try:
                await asyncio.sleep(0.05)
            except asyncio.CancelledError:
                outcome = Outcome.INTERRUPTED
                break
        if task.stack in self.fails:
            outcome = Outcome.FAILED
        self.took.append((task.stack, began, time.monotonic()))
        verb = task.how.verb.value
        return Result(stack=task.stack, verb=verb, outcome=outcome, phase="verified")


async def _at_work() -> None:
    info = activity.info()
    assert info.workflow_id
    turn = activity.client().get_workflow_handle_for(StackWorkflow.run, info.workflow_id)
    await turn.signal(StackWorkflow.at_work, True)


def fleet_of(number: int, **account: str) -> list[FleetStack]:
    """`t0000.dev` and on; each with accounts of its own, or all with those."""
    return [
        FleetStack(name=f"t{one:04d}.dev", **({"customer": f"C{one}"} | account))
        for one in range(number)
    ]


@contextmanager
def working(
    server: TemporalServer, stub: Stub, duty: Duty, parts: slice = slice(2)
) -> Iterator[None]:
    """A worker in a thread of its own, until the end of the block; or one of its two parts."""
    ready, ended = threading.Event(), threading.Event()

    async def work() -> None:
        client = await connect(Where({}, server.address))
        await ensure_search_attributes(client)
        await limit_rate(client, duty)
        async with AsyncExitStack() as both:
            for one in list(workers(client, stub, duty))[parts]:
                await both.enter_async_context(one)
            ready.set()
            await asyncio.to_thread(ended.wait)

    thread = threading.Thread(target=asyncio.run, args=(work(),), daemon=True)
    thread.start()
    try:
        while not ready.wait(0.1):
            assert thread.is_alive()
        yield
    finally:
        ended.set()
        thread.join()


class Asker:
    """Whoever asks for runs: a ledger, and the server."""

    def __init__(self, server: TemporalServer, queue: str, folder: Path) -> None:
        self.server = server
        self.queue = queue
        self.folder = folder
        self.ledger = Ledger(folder / "fleet.sqlite")

    def begin(self, stacks: list[str]) -> Run:
        return self.ledger.begin("up", stacks)

    def go(
        self,
        run: Run,
        options: Options = Options(),  # noqa: B008  immutable
        heard: Callable[[TemporalRun, Result], None] = lambda *_: None,
        batch: int = BATCH,
    ) -> Ending:
        """Have the run done, or what is left of it."""
        return self.made(options, batch).go(run, self.ledger.left(run), self.ledger, heard)

    def made(
        self,
        options: Options = Options(),  # noqa: B008  immutable
        batch: int = BATCH,
    ) -> TemporalRun:
        """A run that is not begun."""
        return TemporalRun(Where({}, self.server.address), options, self.queue, batch)

    def counts(self, run: Run) -> dict[str, int]:
        """Outcome → how many; "" is not done."""
        return next(counts for one, counts in self.ledger.runs() if one.id == run.id)

    def ask(self, query: str) -> list[str]:
        """Ids of workflows that the server finds by their search attributes."""

        async def listed() -> list[str]:
            client: Client = await connect(Where({}, self.server.address))
            mine = f"{query} AND WorkflowId STARTS_WITH '{self.queue}:'"
            return sorted([one.id async for one in client.list_workflows(mine)])

        return asyncio.run(listed())
