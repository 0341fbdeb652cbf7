"""Three customers under a rate that the server keeps, beside customers with a stack each.

Real server and workflows, stacks that there are not; what counts is when each was begun. All wait
on the server before the first worker asks for one, so that nothing but the rate slows them.
"""

from __future__ import annotations

import tempfile
import threading
from bisect import bisect_left
from collections import defaultdict
from pathlib import Path

from fleet.run import Options
from fleet.temporal import names
from fleet.temporal.worker import Duty
from fleet.tenants import FleetStack
from tests.fleet.temporal.stub import Asker, Stub, working
from tests.servers import free_port
from tools.fleet.ends import until
from tools.temporal.run import TemporalServer

RATE = 5.0
CUSTOMERS, EACH, OTHERS = 3, 25, 30
QUEUE = "rates"
STACKS, WORKFLOWS = slice(0, 1), slice(1, 2)  # parts of a worker


def rates() -> list[str]:
    """Prints a line for each customer, and one for all others; returns what was wrong."""
    stacks = [
        FleetStack(name=f"{customer}-{one}.dev", customer=customer)
        for customer in (f"c{number}" for number in range(CUSTOMERS))
        for one in range(EACH)
    ]
    stacks += [FleetStack(name=f"o-{one}.dev", customer=f"o{one}") for one in range(OTHERS)]
    begun = begun_by_customer(stacks)
    wrong = []
    for number in range(CUSTOMERS):
        times = begun[f"c{number}"]
        rate, most = (len(times) - 1) / (times[-1] - times[0]), most_in_a_second(times)
        print(f"rate                 customer {number}: {rate:.2f} a second, at most {most} in one")
        if len(times) != EACH or rate > RATE or most > RATE + 1:
            wrong.append(f"customer {number} is above {RATE:.0f} a second")
    first = min(times[0] for times in begun.values())
    last = max(begun[f"o{number}"][0] for number in range(OTHERS)) - first
    slowest = max(begun[f"c{number}"][-1] for number in range(CUSTOMERS)) - first
    print(f"rate                 {OTHERS} others: {OTHERS / last:.1f} a second, done after"
          f" {last:.1f} s of {slowest:.1f}", flush=True)  # fmt: skip
    return wrong if last < slowest else [*wrong, "others were slowed"]


def begun_by_customer(stacks: list[FleetStack]) -> dict[str, list[float]]:
    """When each stack was begun, in seconds, by customer; in order."""
    stub, found = Stub(*stacks), defaultdict(list)
    customer = {one.name: one.customer for one in stacks}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with TemporalServer(folder / "runs.sqlite", free_port()) as server:
            asker = Asker(server, QUEUE, folder)
            run = asker.begin([one.name for one in stacks])
            duty = Duty(queue=QUEUE, size=len(stacks), rate=RATE)
            late = threading.Thread(target=work_late, args=(server, asker, stub, duty))
            with working(server, stub, duty, WORKFLOWS):
                late.start()
                asker.go(run, Options(per_account=EACH))
                late.join()
    for stack, began, _ in sorted(stub.took, key=lambda one: one[1]):
        found[customer[stack]].append(began)
    return found


def work_late(server: TemporalServer, asker: Asker, stub: Stub, duty: Duty) -> None:
    """Work, once all stacks wait for it, until all are done."""
    waiting = f"WorkflowType = 'StackWorkflow' AND {names.OUTCOME.name} = '{names.WAITING}'"
    until(lambda: len(asker.ask(waiting)) == duty.size, "all wait", seconds=600)
    with working(server, stub, duty, STACKS):
        until(lambda: len(stub.took) == duty.size, "all are done", seconds=600)


def most_in_a_second(times: list[float]) -> int:
    """The most that were begun within any second."""
    return max(bisect_left(times, at + 1.0) - place for place, at in enumerate(times))
