"""Many users.update calls as HTTP batches, under the quota, each part with its own fate.

Google counts each part of a batch as a query, and answers each on its own: those that ask for
patience are sent again, those that fail for good are reported, the rest has succeeded. A few
batches are under way at once, since Google works through one part after the other; an answer that
names the limit of concurrent queries takes one of them away.
"""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from models.errors import (
    CredentialsError,
    FlexSsoError,
    RateLimitedError,
    UnreachableError,
    VendorApiError,
)
from providers.google.progress import EVERY_SECONDS, Progress

if TYPE_CHECKING:
    from models.roles import People, Values
    from providers.google.quota import QueryQuota

SENDERS = 4
ATTEMPTS = 6
FRESH_SCHEMA_SECONDS = 60.0

Outcomes = dict[str, "Values | FlexSsoError"]
Send = Callable[["People"], Outcomes]
"""Sends one batch; for each person the values that Google answers with, or the error."""


@dataclass
class BulkResult:
    """Who was written, with the values that Google answered; who was not, and why.

    `tries` says how often each person was sent.
    """

    done: People = field(default_factory=dict)
    failed: dict[str, FlexSsoError] = field(default_factory=dict)
    tries: Counter[str] = field(default_factory=Counter)


@dataclass
class Waiting:
    """Who is still to be sent: at once, or not before a time."""

    ready: deque[str]
    held: list[tuple[float, str]] = field(default_factory=list)

    def due(self, most: int, now: float) -> int:
        """How many people's time has come, counted up to `most`."""
        return min(most, len(self.ready) + sum(at <= now for at, _ in self.held))

    def take(self, count: int, now: float) -> list[str]:
        """The next `count` people whose time has come."""
        self.ready.extend(email for at, email in self.held if at <= now)
        self.held = [(at, email) for at, email in self.held if at > now]
        return [self.ready.popleft() for _ in range(min(count, len(self.ready)))]

    def __bool__(self) -> bool:
        return bool(self.ready or self.held)


class BulkWriter:
    """One bulk write. `run` writes everybody's changes, whatever happens to some of them."""

    def __init__(  # noqa: PLR0913  what to send, how fast, who watches, and time
        self,
        send: Send,
        changes: People,
        quota: QueryQuota,
        progress: Progress,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._send = send
        self._changes = changes
        self._quota = quota
        self._progress = progress
        self._clock = clock
        self._sleep = sleep
        self._waiting = Waiting(deque(changes))
        self._senders = SENDERS
        self._start = clock()
        self._why = ""
        self.result = BulkResult()

    def run(self) -> BulkResult:
        """Send until everybody is either done or failed."""
        running: set[Future[Outcomes]] = set()
        with ThreadPoolExecutor(SENDERS) as pool:
            while self._waiting or running:
                while len(running) < self._senders and (chunk := self._next()):
                    running.add(pool.submit(self._send, {one: self._changes[one] for one in chunk}))
                running = self._collect(running)
                self._progress.tell(len(self.result.done), self._why)
        return self.result

    def _next(self) -> list[str]:
        """The next batch, or nothing while it is nobody's turn or the quota has no room."""
        now = self._clock()
        if self._quota.seconds_for(self._waiting.due(self._quota.batch, now)) > 0:
            self._why = "the quota of queries a minute"
            return []
        chunk = self._waiting.take(self._quota.batch, now)
        if chunk:
            self._quota.take(len(chunk))
        return chunk

    def _collect(self, running: set[Future[Outcomes]]) -> set[Future[Outcomes]]:
        """Take the answers that are there; returns the batches still under way."""
        if not running:
            self._idle()
            return running
        answered, running = wait(running, timeout=1.0, return_when=FIRST_COMPLETED)
        for batch in answered:
            self._why = ""
            self._judge(batch.result())
        return running

    def _idle(self) -> None:
        """Nothing is under way: wait for the quota, or for the next one whose time comes."""
        now = self._clock()
        count = self._waiting.due(self._quota.batch, now)
        if count:
            rest = self._quota.seconds_for(count)
        else:
            rest = min((at for at, _ in self._waiting.held), default=now) - now
        self._sleep(min(EVERY_SECONDS, max(0.01, rest)))

    def _judge(self, outcomes: Outcomes) -> None:
        again: dict[str, FlexSsoError] = {}
        for email, outcome in outcomes.items():
            self.result.tries[email] += 1
            if not isinstance(outcome, FlexSsoError):
                self.result.done[email] = outcome
            elif self._worth_another_try(email, outcome):
                again[email] = outcome
            else:
                self.result.failed[email] = outcome
        if outcomes and all(isinstance(one, CredentialsError) for one in outcomes.values()):
            self._give_up(next(iter(self.result.failed.values())))
        if again:
            self._hold(again)

    def _worth_another_try(self, email: str, error: FlexSsoError) -> bool:
        """Named reasons only, and each person a few times.

        "Invalid Input" is one while nobody has been written and the schema may be new: Google
        takes a while to know it everywhere (shape and values were checked before).
        """
        if isinstance(error, VendorApiError) and error.status == 400 and error.reason == "invalid":
            fresh = self._clock() - self._start < FRESH_SCHEMA_SECONDS
            return fresh and not self.result.done
        return is_temporary(error) and self.result.tries[email] < ATTEMPTS

    def _hold(self, again: dict[str, FlexSsoError]) -> None:
        """Send these again later: as Google asks, or a little longer each time."""
        reasons = {one.reason for one in again.values() if isinstance(one, VendorApiError)}
        pause = backoff(again, max(self.result.tries[email] for email in again))
        if "userRateLimitExceeded" in reasons:
            self._quota.was_refused()
        elif any(isinstance(one, RateLimitedError) for one in again.values()):
            self._senders = max(1, self._senders - 1)
        self._why = next(iter(again.values())).what
        self._waiting.held += [(self._clock() + pause, email) for email in again]

    def _give_up(self, error: FlexSsoError) -> None:
        """Without credentials nobody else will be written either: say so and send no more."""
        rest = [*self._waiting.ready, *(email for _, email in self._waiting.held)]
        self.result.failed.update(dict.fromkeys(rest, error))
        self._waiting = Waiting(deque())


def is_temporary(error: FlexSsoError) -> bool:
    """Whether the same request may succeed a little later."""
    if isinstance(error, VendorApiError):
        return error.temporary
    return isinstance(error, UnreachableError)


def backoff(again: dict[str, FlexSsoError], attempt: int) -> float:
    """Seconds to wait: what Google asks for, or twice as long each time."""
    asked = [
        error.retry_after or 0.0 for error in again.values() if isinstance(error, VendorApiError)
    ]
    return max([*asked, min(32.0, 0.5 * 2.0 ** (attempt - 1))])
