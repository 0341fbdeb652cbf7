"""The Directory API's queries a minute, as a token bucket that several threads draw from.

Google: 2,400 a minute for a user and project, more if the project has been granted more (Directory
API "Limits and Quotas"). Each part of a batch counts.
"""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

BURST = 100
"""Queries that may go out at once after a quiet while: one batch."""


class TokenBucket:
    """At most `per_minute` queries a minute, in bursts of BURST."""

    def __init__(
        self,
        per_minute: int,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.per_second = per_minute / 60
        self._tokens = float(BURST)
        self._clock = clock
        self._sleep = sleep
        self._last = clock()
        self._lock = threading.Lock()

    def take(self, count: int) -> None:
        """Wait until `count` queries may go out."""
        with self._lock:
            self._refill()
            self._tokens -= count  # below nothing: who comes next waits for this one too
            debt = -self._tokens
        if debt > 0:
            self._sleep(debt / self.per_second)

    def seconds_for(self, count: int) -> float:
        """How long `take(count)` would wait now."""
        with self._lock:
            self._refill()
            return max(0.0, (count - self._tokens) / self.per_second)

    def was_refused(self) -> None:
        """Google says that the quota is used up, whoever used it: go on from nothing."""
        with self._lock:
            self._refill()
            self._tokens = min(self._tokens, 0.0)

    def _refill(self) -> None:
        now = self._clock()
        self._tokens = min(BURST, self._tokens + (now - self._last) * self.per_second)
        self._last = now
