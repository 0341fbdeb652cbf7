"""The Directory API's queries a minute, shared by the threads of one run.

Google: 2,400 a minute for a user and project, more if the project has been granted more (Directory
API "Limits and Quotas"). Each part of a batch counts. How Google cuts its minutes is not said, so
no minute of ours holds more, wherever it starts.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

MINUTE = 60.0
BATCH = 100
EVEN_SHARE = 0.975
"""Of the quota, when queries are spread evenly: a little is left for clocks that differ."""


class QueryQuota:
    """At most `per_minute` queries in any minute, as fast as they can be sent.

    Once Google has refused one, somebody else uses the quota, too: from then on they are spread
    evenly. `earlier` are the queries of the last run, as (seconds ago, how many).
    """

    def __init__(
        self,
        per_minute: int,
        earlier: Iterable[tuple[float, int]] = (),
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._per_minute = per_minute
        self._clock = clock
        self._sleep = sleep
        self._sent = deque((clock() - age, count) for age, count in sorted(earlier, reverse=True))
        self._paid_until: float | None = None
        self._lock = threading.Lock()

    @property
    def batch(self) -> int:
        """How many queries to send in one batch: a small quota is not used up by one."""
        return max(1, min(BATCH, self._per_minute // 24))

    def take(self, count: int) -> None:
        """Wait until `count` queries may go out."""
        with self._lock:
            at = max(self._room_at(count), self._even_at(count))
            self._sent.append((at, count))
            if self._paid_until is not None:
                self._paid_until = self._even_at(count)
        if at > self._clock():
            self._sleep(at - self._clock())

    def seconds_for(self, count: int) -> float:
        """How long `take(count)` would wait now."""
        with self._lock:
            at = max(self._room_at(count), self._even_at(count))
            return max(0.0, at - self._clock())

    def last_minute(self) -> list[tuple[float, int]]:
        """What was sent in the last minute, as (seconds ago, how many)."""
        now = self._clock()
        return [(now - at, count) for at, count in self._sent if now - at < MINUTE]

    def was_refused(self) -> None:
        """Google says that the quota is used up: from here on evenly, starting from nothing."""
        with self._lock:
            self._paid_until = max(self._paid_until or 0.0, self._clock())

    def _room_at(self, count: int) -> float:
        """When the minute before has room for so many."""
        now = self._clock()
        while self._sent and self._sent[0][0] <= now - MINUTE:
            self._sent.popleft()
        at = max([now, *(sent for sent, _ in self._sent)])
        over = sum(size for _, size in self._sent) + count - self._per_minute
        for sent, size in self._sent:
            if over <= 0:
                break
            at = max(at, sent + MINUTE)
            over -= size
        return at

    def _even_at(self, count: int) -> float:
        """When so many are paid for by the time that passes; one batch may be saved up."""
        if self._paid_until is None:
            return 0.0
        per_second = self._per_minute * EVEN_SHARE / MINUTE
        saved = self._clock() - self.batch / per_second
        return max(self._paid_until, saved) + count / per_second
