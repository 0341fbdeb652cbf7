"""What is counted of starts: of a made-up row of them, by hand."""

from __future__ import annotations

import pytest

from tools.fleet.rates import BUCKET, EACH, RATE, most_above, most_within, steady

EVEN = [one / RATE for one in range(EACH)]


def test_a_row_at_the_rate() -> None:
    """The first one counts, so any time sees one more than was granted for it."""
    assert pytest.approx(RATE) == steady(EVEN)
    assert (6, 26) == (most_within(EVEN, 1), most_within(EVEN, 5))
    assert pytest.approx(1) == most_above(EVEN)


def test_a_full_bucket_at_first_and_after_a_pause() -> None:
    """Six at once where one was due, at the start and in the midst: five more than the rate."""
    late = [at + 30 for at in EVEN]
    row = sorted([*EVEN, *[0.0] * 5, *late, *[30.0] * 5])

    assert pytest.approx(6) == most_above(row)


def test_twice_the_rate_is_seen() -> None:
    assert most_above([at / 2 for at in EVEN]) > BUCKET
