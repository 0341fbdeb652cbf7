"""Trying again: which failures are worth it, and how long to wait.

Each vendor names the reason when it turns an answer into an error (`temporary`, `retry_after`);
`stamina` does the waiting, and has a switch for tests (`stamina.set_testing`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from models.errors import UnreachableError, VendorApiError

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

ATTEMPTS = 6
WAIT_INITIAL_SECONDS = 0.5
WAIT_MAX_SECONDS = 32.0


def retrying(call: Callable[[], T]) -> T:
    """Run `call`, again while its error is temporary. The last error is raised as it is."""
    import stamina  # noqa: PLC0415  only where there is a network to wait for

    attempts = stamina.retry_context(
        on=_worth_another_try,
        attempts=ATTEMPTS,
        timeout=None,
        wait_initial=WAIT_INITIAL_SECONDS,
        wait_max=WAIT_MAX_SECONDS,
    )
    for attempt in attempts:
        with attempt:
            return call()
    raise AssertionError  # stamina returns or raises


def _worth_another_try(error: Exception) -> bool | float:
    if isinstance(error, VendorApiError) and error.temporary:
        return error.retry_after or True
    return isinstance(error, UnreachableError)
