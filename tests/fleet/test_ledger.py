"""The ledger: what is left to do, whatever a run died of."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from fleet.ledger import Ledger
from fleet.metrics import exposition
from fleet.report import overview
from fleet.result import Outcome, Result
from fleet.tenants import FleetStack
from models.errors import FlexSsoError


def result(stack: str, outcome: Outcome, phase: str = "") -> Result:
    return Result(stack=stack, verb="up", outcome=outcome, phase=phase)


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(tmp_path / "fleet.sqlite")


def test_left_are_failed_interrupted_in_flight_and_not_begun(ledger: Ledger) -> None:
    """Done is what went well, waits for a person or was found drifted."""
    outcomes = {"a": Outcome.GOOD, "b": Outcome.FAILED, "c": Outcome.INTERRUPTED,
                "d": Outcome.WAITS, "e": Outcome.DRIFTED}  # fmt: skip
    run = ledger.begin("up", [*outcomes, "in-flight", "not-begun"])
    for stack, outcome in outcomes.items():
        ledger.started(run, stack)
        ledger.finished(run, result(stack, outcome))
    ledger.started(run, "in-flight")

    assert ["b", "c", "in-flight", "not-begun"] == ledger.left(run)


def test_survives_a_death(tmp_path: Path) -> None:
    """Another process finds the last run, and what it left."""
    run = Ledger(tmp_path / "fleet.sqlite").begin("drift", ["a", "b"])
    later = Ledger(tmp_path / "fleet.sqlite")

    assert run == later.find("last") == later.find(run.id)
    assert ["a", "b"] == later.left(run)


def test_phase_is_the_last_that_was_heard(ledger: Ledger) -> None:
    """A failure tells no phase, and does not forget the one before."""
    run = ledger.begin("up", ["a"])
    ledger.finished(run, result("a", Outcome.WAITS, "active"))
    ledger.finished(run, result("a", Outcome.FAILED))

    assert {"a": "active"} == ledger.phases()


def test_unknown_run_is_said_so(ledger: Ledger) -> None:
    with pytest.raises(FlexSsoError, match="no run nonsense"):
        ledger.find("nonsense")


def test_what_a_look_does_not_hear_of_stays_as_it_was(ledger: Ledger) -> None:
    """A preview knows no outputs, and a failure nothing at all; the report goes on telling."""
    run = ledger.begin("up", ["a"])
    told = {
        "last_login": "2026-11-01T00:00:00Z",
        "outputs": {"certificate_not_after": "2030-01-01"},
    }
    ledger.finished(run, result("a", Outcome.GOOD, "verified").model_copy(update=told))
    ledger.finished(run, result("a", Outcome.FAILED))
    known = ledger.known()["a"]

    assert "verified" == known.phase
    assert Outcome.FAILED is known.result.outcome
    assert told == {name: getattr(known.result, name) for name in told}
    assert "" == ledger.results(run)[0].last_login  # the run's own result is what it was


ROLES = "update google:RoleAssignments (people)"
RECORD = "twilio:FlexSso: sso_url is a, not b"
GOOD, DRIFTED, FAILED = Outcome.GOOD, Outcome.DRIFTED, Outcome.FAILED


@pytest.mark.parametrize(
    ("verb", "outcome", "left"),
    [
        ("up", GOOD, (ROLES, RECORD)),
        ("preview", GOOD, (ROLES, RECORD)),
        ("up", FAILED, (ROLES, RECORD)),
        ("drift", FAILED, (ROLES, RECORD)),
        ("verify", Outcome.INTERRUPTED, (ROLES, RECORD)),
        ("refresh", GOOD, (ROLES,)),
        ("drift", GOOD, ()),
        ("verify", GOOD, ()),
    ],
)
def test_drift_is_told_until_a_look_finds_none(
    ledger: Ledger, verb: str, outcome: Outcome, left: tuple[str, ...]
) -> None:
    """What did not look says nothing of it: neither page nor metrics may forget it."""
    run = ledger.begin("drift", ["a"])
    found = Result(stack="a", verb="drift", outcome=DRIFTED, phase="verified", said=ROLES)
    ledger.finished(run, found.model_copy(update={"drift": (ROLES, RECORD)}))
    ledger.finished(run, Result(stack="a", verb=verb, outcome=outcome, phase="verified"))
    known = ledger.known()["a"].result

    assert left == known.drift
    assert (DRIFTED if left and outcome.is_done else outcome) is known.outcome
    drifted = 'flexsso_stack_drifted{stack="a",tenant="a",environment=""} '
    seen = overview([FleetStack(name="a")], ledger.known(), datetime.now(UTC))
    assert f"{drifted}{float(bool(left))}" in exposition(seen, ledger.known())


def test_an_up_ends_the_drift_that_a_refresh_wrote_down(ledger: Ledger) -> None:
    """Also with a preview and a failure between; without the refresh it would not."""
    run = ledger.begin("drift", ["a"])
    found = Result(stack="a", verb="drift", outcome=DRIFTED, drift=(ROLES,))
    ledger.finished(run, found)
    for verb, outcome in [("refresh", GOOD), ("preview", GOOD), ("up", FAILED)]:
        ledger.finished(run, Result(stack="a", verb=verb, outcome=outcome))
        assert (ROLES,) == ledger.known()["a"].result.drift
    ledger.finished(run, result("a", GOOD))

    assert () == ledger.known()["a"].result.drift
    assert GOOD is ledger.known()["a"].result.outcome
