"""A line now and then for work that takes long: done, rate, what is being waited for.

Written to stderr, which Pulumi shows with the stack's diagnostics while the work goes on.
"""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

T = TypeVar("T")
EVERY_SECONDS = 5.0


def say(text: str) -> None:
    """One line for whoever watches."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


class Progress:
    """At most one line in EVERY_SECONDS, the first after that long.

    `total` is None while nobody knows how many there are; `what` happens to them.
    """

    def __init__(
        self,
        total: int | None,
        say: Callable[[str], None] = say,
        clock: Callable[[], float] = time.monotonic,
        what: str = "written",
    ) -> None:
        self._of = "" if total is None else f" of {total:,}"
        self._what = what
        self._say = say
        self._clock = clock
        self._start = self._last = clock()

    def tell(self, done: int, waiting_for: str = "") -> None:
        """Say how far it is, if it is time to."""
        now = self._clock()
        if now - self._last < EVERY_SECONDS:
            return
        self._last = now
        rate = done / (now - self._start)
        note = f", waiting: {waiting_for}" if waiting_for else ""
        self._say(f"people: {done:,}{self._of} {self._what}, {rate:.0f} a second{note}")

    def counting(self, items: Iterable[T]) -> Iterator[T]:
        """The items, told as they come."""
        for done, item in enumerate(items, start=1):
            self.tell(done)
            yield item
