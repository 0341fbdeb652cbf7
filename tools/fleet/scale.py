"""`python -m tools.fleet.scale [--check]`: docs/explanation/scale.md from bench/results/fleet.json.

A plan for 10,000 tenants is computed, not run: from processor seconds, memory and calls that
`make bench-fleet` measured, and from the vendors' quotas. With `--check` nothing is written: exit
code 1 if the page is not what it should be.
"""

from __future__ import annotations

import json
import math
import re
import sys
from typing import Any, NamedTuple

from tools.fleet.project import ROOT

PAGE = ROOT / "docs" / "explanation" / "scale.md"
TEMPLATE = ROOT / "tools" / "fleet" / "scale.md"
RESULTS = ROOT / "bench" / "results" / "fleet.json"
TENANTS = 10_000
CORES = (2, 8, 32)
BUSY = 0.9
ANSWER_SECONDS = 0.25
REPORTS_A_MINUTE = 250
DIRECTORY_A_MINUTE = 2400
CONNECTIONS_OF_ONE = 2
RUNS = {"up": "no-op up", "drift": "drift"}
"""Verb → what the bench calls a run of it on a settled fleet."""


class Plan(NamedTuple):
    """A verb on all tenants: minutes of work, stacks in flight, GB of memory."""

    minutes: float
    in_flight: int
    memory: float


def plan(cores: int, cpu: float, calls: float, first_mb: float, further_mb: float) -> Plan:
    """On so many cores, 90 % busy; a stack waits for a vendor at each call."""
    a_second = cores * BUSY / cpu
    in_flight = math.ceil(a_second * (cpu + calls * ANSWER_SECONDS))
    memory = (first_mb + further_mb * (in_flight - 1)) / 1000
    return Plan(TENANTS / a_second / 60, in_flight, memory)


def render(results: dict[str, Any]) -> str:
    """The page."""
    told = {row["what"]: float(row["measured"]) for row in results["rows"]}
    size = max(int(number.replace(",", "")) for number in _sizes(told))
    memory = (told["memory of the first stack in flight, and of the run"],
              told["memory of each further one"])  # fmt: skip
    machine = results["machine"]
    lines = []
    for verb, run in RUNS.items():
        cpu = told[f"{run} of {size:,}: all, by tenants"]
        for cores in CORES:
            made = plan(cores, cpu, told[f"calls to the vendors: {verb}"], *memory)
            lines.append(
                f"| `{verb}` | {cores} | {cpu:.2f} | {_time(made.minutes)} | {made.in_flight}"
                f" | {made.memory:.1f} GB | {made.in_flight * CONNECTIONS_OF_ONE} |"
            )
    return TEMPLATE.read_text(encoding="utf-8").format(
        tenants=f"{TENANTS:,}",
        size=f"{size:,}",
        date=results["time"][:10],
        cores=machine["cores"],
        load=machine["load_1_min"],
        command=results["command"],
        busy=f"{BUSY:.0%}",
        answer=f"{ANSWER_SECONDS * 1000:.0f} ms",
        noop=f"{told['no-op up in a fleet']:.2f}",
        plain=f"{told['plain pulumi up --yes --skip-preview']:.2f}",
        ratio=f"{told['no-op up: fleet / plain pulumi up, processor time']:.2f}",
        first=f"{memory[0]:.0f}",
        further=f"{memory[1]:.0f}",
        plan="\n".join(lines),
        growth="\n".join(_growth(told)),
        quotas="\n".join(_quotas(told)),
    )


def _sizes(told: dict[str, float]) -> list[str]:
    found = (re.fullmatch(r"no-op up of ([\d,]+)", what) for what in told)
    return [one[1] for one in found if one]


def _growth(told: dict[str, float]) -> list[str]:
    rows = []
    for run in ("first up", *RUNS.values()):
        each = (
            told.get(f"exponent of {measure}, {run}") for measure in ("cpu", "memory", "seconds")
        )
        rows.append(
            f"| {run} | "
            + " | ".join("not known" if x is None else f"{x:.2f}" for x in each)
            + " |"
        )
    return rows


def _quotas(told: dict[str, float]) -> list[str]:
    rows = []
    for verb in ("up", "drift", "verify"):
        calls = told[f"calls to the vendors: {verb}"]
        reports = told[f"those to the Reports API: {verb}"]
        bound = TENANTS * reports / REPORTS_A_MINUTE
        least = f"at least {_time(bound)}" if reports else "no bound"
        rows.append(f"| `{verb}` | {calls:.0f} | {reports:.0f} | {least} |")
    return rows


def _time(minutes: float) -> str:
    return f"{minutes:.0f} min" if minutes < 100 else f"{minutes / 60:.1f} h"


def main(arguments: list[str]) -> int:
    """Write the page, or compare it."""
    wanted = render(json.loads(RESULTS.read_text(encoding="utf-8")))
    if "--check" not in arguments:
        PAGE.write_text(wanted, encoding="utf-8")
        return 0
    if PAGE.exists() and PAGE.read_text(encoding="utf-8") == wanted:
        return 0
    print(f"{PAGE} is not what the results say\nhint: python -m tools.fleet.scale", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
