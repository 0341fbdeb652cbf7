"""`make torture-fleet`: forty tenants under the pool, and kill -9 in the midst of their first `up`.

Killed are processes of stacks with the engine that holds the lock, the run itself, or everything at
once, as when a machine goes down. Then `--resume` by somebody else. Afterwards every tenant is made
once, nobody holds a lock, no process is left, and no stack that was done was done again.
"""

from __future__ import annotations

import argparse
import sqlite3
import sys
import time
from collections.abc import Callable
from contextlib import closing, suppress
from functools import partial
from typing import TYPE_CHECKING

from fleet.processes import children_of
from tools.fleet import torture_temporal
from tools.fleet.ends import PATIENCE_SECONDS, slain, unlike_once, until
from tools.fleet.project import FleetProject, fleet_project
from tools.fleet.rates import rates

if TYPE_CHECKING:
    from subprocess import Popen

LATENCY = 0.05
SLOTS = 3
WORKERS = 5

Kill = Callable[[FleetProject, "Popen[str]"], int]


def main() -> int:
    """Run all of them; one line each, and what was wrong."""
    parser = argparse.ArgumentParser(prog="python -m tools.fleet.torture", description=__doc__)
    parser.add_argument("--tenants", type=int, default=40)
    parser.add_argument("--only", choices=sorted(WAYS), nargs="+", default=list(WAYS))
    chosen = parser.parse_args()
    print(f"{time.strftime('%Y-%m-%d')}  python -m tools.fleet.torture {' '.join(sys.argv[1:])}")
    wrong = [complaint for name in chosen.only for complaint in WAYS[name](chosen.tenants)]
    return 1 if wrong else 0


def tortured(name: str, tenants: int) -> list[str]:
    """One kind of kill; prints its line, and returns what was wrong."""
    began = time.monotonic()
    with fleet_project(tenants) as project:
        project.control("options", {"latency": LATENCY})
        with project.start("up", "--at-once", str(SLOTS)) as process:
            until(lambda: len(done(project)) >= tenants // 8, "some stacks are done")
            killed = KILLS[name](project, process)
            process.communicate(timeout=PATIENCE_SECONDS + 20 * tenants)
        until(lambda: not project.processes(), "its processes end")
        before, locks = done(project), len(project.locks())
        resumed = project.run("up", "--resume", "last", exit_code=2, timeout=20.0 * tenants)
        until(lambda: not project.processes(), "no process is left")
        again = sum(
            before[stack] != ended for stack, ended in done(project).items() if stack in before
        )
        wrong = [*unlike_once(project), *(["a lock is left"] if project.locks() else [])]
        waits = resumed["counts"].get("waits", 0)
    wrong += [f"{waits} of {tenants} are done"] if waits != tenants else []
    wrong += [f"{again} that were done were done again"] if again else []
    print(
        f"{name:<12} {killed} killed, {len(before)} of {tenants} done by then, {locks} locks left;"
        f" resumed: {waits} of {tenants}, done again {again}, wrong {len(wrong)}"
        f"  ({time.monotonic() - began:.0f} s)",
        *wrong,
        sep="\n  ",
        flush=True,
    )
    return wrong


# Kills --------------------------------------------------------------------------------------------


def workers(project: FleetProject, process: Popen[str]) -> int:
    """A stack's process and its engine, while it holds its lock; five times in one run."""
    (nursery,) = children_of(process.pid)
    killed = 0
    while killed < WORKERS and process.poll() is None:
        for worker in children_of(nursery):
            engines = [pid for pid in children_of(worker) if pid in project.engines()]
            if engines and project.locks():
                slain(worker, *engines)
                killed += 1
                time.sleep(1)
                break
        time.sleep(0.02)
    return killed


def coordinator(_project: FleetProject, process: Popen[str]) -> int:
    """The run itself; what it has begun ends by itself."""
    return slain(process.pid)


def everything(project: FleetProject, process: Popen[str]) -> int:
    """The run, the nursery, every stack's process, engine and providers, at one moment."""
    until(project.locks, "a lock is held")
    return slain(process.pid, *project.processes())


KILLS: dict[str, Kill] = {
    "workers": workers,
    "coordinator": coordinator,
    "everything": everything,
}


# What should be -----------------------------------------------------------------------------------


def done(project: FleetProject) -> dict[str, str]:
    """Stack → when it ended, of those that are done in the last run."""
    ledger = project.root / ".state" / "fleet.sqlite"
    query = "SELECT stack, ended FROM task WHERE outcome = 'waits'"
    with suppress(sqlite3.OperationalError), closing(sqlite3.connect(ledger, timeout=30)) as db:
        return dict(db.execute(query).fetchall())
    return {}  # it has not made its tables yet


WAYS: dict[str, Callable[[int], list[str]]] = {
    **{name: partial(tortured, name) for name in KILLS},
    "states": torture_temporal.states,
    **{name: partial(torture_temporal.tortured, name) for name in torture_temporal.KILLS},
    "rates": lambda _: rates(),
}
"""What can be asked for, by the number of tenants."""


if __name__ == "__main__":
    sys.exit(main())
