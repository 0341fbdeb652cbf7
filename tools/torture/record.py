"""The figures that count: kept as JSON when they are measured, shown as a table in the docs."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from tools.torture.figure import Figure

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "explanation"
RECORD = FOLDER / "reliability.json"


class Measured(NamedTuple):
    """One figure; `asked` is 0 where time decides how many cases there are."""

    what: str
    cases: int
    asked: int
    wrong: int
    date: str
    command: str
    seconds: int

    @property
    def shown(self) -> str:
        """How many cases, and of how many where some were left out."""
        return f"{self.cases:,}" + (f" of {self.asked:,}" if self.asked > self.cases else "")


def kept(path: Path = RECORD) -> dict[str, Measured]:
    """Each figure as it was last measured, by name."""
    content = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return {name: Measured(**figure) for name, figure in content.items()}


def keep(
    name: str, figure: Figure, command: str, seconds: float, path: Path = RECORD
) -> dict[str, Measured]:
    """Put one figure, measured just now, in the place of the one before; returns all of them."""
    date = time.strftime("%Y-%m-%d", time.gmtime())
    wrong = len(figure.wrong)
    measured = Measured(
        figure.what, figure.cases, figure.asked, wrong, date, command, round(seconds)
    )
    figures = {**kept(path), name: measured}
    content = {one: figures[one]._asdict() for one in sorted(figures)}
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return figures
