"""`make bench-fleet`: what a stack costs in a fleet, and how that grows with the fleet.

People have set all tenants up at both consoles and signed in, so that a first `up` ends `verified`
and a second one has nothing to do. First one stack: plain `pulumi up` and the fleet in turns, in
processor seconds, which other work on the machine hardly changes. Then fleets of the given sizes:
first `up`, `up` again, and ten tenants changed by hand, which `drift` has to find. Prints a table
and writes bench/results/fleet.json, which after each part holds what is known by then; exit code 1
if a limit does not hold.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any, NamedTuple

import httpx

from fleet.processes import children_of
from tools.bench.__main__ import table
from tools.bench.figures import Row, exponent
from tools.fleet.consoles import set_up_all
from tools.fleet.memory import PeakMemory
from tools.fleet.project import ROOT, UP, FleetProject, fleet_project

if TYPE_CHECKING:
    from collections.abc import Iterator

RESULTS = ROOT / "bench" / "results" / "fleet.json"
ONE, SCALE = 1, 2
DRIFTED = 10
SLOTS = (1, 4)
HOUR = 3600.0


def main() -> int:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(prog="python -m tools.fleet.bench", description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="*", default=[100, 1000], help="tenants")
    parser.add_argument("--rounds", type=int, default=9, help="of plain and fleet, in turns")
    parser.add_argument("--results", type=Path, default=RESULTS)
    chosen = parser.parse_args()
    command = f"python -m tools.fleet.bench {' '.join(sys.argv[1:])}".strip()
    chosen.results.parent.mkdir(parents=True, exist_ok=True)
    rows: list[Row] = []
    for rows in measured(chosen.rounds, chosen.sizes):
        chosen.results.write_text(json.dumps(document(rows, command), indent=2) + "\n")
        note(f"written: {chosen.results}")
    print(table(rows))
    return 0 if all(row.holds for row in rows) else 1


def measured(rounds: int, sizes: list[int]) -> Iterator[list[Row]]:
    """All rows that are known after each part."""
    one, seen = one_stack(rounds), list[Size]()
    yield one
    for size in sizes:
        seen.append(of_size(size))
        yield [*one, *growth(seen)]


def document(rows: list[Row], command: str) -> dict[str, Any]:
    """What is written."""
    return {
        "time": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "command": command,
        "machine": {
            "cores": os.cpu_count(),
            "load_1_min": round(os.getloadavg()[0], 1),
            "python": platform.python_version(),
        },
        "rows": [{**row._asdict(), "holds": row.holds} for row in rows],
    }


# One stack ----------------------------------------------------------------------------------------


def one_stack(rounds: int) -> list[Row]:
    """No-op `up` of a verified stack, by plain Pulumi and by the fleet; memory and calls."""
    with fleet_project(max(SLOTS)) as project:
        name = project.names[0]
        note("one stack: to a verified sign-in")
        set_up_all(project)
        project.run("up", exit_code=0)
        note(f"one stack: {rounds} rounds")
        pairs = [(plain(project, name), reconciled(project, name)) for _ in range(rounds)]
        ratio = median(fleet / bare for bare, fleet in pairs)
        calls = calls_of(project, name)
        note("memory of stacks in flight")
        first, all_of_them = (peak_of(project, slots) for slots in SLOTS)
        further = (all_of_them - first) / (SLOTS[1] - SLOTS[0])
    return [
        Row(ONE, "no-op up: fleet / plain pulumi up, processor time", ratio, "times", 0.6),
        Row(ONE, "no-op up in a fleet", median(fleet for _, fleet in pairs), "cpu-s", 1.0),
        Row(ONE, "plain pulumi up --yes --skip-preview", median(p for p, _ in pairs), "cpu-s"),
        Row(ONE, "memory of the first stack in flight, and of the run", first, "MB"),
        Row(ONE, "memory of each further one", further, "MB"),
        *calls,
    ]


def plain(project: FleetProject, name: str) -> float:
    """Processor seconds of plain Pulumi, its language host and its providers."""
    before = _cpu_of_children()
    project.pulumi(*UP, "--expect-no-changes", "-s", name)
    return _cpu_of_children() - before


def reconciled(project: FleetProject, name: str) -> float:
    """The same of one stack in a fleet, as it measures itself."""
    (result,) = project.run("up", name, exit_code=0)["stacks"]
    if result["changes"]:
        raise RuntimeError(f"this was to be a no-op: {result['changes']}")
    return float(result["cpu_seconds"])


def calls_of(project: FleetProject, name: str) -> list[Row]:
    """How many requests one stack makes; those to the Reports API, whose quota is small."""
    rows = []
    for verb in ("up", "drift", "verify"):
        before = len(requests(project))
        project.run(verb, name, exit_code=0)
        made = requests(project)[before:]
        reports = sum("/admin/reports/" in url for url in made)
        rows += [
            Row(ONE, f"calls to the vendors: {verb}", len(made), "calls"),
            Row(ONE, f"those to the Reports API: {verb}", reports, "calls"),
        ]
    return rows


def requests(project: FleetProject) -> list[str]:
    """Addresses that were asked for so far."""
    answer = httpx.get(f"{project.base}/_sandbox/requests", timeout=60).raise_for_status()
    return [one["url"] for one in answer.json()]


def peak_of(project: FleetProject, slots: int) -> float:
    """MB of a run with so many stacks at once, the run itself among them."""
    with (
        project.start("up", "--at-once", str(slots)) as process,
        PeakMemory(lambda: [process.pid, *project.processes()]) as memory,
    ):
        process.communicate()
    return memory.peak_mb


# Many ---------------------------------------------------------------------------------------------


class Timed(NamedTuple):
    """One run: seconds on the wall, processor seconds of all of it and of the median stack, MB.

    `memory` is that of the run and its nursery, which are all that could grow with the fleet;
    `changed` are the stacks with something to do.
    """

    seconds: float
    cpu: float
    cpu_of_one: float
    memory: float
    drifted: frozenset[str]
    changed: int


class Size(NamedTuple):
    """The three runs of a fleet of so many tenants, and how many of the changed ones were found."""

    tenants: int
    first: Timed
    again: Timed
    drift: Timed
    found: int


VERBS = {"first": "first up", "again": "no-op up", "drift": "drift"}


def growth(seen: list[Size]) -> list[Row]:
    """The figures of each size, and how they grow from the smallest to the largest."""
    sizes = [one.tenants for one in seen]
    rows = [row for one in seen for row in rows_of(one)]
    for what, verb in VERBS.items() if len(seen) > 1 else ():
        for measure in ("seconds", "cpu", "memory"):
            values = tuple(getattr(getattr(one, what), measure) for one in seen)
            grows = exponent(sizes, values)
            rows.append(Row(SCALE, f"exponent of {measure}, {verb}", grows, "", 1.1))
    return rows


def rows_of(one: Size) -> list[Row]:
    """A size's figures."""
    rows = []
    for what, verb in VERBS.items():
        run: Timed = getattr(one, what)
        of = f"{verb} of {one.tenants:,}"
        rows += [
            Row(SCALE, of, run.seconds, "s"),
            Row(SCALE, f"{of}: a stack", run.cpu_of_one, "cpu-s"),
            Row(SCALE, f"{of}: all, by tenants", run.cpu / one.tenants, "cpu-s"),
            Row(SCALE, f"{of}: memory of run and nursery", run.memory, "MB"),
        ]
    wanted = min(DRIFTED, one.tenants)
    found = f"{wanted} of {one.tenants:,} changed by hand: found, and no other"
    idle = Row(SCALE, f"no-op up of {one.tenants:,}: stacks with changes", one.again.changed, "", 0)
    return [*rows, idle, Row(SCALE, found, one.found, "", wanted, wanted)]


