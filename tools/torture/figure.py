"""A figure: how many cases of what, and those that went wrong."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

LONGEST = 600

T = TypeVar("T")


class Scope(NamedTuple):
    """How much of a figure to measure: all of it, or a slice; `minutes` ends it earlier."""

    short: bool = False
    seed: int = 0
    minutes: float = 90.0

    def draw(self) -> random.Random:
        """Chance that is the same for the same seed."""
        return random.Random(self.seed)  # noqa: S311  a draw, no secret

    def within(self, cases: Iterable[T]) -> Iterator[T]:
        """These, as many as the time is enough for."""
        end = time.monotonic() + 60 * self.minutes
        for case in cases:
            if time.monotonic() > end:
                return
            yield case


@dataclass
class Figure:
    """`what` is said after the number of cases; each of `wrong` is a line about one case.

    `asked` is how many cases were to be run; 0 where time decides, or where there is no plan.
    """

    what: str
    cases: int = 0
    wrong: list[str] = field(default_factory=list)
    asked: int = 0

    @property
    def complete(self) -> bool:
        """Whether time was enough for all that was asked."""
        return self.cases >= self.asked

    @property
    def holds(self) -> bool:
        """Whether the figure proves what it says: something ran, all of it, and nothing wrong."""
        return self.cases > 0 and self.complete and not self.wrong

    def add(self, name: object, wrong: str) -> None:
        """Count one case; `wrong` is empty if it went well."""
        self.cases += 1
        if wrong:
            self.wrong.append(f"{name}: {' '.join(wrong.split())}"[:LONGEST])

    def __str__(self) -> str:
        end = "" if self.complete else f", only {self.cases:,} of {self.asked:,}: time was over"
        return f"{self.cases:>6,} {self.what}, {len(self.wrong)} wrong{end}"
