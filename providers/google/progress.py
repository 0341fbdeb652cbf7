"""A line now and then for work that takes long: done, rate, what is being waited for.

Written to stderr, which Pulumi shows with the stack's diagnostics while the work goes on.
"""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

EVERY_SECONDS = 5.0


def say(text: str) -> None:
    """One line for whoever watches."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


class Progress:
    """At most one line in EVERY_SECONDS, the first after that long."""

    def __init__(
        self,
        total: int,
        say: Callable[[str], None] = say,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._total = total
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
        self._say(f"people: {done:,} of {self._total:,} written, {rate:.0f} a second{note}")