def of_size(tenants: int) -> Size:
    """First `up`, `up` again and drift of so many tenants in a world of their own."""
    with fleet_project(tenants) as project:
        note(f"{tenants:,} tenants: people at both consoles")
        set_up_all(project)
        first, again = timed(project, "up", 0), timed(project, "up", 0)
        changed = range(0, tenants, max(1, tenants // DRIFTED))[:DRIFTED]
        for number in changed:
            project.change_roles_by_hand(number, person=1)
        drift = timed(project, "drift", 1)
    expected = {f"t{number:04d}.dev" for number in changed}
    found = len(drift.drifted & expected) - len(drift.drifted - expected)
    return Size(tenants, first, again, drift, found)


def timed(project: FleetProject, verb: str, exit_code: int) -> Timed:
    """Run it on all, and measure."""
    note(f"{len(project.names):,} tenants: {verb}")
    began, before = time.monotonic(), _cpu_of_children()
    with (
        project.start(verb, "--json") as process,
        PeakMemory(lambda: [process.pid, *children_of(process.pid)]) as memory,
    ):
        stacks = project.ended(process, exit_code, timeout=4 * HOUR)["stacks"]
    seconds = time.monotonic() - began
    each = [one["cpu_seconds"] for one in stacks]
    return Timed(
        seconds,
        _cpu_of_children() - before + sum(each),  # stacks' processes have no parent that waits
        median(each),
        memory.peak_mb,
        frozenset(one["stack"] for one in stacks if one["outcome"] == "drifted"),
        sum(bool(one["changes"]) for one in stacks),
    )


def note(text: str) -> None:
    """A line of progress on stderr."""
    print(f"{datetime.now(UTC):%H:%M:%S} {text} …", file=sys.stderr, flush=True)


def _cpu_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    sys.exit(main())
