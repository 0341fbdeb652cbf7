"""Whose lock is stale, of machines that worked on a stack before: told by heartbeats."""

from __future__ import annotations

from fleet.temporal.beats import SILENCE_SECONDS, Beats, Poller

HERE, GONE = "worker-2", "worker-1"
LATER = 1000.0 + SILENCE_SECONDS + 1


def beats(at: float = 1000.0) -> Beats:
    """Of a second attempt; the first was on a machine that was last heard at that time."""
    return Beats(HERE, [{GONE: at, HERE: at}])


def test_a_machine_that_is_silent_and_asks_for_nothing_is_gone() -> None:
    assert (GONE,) == beats().gone([Poller(HERE, LATER)], LATER)


def test_one_that_may_still_end_its_call_is_not() -> None:
    """Its engine has a minute after its worker died."""
    assert () == beats().gone([], LATER - 2)


def test_one_that_still_asks_for_work_is_not() -> None:
    """The server remembers who asked for five minutes; only the last two polls count."""
    assert () == beats().gone([Poller(GONE, LATER - 30)], LATER)
    assert (GONE,) == beats().gone([Poller(GONE, 1000.0)], LATER)


def test_a_machine_that_never_worked_on_the_stack_is_not() -> None:
    """A person's laptop asks for no work either: its lock is not ours."""
    assert "laptop" not in beats().gone([], LATER)
    assert () == Beats(HERE).gone([], LATER)


def test_ours_is_not() -> None:
    """Whether a process of this machine lives can be seen here."""
    assert () == Beats(GONE, [{GONE: 1000.0}]).gone([], LATER)


def test_what_was_known_is_handed_on() -> None:
    """A third attempt still knows of the first."""
    third = Beats("worker-3", [beats().now()])

    assert {GONE, HERE} == third.others
    assert {GONE, HERE, "worker-3"} == set(third.now())
