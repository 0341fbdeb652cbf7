"""Three customers under a rate that the server keeps, beside customers with a stack each.

Real server and workflows, stacks that there are not; what counts is when each was begun, by the
server's own clock. All wait on the server before the first worker asks for one, and none ends
before all are begun, so that nothing but the rate slows them.

The server keeps a rate as a bucket that holds a second of it, for each partition of its queue a
share. So in any time there may begin what the rate grants for it, that second's worth, and one in
each partition.
"""

from __future__ import annotations

import asyncio
import tempfile
import threading
from bisect import bisect_right
from collections import defaultdict
from contextlib import suppress
from pathlib import Path

from temporalio import activity

from fleet.result import Outcome, Result
from fleet.run import Options
from fleet.temporal import names
from fleet.temporal.tasks import StackTask
from fleet.temporal.worker import Duty
from fleet.tenants import FleetStack
from tests.fleet.temporal.stub import Asker, Stub, working
from tests.servers import free_port
from tools.fleet.ends import until
from tools.temporal.run import TemporalServer

RATE = 5.0
BUCKET = RATE * 1.0 + 4  # stacks: a second's worth, and one for each of the queue's partitions
CUSTOMERS, EACH, OTHERS = 3, 40, 30
QUEUE = "rates"
STACKS, WORKFLOWS = slice(0, 1), slice(1, 2)  # parts of a worker
_BEAT_SECONDS = 5.0


class Held(Stub):
    """Stacks that are begun, and end when all are: meanwhile starts are the server's only work.

    `begun` is when, in seconds, as the server has it; `unheard` counts starts that no worker saw,
    and whose time is not known therefore.
    """

    def __init__(self, *stacks: FleetStack) -> None:
        super().__init__(*stacks)
        self.begun: dict[str, float] = {}
        self.unheard = 0
        self._are_all = asyncio.Event()
        self._number = len(stacks)

    @activity.defn(name=names.RECONCILE)
    async def reconcile(self, task: StackTask) -> Result:
        """Wait for all others to begin; beats, or the server would have another try."""
        self.unheard += activity.info().attempt - 1
        self.begun.setdefault(task.stack, activity.info().started_time.timestamp())
        if len(self.begun) == self._number:
            self._are_all.set()
        while not self._are_all.is_set():
            activity.heartbeat()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._are_all.wait(), _BEAT_SECONDS)
        verb = task.how.verb.value
        return Result(stack=task.stack, verb=verb, outcome=Outcome.GOOD, phase="verified")


def rates() -> list[str]:
    """Prints a line for each customer, and one for all others; returns what was wrong."""
    stacks = [
        FleetStack(name=f"{customer}-{one}.dev", customer=customer)
        for customer in (f"c{number}" for number in range(CUSTOMERS))
        for one in range(EACH)
    ]
    stacks += [FleetStack(name=f"o-{one}.dev", customer=f"o{one}") for one in range(OTHERS)]
    begun = begun_by_customer(stacks, RATE)
    wrong = []
    for number in range(CUSTOMERS):
        times = begun[f"c{number}"]
        above = most_above(times)
        print(f"rate                 customer {number}: {steady(times):.2f} a second, at most"
              f" {most_within(times, 1)} in one, {most_within(times, 5)} in five;"
              f" never {above:.1f} above the rate")  # fmt: skip
        if len(times) != EACH or above > BUCKET:
            wrong.append(f"customer {number} is above {RATE:.0f} a second")
    first = min(times[0] for times in begun.values())
    last = max(begun[f"o{number}"][0] for number in range(OTHERS)) - first
    slowest = max(begun[f"c{number}"][-1] for number in range(CUSTOMERS)) - first
    print(f"rate                 {OTHERS} others: {OTHERS / last:.1f} a second, begun within"
          f" {last:.1f} s of {slowest:.1f}", flush=True)  # fmt: skip
    return wrong if last < slowest else [*wrong, "others were slowed"]


def begun_by_customer(stacks: list[FleetStack], rate: float) -> dict[str, list[float]]:
    """When each stack was begun, in seconds, by customer; in order."""
    stub, found = Held(*stacks), defaultdict(list)
    customer = {one.name: one.customer for one in stacks}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with TemporalServer(folder / "runs.sqlite", free_port()) as server:
            asker = Asker(server, QUEUE, folder)
            run = asker.begin([one.name for one in stacks])
            duty = Duty(queue=QUEUE, size=len(stacks), rate=rate)
            late = threading.Thread(target=work_late, args=(server, asker, stub, duty))
            with working(server, stub, duty, WORKFLOWS):
                late.start()
                asker.go(run, Options(per_account=EACH))
                late.join()
    if stub.unheard:
        print(f"rate                 {stub.unheard} starts were not heard of, and not counted")
    for stack, at in sorted(stub.begun.items(), key=lambda one: one[1]):
        found[customer[stack]].append(at)
    return found


def work_late(server: TemporalServer, asker: Asker, stub: Held, duty: Duty) -> None:
    """Work, once all stacks wait for it, until all are done."""
    waiting = "WorkflowType = 'StackWorkflow' AND ExecutionStatus = 'Running'"
    until(lambda: len(asker.ask(waiting)) == duty.size, "all wait", seconds=600)
    with working(server, stub, duty, STACKS):
        until(lambda: not asker.ask(waiting), "all are done", seconds=600)


def steady(times: list[float]) -> float:
    """Stacks a second in the middle half: after the bucket is empty, before partitions are."""
    middle = times[len(times) // 4 : -len(times) // 4]
    return (len(middle) - 1) / (middle[-1] - middle[0])


def most_within(times: list[float], seconds: float) -> int:
    """The most that were begun within any so many seconds."""
    return max(bisect_right(times, at + seconds) - place for place, at in enumerate(times))


def most_above(times: list[float]) -> float:
    """By how many stacks, at most, any time saw more than the rate grants for it."""
    least = most = 0.0
    for place, at in enumerate(times):
        granted = RATE * (at - times[0])
        least = min(least, place - granted)
        most = max(most, place + 1 - granted - least)
    return most
