"""`make bench`: what Pulumi itself costs on this machine, by number and shape of resources.

It is the ruler for our own figures, and the reason for one bulk resource a tenant whose people
travel as a JSON string. Seconds on the wall, median of `--rounds`; the rounds go through all
programs in turn, so that a busy minute on the machine does not fall on one of them alone.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path
from statistics import median

from tools.bench.subject import SUBJECTS, VERBS, BenchError, measure

Figures = dict[str, dict[str, float]]


def main() -> int:
    """Measure, then print a table, or one JSON object with `--json`."""
    parser = argparse.ArgumentParser(prog="python -m tools.bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    try:
        figures = medians([one_round(number + 1) for number in range(chosen.rounds)])
    except BenchError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(json.dumps(figures) if chosen.json else table(figures))
    return 0


def one_round(number: int) -> Figures:
    """All programs, once."""
    figures: Figures = {}
    for subject in SUBJECTS:
        print(f"round {number}: {subject.name}", file=sys.stderr, flush=True)
        with tempfile.TemporaryDirectory() as folder:
            figures[subject.name] = measure(subject, Path(folder))
    return figures


def medians(rounds: list[Figures]) -> Figures:
    """The median of each figure over the rounds."""
    return {
        name: {verb: median(one[name][verb] for one in rounds) for verb in figures}
        for name, figures in rounds[0].items()
    }


def table(figures: Figures) -> str:
    """Seconds, and in brackets how many times the first row's."""
    ruler = next(iter(figures.values()))
    lines = [f"{'seconds':<30}" + "".join(f"{verb:>16}" for verb in VERBS)]
    for name, row in figures.items():
        cells = (f"{row[verb]:.2f} ({row[verb] / ruler[verb]:.1f}x)" for verb in VERBS)
        lines.append(f"{name:<30}" + "".join(f"{cell:>16}" for cell in cells))
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
