"""`make torture`: faults, crashes and hostile input, counted. Nothing leaves this machine.

Each figure is printed when it is done, with what went wrong, by name; exit code 1 if anything did,
or if the time was over before all was done. A whole figure (not a `--short` one) is kept in
docs/explanation/reliability.json, from which `make docs` writes the table of reliability.md, the
page that says what each one proves.
"""

from __future__ import annotations

import argparse
import sys
import time

from tools.torture.figure import Figure, Scope
from tools.torture.figures import FIGURES
from tools.torture.record import keep


def main() -> int:
    """Run the chosen figures."""
    parser = argparse.ArgumentParser(prog="python -m tools.torture", description=__doc__)
    parser.add_argument("--only", choices=sorted(FIGURES), nargs="+", default=list(FIGURES))
    parser.add_argument("--short", action="store_true", help="a slice of each, for every day")
    parser.add_argument("--seed", type=int, default=0, help="which slice, where one is drawn")
    parser.add_argument("--minutes", type=float, default=90.0, help="no figure takes longer")
    chosen = parser.parse_args()
    command = " ".join(["python -m tools.torture", *sys.argv[1:]])
    print(f"{time.strftime('%Y-%m-%d')}  {command}")
    results: list[Figure] = []
    for name in chosen.only:
        start = time.monotonic()
        figure = FIGURES[name](Scope(chosen.short, chosen.seed, chosen.minutes))
        results.append(figure)
        seconds = time.monotonic() - start
        print(f"{name:<10}{figure}  ({seconds:.0f} s)", flush=True)
        for wrong in figure.wrong:
            print(f"  {wrong}", flush=True)
        if not chosen.short:
            keep(name, figure, command, seconds)
    return 0 if all(figure.holds for figure in results) else 1


if __name__ == "__main__":
    sys.exit(main())
