"""The quota: no minute holds more, and after a refusal everything flows evenly."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.google.quota import QueryQuota


class Time:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now = 1000.0

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def quota(per_minute: int, time: Time, earlier: list[tuple[float, int]] = []) -> QueryQuota:  # noqa: B006
    return QueryQuota(per_minute, earlier, time.clock, time.sleep)


@given(
    per_minute=st.integers(24, 5000),
    counts=st.lists(st.integers(1, 100), max_size=60),
    pauses=st.lists(st.floats(0, 20), min_size=60, max_size=60),
)
def test_no_minute_holds_more_than_the_quota(per_minute, counts, pauses):
    time = Time()
    bucket = quota(per_minute, time)
    sent: list[tuple[float, int]] = []
    for count, pause in zip(counts, pauses, strict=False):
        time.sleep(pause)
        allowed = min(count, per_minute)
        bucket.take(allowed)
        sent.append((time.now, allowed))

    for end, _ in sent:
        within = sum(count for at, count in sent if end - 59.999 < at <= end)
        assert within <= per_minute


def test_what_fits_into_a_minute_goes_at_once_and_the_rest_when_the_minute_is_over():
    time = Time()
    bucket = quota(200, time)
    bucket.take(100)
    bucket.take(100)

    assert 1000.0 == time.now
    assert pytest.approx(60) == bucket.seconds_for(1)
    bucket.take(100)
    assert pytest.approx(1060) == time.now


def test_after_a_refusal_queries_are_spread_evenly():
    time = Time()
    bucket = quota(2400, time)
    bucket.was_refused()
    for _ in range(10):
        bucket.take(100)

    assert pytest.approx(1000 / 39, rel=0.01) == time.now - 1000


def test_what_the_last_run_asked_counts_until_its_minute_is_over():
    time = Time()
    last = quota(2400, time)
    last.take(100)
    time.sleep(20)
    last.take(2250)
    time.sleep(10)

    bucket = quota(2400, time, last.last_minute())
    bucket.take(50)
    assert 1030 == time.now
    bucket.take(100)
    assert pytest.approx(1060) == time.now


@pytest.mark.parametrize(("per_minute", "batch"), [(2400, 100), (100_000, 100), (240, 10), (1, 1)])
def test_a_small_quota_is_not_used_up_by_one_batch(per_minute, batch):
    assert batch == quota(per_minute, Time()).batch
