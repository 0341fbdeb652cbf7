"""`make bench`: what roles of many people cost, as four figures with their limits.

Everything runs against sandboxes of its own; ratios are measured in one run, so that a slow machine
does not change them. Prints a table and writes bench/results/<time>.json. bench/README.md says what
each figure means and what bounds it. Exit code 1 if one does not hold.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from tools.bench.engine import BenchError
from tools.bench.figures import Row, growth, many_changed, nothing_changed, under_quota
from tools.bench.world import PROJECT, World, world

if TYPE_CHECKING:
    from collections.abc import Iterator

RESULTS = PROJECT / "bench" / "results"


def main() -> int:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(prog="python -m tools.bench", description=__doc__)
    parser.add_argument("--figures", type=int, nargs="+", default=[1, 2, 3, 4])
    parser.add_argument("--people", type=int, default=10_000)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1000, 5000, 20_000])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--results", type=Path, default=RESULTS)
    chosen = parser.parse_args()
    try:
        rows = [row for rows in measured(chosen) for row in rows]
    except BenchError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(table(rows))
    print(f"written: {write(rows, chosen.results)}")
    return 0 if all(row.holds for row in rows) else 1


def measured(chosen: argparse.Namespace) -> Iterator[list[Row]]:
    """The chosen figures, each in a fresh world."""
    people = chosen.people
    with tempfile.TemporaryDirectory() as folder, world(Path(folder) / "sandbox") as place:
        os.environ["XDG_STATE_HOME"] = str(Path(folder) / "journals")
        for number in chosen.figures:
            print(f"measuring figure {number} …", file=sys.stderr, flush=True)
            yield figure(number, place, Path(folder), people, chosen)


def figure(
    number: int, place: World, folder: Path, people: int, chosen: argparse.Namespace
) -> list[Row]:
    """One of the four."""
    if number == 1:
        return nothing_changed(place, folder, people, chosen.rounds)
    if number == 2:
        return many_changed(place, people, people // 10)
    if number == 3:
        return under_quota(place, people, people // 10)
    return growth(place, folder, chosen.sizes)


def table(rows: list[Row]) -> str:
    """Figure, what, measured, limit, verdict."""
    lines = []
    for row in rows:
        limit = f"at most {row.at_most:g}" if row.at_most is not None else ""
        limit = f"at least {row.at_least:g}" if row.at_least is not None else limit
        verdict = ("holds" if row.holds else "FAILS") if limit else ""
        shown = f"{row.measured:,.2f} {row.unit}".rstrip()
        lines.append(f"{row.figure}  {row.what:<58} {shown:>14}  {limit:<12} {verdict}".rstrip())
    return "\n".join(lines)


def write(rows: list[Row], folder: Path) -> Path:
    """The results as JSON, under the time of day."""
    folder.mkdir(parents=True, exist_ok=True)
    now = datetime.now(UTC)
    machine = {"cores": os.cpu_count(), "python": platform.python_version()}
    content = {
        "time": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "machine": machine,
        "rows": [{**row._asdict(), "holds": row.holds} for row in rows],
    }
    path = folder / f"{now:%Y-%m-%dT%H%M%SZ}.json"
    path.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    return path


if __name__ == "__main__":
    sys.exit(main())
