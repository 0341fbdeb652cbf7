"""Kills under Temporal, and what else only many workers can show; part of `make torture-fleet`.

A worker that holds a lock is killed with its engine, the client that asked for the run, or the
server, which is started again on its file. Afterwards the same holds as under the pool. And: forty
tenants reach the same states under both; three customers under a rate never exceed it.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from fleet.processes import children_of
from tests.servers import free_port
from tools.fleet.ends import slain, unlike_once, until
from tools.fleet.project import FleetProject, fleet_project
from tools.fleet.states import resources_of
from tools.temporal.run import TemporalServer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LATENCY = 0.05
WORKERS, SLOTS = 2, 2


class Rig:
    """A server, workers of a project, and the client."""

    def __init__(self, project: FleetProject, server: TemporalServer) -> None:
        self.project = project
        self.server = server
        self.log = project.root / ".temporal" / "workers.log"
        self.workers = [self.work() for _ in range(WORKERS)]
        self.client: subprocess.Popen[str] | None = None

    def work(self) -> subprocess.Popen[str]:
        """Start a worker."""
        arguments = ("worker", "--at-once", str(SLOTS), "--rate", "0", "--grace", "5")
        return self.project.start(*arguments, "--address", self.server.address, log=self.log)

    def up(self, *more: str) -> subprocess.Popen[str]:
        """Start a run."""
        through = ("--engine", "temporal", "--address", self.server.address)
        return self.project.start("up", *through, "--json", *more)

    def close(self) -> None:
        """End the workers."""
        for one in self.workers:
            one.terminate()
        for one in self.workers:
            one.wait(timeout=120)


@contextmanager
def rig(tenants: int) -> Iterator[Rig]:
    """All of it on a fresh project."""
    with (
        fleet_project(tenants) as project,
        TemporalServer(project.root / ".temporal" / "runs.sqlite", free_port()) as server,
    ):
        made = Rig(project, server)
        try:
            yield made
        finally:
            made.close()


def tortured(name: str, tenants: int) -> list[str]:
    """One kind of kill; prints its line, and returns what was wrong."""
    began = time.monotonic()
    with rig(tenants) as made:
        project = made.project
        project.control("options", {"latency": LATENCY})
        made.client = made.up()
        until(lambda: len(made_so_far(project)) >= tenants // 8, "some stacks are made")
        killed = KILLS[name](made)
        ended = _finish(made, tenants)
        until(lambda: not project.engines(), "its engines end")
        waits, locks = ended["counts"].get("waits", 0), project.locks()
        times = runs_of_stacks(project)
        wrong = [*unlike_once(project), *(["a lock is left"] if locks else [])]
    until(lambda: not project.processes(), "no process is left")
    again = sum(count - 1 for count in times.values())
    wrong += [f"{waits} of {tenants} are done"] if waits != tenants else []
    wrong += [f"{again} done again, more than were in flight"] if again > WORKERS * SLOTS else []
    print(
        f"{name:<20} {killed} killed; {waits} of {tenants} done, {again} of them twice,"
        f" {len(locks)} locks left, wrong {len(wrong)}  ({time.monotonic() - began:.0f} s)",
        *wrong,
        sep="\n  ",
        flush=True,
    )
    return wrong


def _finish(made: Rig, tenants: int) -> dict[str, Any]:
    """The run's summary, by the client or, where that was killed, by another that goes on."""
    assert made.client is not None  # noqa: S101  for the type checker
    if made.client.poll() is None:
        return made.project.ended(made.client, 2, timeout=20.0 * tenants + 300)
    made.client.communicate()
    return made.project.ended(made.up("--resume", "last"), 2, timeout=20.0 * tenants + 300)


# Kills --------------------------------------------------------------------------------------------


def worker(made: Rig) -> int:
    """A worker, its nursery, a stack's process and the engine that holds the lock; at one moment.

    Another worker takes its place, as systemd or Kubernetes would have it.
    """
    project, doomed = made.project, made.workers[0]
    found: list[int] = []

    def holds_a_lock() -> bool:
        found[:] = _below(doomed.pid)
        return bool(project.locks()) and bool(set(project.engines()) & set(found))

    until(holds_a_lock, "its engine holds a lock")
    killed = slain(doomed.pid, *found)
    made.workers[0] = made.work()
    doomed.wait()
    return killed


def client(made: Rig) -> int:
    """Whoever asked for the run."""
    assert made.client is not None  # noqa: S101  for the type checker
    killed = slain(made.client.pid)
    made.client.wait()
    return killed


def server(made: Rig) -> int:
    """The server; started again after five seconds, on the same file."""
    killed = made.server.kill()
    time.sleep(5)
    made.server.start()
    return killed


KILLS: dict[str, Callable[[Rig], int]] = {
    "temporal-worker": worker,
    "temporal-client": client,
    "temporal-server": server,
}


# The same under both ----------------------------------------------------------------------


def states(tenants: int) -> list[str]:
    """All tenants under the pool and, in an equal world, under Temporal: equal resources."""
    began = time.monotonic()
    with rig(tenants) as made:
        project = made.project
        pools = []
        for run in (pooled, through_temporal):
            project.reset()
            shutil.rmtree(project.root / ".state" / ".pulumi", ignore_errors=True)
            run(made, tenants)
            pools.append({name: resources_of(_state(project, name)) for name in project.names})
    pool, temporal = pools
    unlike = [name for name in project.names if pool[name] != temporal[name]]
    count = sum(len(one) for one in pool.values())
    print(
        f"{'states':<20} {tenants - len(unlike)} of {tenants} equal under pool and Temporal,"
        f" {count} resources  ({time.monotonic() - began:.0f} s)",
        flush=True,
    )
    return [f"other states: {', '.join(unlike)}"] if unlike or not count else []


def pooled(made: Rig, tenants: int) -> None:
    """By the pool."""
    made.project.run("up", exit_code=2, timeout=20.0 * tenants + 300)


def through_temporal(made: Rig, tenants: int) -> None:
    """By the workers."""
    made.project.ended(made.up(), 2, timeout=20.0 * tenants + 300)


def _state(project: FleetProject, name: str) -> dict[str, Any]:
    """As the backend keeps it, in the form of an export."""
    (path,) = (project.root / ".state" / ".pulumi" / "stacks").rglob(f"{name}.json")
    return {"deployment": json.loads(path.read_text(encoding="utf-8"))["checkpoint"]["latest"]}


def _below(pid: int) -> list[int]:
    """All descendants."""
    children = children_of(pid)
    return [*children, *(one for child in children for one in _below(child))]


def made_so_far(project: FleetProject) -> list[str]:
    """Stacks whose state is written and whose lock is free."""
    folder = project.root / ".state" / ".pulumi" / "stacks"
    locked = {path.parent.name for path in project.locks()}
    return [path.stem for path in folder.rglob("*.json") if path.stem not in locked]


def runs_of_stacks(project: FleetProject) -> dict[str, int]:
    """Stack → how many updates its history tells of that succeeded."""
    folder = project.root / ".state" / ".pulumi" / "history"
    counts: dict[str, int] = {}
    for path in folder.rglob("*.history.json"):
        record = json.loads(path.read_text(encoding="utf-8"))
        if record.get("result") == "succeeded" and record.get("kind") == "update":
            counts[path.parent.name] = counts.get(path.parent.name, 0) + 1
    return counts
