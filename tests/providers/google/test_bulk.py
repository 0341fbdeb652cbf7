"""Bulk writes: each person has a fate, whatever happens to the others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from models.errors import CredentialsError, FlexSsoError, RateLimitedError, UnreachableError
from providers.google.bulk import ATTEMPTS, BulkResult, BulkWriter
from providers.google.failures import translate
from providers.google.progress import Progress
from providers.google.quota import QueryQuota
from tests.providers.google.test_quota import Time

WANTED = {"Roles": ["agent"]}
Fate = Callable[[str, int], Any]


def refused(status: int, reason: str, message: str = "no") -> FlexSsoError:
    body = f'{{"error": {{"message": "{message}", "errors": [{{"reason": "{reason}"}}]}}}}'
    return translate(status, body, "writing")


def write(
    people: int, fate: Fate, time: Time | None = None, per_minute: int = 100_000
) -> tuple[BulkResult, list[int], list[str]]:
    """Write `people`; `fate` says what becomes of one at the nth try (None: written)."""
    time = time or Time()
    tries: Counter[str] = Counter()
    sizes: list[int] = []
    said: list[str] = []

    def send(chunk: dict[str, Any]) -> dict[str, Any]:
        sizes.append(len(chunk))
        outcomes = {}
        for email in chunk:
            tries[email] += 1
            outcomes[email] = fate(email, tries[email]) or WANTED
        return outcomes

    changes = {f"p{number}": WANTED for number in range(people)}
    quota = QueryQuota(per_minute, (), time.clock, time.sleep)
    progress = Progress(people, said.append, time.clock)
    return BulkWriter(send, changes, quota, progress, time.clock, time.sleep).run(), sizes, said


def test_everybody_is_written_once_in_batches_of_a_hundred():
    result, sizes, _ = write(250, lambda email, nth: None)

    assert 250 == len(result.done)
    assert {} == result.failed
    assert [50, 100, 100] == sorted(sizes)
    assert {1} == set(result.tries.values())


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (403, "userRateLimitExceeded"),
        (403, "quotaExceeded"),
        (429, "rateLimitExceeded"),
        (412, "conditionNotMet"),
        (503, "backendError"),
    ],
)
def test_named_reasons_are_tried_again_for_those_people_alone(status, reason):
    result, _, _ = write(
        150, lambda email, nth: refused(status, reason) if email == "p7" and nth < 3 else None
    )

    assert 150 == len(result.done)
    assert 3 == result.tries["p7"]
    assert 1 == result.tries["p8"]


@pytest.mark.parametrize(("status", "reason"), [(404, "notFound"), (403, "forbidden"), (413, "")])
def test_other_reasons_fail_at_once_and_only_for_that_person(status, reason):
    result, _, _ = write(3, lambda email, nth: refused(status, reason) if email == "p1" else None)

    assert ["p0", "p2"] == sorted(result.done)
    assert ["p1"] == list(result.failed)
    assert 1 == result.tries["p1"]


def test_patience_ends():
    result, _, _ = write(1, lambda email, nth: UnreachableError("no answer"))

    assert ATTEMPTS == result.tries["p0"]
    assert ["p0"] == list(result.failed)


def test_without_credentials_nobody_else_is_tried():
    result, sizes, _ = write(2000, lambda email, nth: CredentialsError("expired"))

    assert 2000 == len(result.failed)
    assert len(sizes) < 10


def test_a_new_schema_is_waited_for_but_a_wrong_value_is_not():
    time = Time()
    invalid = refused(400, "invalid", "Invalid Input")
    fresh, _, _ = write(5, lambda email, nth: invalid if time.now < 1010 else None, time)
    wrong, _, _ = write(250, lambda email, nth: invalid if email == "p240" else None)

    assert {} == fresh.failed
    assert ["p240"] == list(wrong.failed)
    assert wrong.tries["p240"] <= 2


def test_a_value_that_stays_wrong_fails_after_a_minute():
    time = Time()
    result, _, _ = write(1, lambda email, nth: refused(400, "invalid"), time)

    assert ["p0"] == list(result.failed)
    assert 60 <= time.now - 1000 < 120


def test_a_used_up_quota_refuses_nobody_twice():
    """Google's bucket is empty when we begin, and fills at 40 a second."""
    time = Time()
    bucket = {"left": 0.0, "at": time.now}

    def fate(email: str, nth: int) -> FlexSsoError | None:
        bucket["left"] = min(2400, bucket["left"] + (time.now - bucket["at"]) * 40)
        bucket["at"] = time.now
        if bucket["left"] < 1:
            return refused(403, "userRateLimitExceeded")
        bucket["left"] -= 1
        return None

    result, _, said = write(2000, fate, time, per_minute=2400)

    assert 2000 == len(result.done)
    assert max(result.tries.values()) <= 2
    assert said


def test_google_may_say_how_long_to_wait():
    time = Time()
    asked = RateLimitedError("slow down", temporary=True, retry_after=17.0)
    write(1, lambda email, nth: asked if nth == 1 else None, time)

    assert time.now - 1000 >= 17


def test_long_work_says_how_far_it_is_and_what_it_waits_for():
    _, _, said = write(500, lambda email, nth: None, per_minute=240)

    assert any("of 500 written" in line and "quota of queries a minute" in line for line in said)
