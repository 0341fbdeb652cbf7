"""Many users.update calls as HTTP batches, under the quota, each part with its own fate.

Google counts each part of a batch as a query, and answers each on its own: those that ask for
patience are sent again, those that fail for good are reported, the rest has succeeded.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from models.errors import FlexSsoError, UnreachableError, VendorApiError
from providers.google.failures import translate
from providers.google.service import google_errors

if TYPE_CHECKING:
    from collections.abc import Callable

    from models.roles import People
    from providers.google.directory_api import DirectoryApi

BATCH = 100
ATTEMPTS = 6
PROGRESS_AFTER_SECONDS = 5.0


@dataclass
class BulkResult:
    """Who was written, and who was not and why."""

    done: list[str] = field(default_factory=list)
    failed: dict[str, FlexSsoError] = field(default_factory=dict)


class TokenBucket:
    """At most `per_minute` queries a minute, in bursts of one batch."""

    def __init__(
        self,
        per_minute: int,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._rate = per_minute / 60
        self._tokens = float(BATCH)
        self._clock = clock
        self._sleep = sleep
        self._last = clock()

    def take(self, count: int) -> None:
        """Wait until `count` queries may go out."""
        now = self._clock()
        self._tokens = min(BATCH, self._tokens + (now - self._last) * self._rate)
        self._last = now
        if self._tokens < count:
            self._sleep((count - self._tokens) / self._rate)
        self._tokens -= count


class Progress:
    """A line now and then for work that takes long: done, rate, what is being waited for."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._start = self._last = time.monotonic()

    def tell(self, done: int, waiting_for: str) -> None:
        """Print at most one line in PROGRESS_AFTER_SECONDS."""
        now = time.monotonic()
        if now - self._last < PROGRESS_AFTER_SECONDS:
            return
        self._last = now
        rate = done / (now - self._start)
        note = f", waiting: {waiting_for}" if waiting_for else ""
        sys.stderr.write(f"people: {done} of {self._total} written, {rate:.0f} a second{note}\n")


def write_values(api: DirectoryApi, schema: str, changes: People, per_minute: int) -> BulkResult:
    """Write everybody's `changes`, whatever happens to some of them."""
    result = BulkResult()
    attempts: Counter[str] = Counter()
    bucket = TokenBucket(per_minute)
    progress = Progress(len(changes))
    waiting = list(changes)
    while waiting:
        chunk, waiting = waiting[:BATCH], waiting[BATCH:]
        bucket.take(len(chunk))
        again = _send(api, schema, {email: changes[email] for email in chunk}, attempts, result)
        waiting += again
        reason = str(again[next(iter(again))].what) if again else ""
        progress.tell(len(result.done), reason)
        if again:
            time.sleep(_pause(again, max(attempts[email] for email in again)))
    return result


def _send(
    api: DirectoryApi, schema: str, chunk: People, attempts: Counter[str], result: BulkResult
) -> dict[str, FlexSsoError]:
    """Send one batch; returns those to send again, with the reason."""
    again: dict[str, FlexSsoError] = {}
    for email, error in _outcomes(api, schema, chunk).items():
        attempts[email] += 1
        if error is None:
            result.done.append(email)
        elif _temporary(error) and attempts[email] < ATTEMPTS:
            again[email] = error
        else:
            result.failed[email] = error
    return again


def _outcomes(api: DirectoryApi, schema: str, chunk: People) -> dict[str, FlexSsoError | None]:
    outcomes: dict[str, FlexSsoError | None] = {}

    def answered(email: str, _response: Any, error: Any) -> None:
        doing = f"writing the roles of {email}"
        outcomes[email] = error and translate(
            error.resp.status, error.content, doing, error.resp.get("retry-after")
        )

    batch = api.new_batch(answered)
    for email, request in api.update_requests(schema, chunk).items():
        batch.add(request, request_id=email)
    try:
        with google_errors("writing roles in a batch"):
            batch.execute()
    except (UnreachableError, VendorApiError) as error:
        return dict.fromkeys(chunk, error) | outcomes
    return outcomes


def _temporary(error: FlexSsoError) -> bool:
    if isinstance(error, VendorApiError):
        return error.temporary
    return isinstance(error, UnreachableError)


def _pause(again: dict[str, FlexSsoError], attempt: int) -> float:
    backoff = min(32.0, 0.5 * 2 ** (attempt - 1))
    asked = [
        error.retry_after or 0.0 for error in again.values() if isinstance(error, VendorApiError)
    ]
    return max([*asked, float(backoff)])
