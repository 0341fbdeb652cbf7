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

MOST_AT_ONCE = 100
"""Queries that may go out at once after a quiet while: one batch."""


class TokenBucket:
    """At most `per_minute` queries in any minute.

    `burst` of them may go out at once, the rest flows evenly: 2,400 a minute are 100 and 2,300, so
    that no minute holds more, however Google counts. `quiet` is for how long nothing was asked.
    """

    def __init__(
        self,
        per_minute: int,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        *,
        quiet: float = 3600.0,
    ) -> None:
        self.burst = max(1, min(MOST_AT_ONCE, per_minute // 24))
        self.per_second = max(per_minute - self.burst, per_minute / 2) / 60
        self._tokens = min(float(self.burst), quiet * self.per_second)
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
        self._tokens = min(self.burst, self._tokens + (now - self._last) * self.per_second)
        self._last = now
