"""A figure: how many cases of what, and those that went wrong."""

from __future__ import annotations

from dataclasses import dataclass, field

LONGEST = 600


@dataclass
class Figure:
    """`what` is said after the number of cases; each of `wrong` is a line about one case."""

    what: str
    cases: int = 0
    wrong: list[str] = field(default_factory=list)

    def add(self, name: object, wrong: str) -> None:
        """Count one case; `wrong` is empty if it went well."""
        self.cases += 1
        if wrong:
            self.wrong.append(f"{name}: {' '.join(wrong.split())}"[:LONGEST])

    def __str__(self) -> str:
        return f"{self.cases:>6,} {self.what}, {len(self.wrong)} wrong"
