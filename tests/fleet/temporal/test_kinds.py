"""Failures that are worth another try, by what providers and engine really say."""

from __future__ import annotations

from datetime import timedelta

import pytest

from fleet.pool import KILLED
from fleet.result import Outcome, Result
from fleet.temporal.kinds import INTERRUPTED, KINDS, kind_of
from models.errors import DataLossError, UnreachableError
from providers.google import failures as google
from providers.twilio import failures as twilio

LOCKED = """error: the stack is currently locked by 1 lock(s). Either wait for the other process(es)
  file:///x/.pulumi/locks/a.json: created by root@worker-1 (pid 77) at 2026-01-01T00:00:00Z"""
QUOTA = (
    b'{"error": {"code": 403, "message": "Quota exceeded for quota metric",'
    b' "errors": [{"reason": "quotaExceeded"}]}}'
)


def failed(said: object) -> Result:
    return Result(stack="a.b", verb="up", outcome=Outcome.FAILED, said=str(said))


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        (LOCKED, "Locked"),
        (KILLED, "Killed"),
        (google.translate(429, b"", "listing users"), "Throttled"),
        (google.translate(403, QUOTA, "listing users"), "Throttled"),
        (twilio.translate(429, '{"code": 20429, "message": "Too Many Requests"}', "reading"),
         "Throttled"),
        (google.translate(503, b"", "reading the schema"), "VendorDown"),
        (twilio.translate(500, "", "reading the configuration"), "VendorDown"),
        (UnreachableError("Twilio: no answer while reading (ConnectionError)"), "Unreachable"),
        (google.translate(403, b"", "listing users"), None),
        (twilio.translate(401, '{"code": 20003, "message": "Authenticate"}', "reading"), None),
        (DataLossError("Refused: 12 people hold values"), None),
        ("The stack's configuration has 1 mistake:", None),
    ],
)  # fmt: skip
def test_a_failure_is_known_by_what_it_says(said: object, kind: str | None) -> None:
    found = kind_of(failed(said))

    assert kind == (found.name if found else None)


def test_a_stopped_stack_is_done_again_at_once() -> None:
    result = Result(stack="a.b", verb="up", outcome=Outcome.INTERRUPTED)

    assert INTERRUPTED is kind_of(result)
    assert timedelta(seconds=0.1) == INTERRUPTED.wait(1) == INTERRUPTED.wait(19)


def test_what_went_well_is_not_done_again() -> None:
    for outcome in (Outcome.GOOD, Outcome.WAITS, Outcome.DRIFTED):
        result = Result(stack="a.b", verb="up", outcome=outcome, said="no answer while reading")

        assert kind_of(result) is None


def test_waits_grow_are_bounded_and_end() -> None:
    throttled = next(kind for kind in KINDS if kind.name == "Throttled")

    assert [60, 120, 240, 300] == [
        wait.total_seconds() for attempt in (1, 2, 3, 4) if (wait := throttled.wait(attempt))
    ]
    assert throttled.wait(5) is None
