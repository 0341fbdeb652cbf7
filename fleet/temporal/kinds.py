"""Which failures of a stack are worth another try, and when.

A failure is known by what it said, which is what the engine passes on of a provider's error. All
others are final: a mistake in a file, a missing right or a refused data loss stays one.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from fleet.pool import KILLED
from fleet.result import Outcome

if TYPE_CHECKING:
    from fleet.result import Result

_LONGEST_SECONDS = 300.0


class Kind(NamedTuple):
    """A kind of failure: at most so many attempts, the second after so many seconds."""

    name: str
    said: str
    attempts: int
    seconds: float
    grows: bool = True

    def wait(self, attempt: int) -> timedelta | None:
        """How long until the next attempt; None where there is none."""
        if attempt >= self.attempts:
            return None
        seconds = self.seconds * 2 ** (attempt - 1) if self.grows else self.seconds
        return timedelta(seconds=min(seconds, _LONGEST_SECONDS))


INTERRUPTED = Kind("Interrupted", "", attempts=20, seconds=0.1, grows=False)
"""A worker was told to end, and its engine has stopped cleanly: another goes on at once."""

KINDS = (
    # An engine whose worker was killed may take a minute to end the call that it is in.
    Kind("Locked", r"the stack is currently locked by", attempts=20, seconds=5, grows=False),
    Kind("Killed", re.escape(KILLED), attempts=3, seconds=2),
    Kind("Throttled", r"answered (429|403 .*([qQ]uota|[rR]ate))", attempts=5, seconds=60),
    Kind("VendorDown", r"answered 5\d\d while", attempts=4, seconds=30),
    Kind("Unreachable", r"no answer while|an answer without sense", attempts=4, seconds=15),
)


def kind_of(result: Result) -> Kind | None:
    """The kind of failure that this is, if it is one to try again."""
    if result.outcome is Outcome.INTERRUPTED:
        return INTERRUPTED
    if result.outcome is not Outcome.FAILED:
        return None
    return next((kind for kind in KINDS if re.search(kind.said, result.said)), None)
