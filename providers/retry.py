"""Trying again: which failures are worth it, and how long to wait.

Each vendor names the reason when it turns an answer into an error (`temporary`, `retry_after`);
`stamina` does the waiting, and has a switch for tests (`stamina.set_testing`).
"""

from __future__ import annotations

import sys
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, TypeVar

from models.errors import FlexSsoError, UnreachableError, VendorApiError

if TYPE_CHECKING:
    from collections.abc import Callable

    from stamina.instrumentation import RetryDetails

T = TypeVar("T")

ATTEMPTS = 8
"""With the waits between them more than a minute: Google's quotas are by the minute."""
ATTEMPTS_WITHOUT_ANSWER = 3
WAIT_INITIAL_SECONDS = 0.5
WAIT_MAX_SECONDS = 32.0
LONGEST_WAIT_SECONDS = 120.0
"""Who asks for more patience than that gets none: the run ends, and says so."""


def asked_wait(retry_after: str | None) -> float | None:
    """Seconds that a `Retry-After` asks for, in either of its two forms; None if in neither."""
    text = (retry_after or "").strip()
    if text.isascii() and text.isdigit():
        return float(text)
    try:
        at = parsedate_to_datetime(text)
        return max(0.0, (at - datetime.now(at.tzinfo)).total_seconds())
    except (ValueError, TypeError, OverflowError):
        return None


def retrying(call: Callable[[], T]) -> T:
    """Run `call`, again while its error is temporary. The last error is raised as it is."""
    import stamina  # noqa: PLC0415  only where there is a network to wait for
    from stamina.instrumentation import set_on_retry_hooks  # noqa: PLC0415

    set_on_retry_hooks([_tell])
    attempts = stamina.retry_context(
        on=_Patience().worth_another_try,
        attempts=ATTEMPTS,
        timeout=None,
        wait_initial=WAIT_INITIAL_SECONDS,
        wait_max=WAIT_MAX_SECONDS,
    )
    for attempt in attempts:
        with attempt:
            return call()
    raise AssertionError  # stamina returns or raises


class _Patience:
    """How long one call is worth waiting for: less if nobody answers at all."""

    def __init__(self) -> None:
        self._without_answer = 0

    def worth_another_try(self, error: Exception) -> bool | float:
        if isinstance(error, VendorApiError) and error.temporary:
            return error.retry_after or True
        self._without_answer += 1
        return (
            isinstance(error, UnreachableError) and self._without_answer < ATTEMPTS_WITHOUT_ANSWER
        )


def _tell(details: RetryDetails) -> None:
    """One line for each wait that a person would notice."""
    if details.wait_for >= 1 and isinstance(details.caused_by, FlexSsoError):
        reason = details.caused_by.what
        sys.stderr.write(f"waiting {details.wait_for:.0f} s, then trying again: {reason}\n")
