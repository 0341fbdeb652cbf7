"""`migrate`: which step is next, what is kept for the way back, and when it is too late for it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cli.migrate import MIGRATION, enhanced_facts, enhanced_text
from cli.stack_state import StackState
from models.certificate import parse_der
from models.enhanced_migration import Way, plan_enhanced
from models.errors import FlexSsoError
from models.rotation import Mark, RotationFacts, plan_rotation
from tests.idp_files import NOW as CERTIFICATE_NOW
from tests.idp_files import _certificate

ACCOUNT = "AC" + "5a" * 16
OLD_ACS = f"https://iam.twilio.com/v1/Accounts/{ACCOUNT}/saml2"
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
TYPE = "pulumi-python:dynamic/twilio:"


def state(
    generation: str,
    *,
    recorded: str = "legacy",
    status: str = "verified",
    ui_version: str = "2.x.auto",
    changed_at: datetime = NOW,
) -> StackState:
    tenant: dict[str, Any] = {
        "name": "Acme",
        "google": {"customer": "C01sandbx", "domain": "acme.example"},
        "flex": {
            "account_sid": ACCOUNT,
            "runtime_domain": "acme-falcon-1234",
            "generation": generation,
        },
    }
    sso = {"generation": recorded, "status": status, "changed_at": changed_at.isoformat()}
    resources = {f"{TYPE}FlexSso": sso, f"{TYPE}FlexConfiguration": {"ui_version": ui_version}}
    return StackState(name="acme.prod", config={"tenant": tenant}, outputs={}, resources=resources)


def plan(state: StackState, folder: Path, way: Way = Way.MODIFY, now: datetime = NOW) -> Any:
    facts = enhanced_facts(state, folder, way, now)
    assert facts.before is not None
    return plan_enhanced(facts, facts.before.way)


def now_at(plan: Any) -> str:
    return next((step.title for step in plan.steps if step.mark is Mark.NOW), "finished")


@pytest.mark.parametrize(
    ("given", "title"),
    [
        (state("legacy", ui_version="2.6.0"), "Flex UI 2.7.0 or newer"),
        (state("legacy"), "Begin the migration"),
        (state("enhanced"), "Record the new addresses"),
        (
            state("enhanced", recorded="enhanced", status="drifted"),
            "Change the app's addresses, in a quiet hour",
        ),
        (state("enhanced", recorded="enhanced", status="active"), "Validate and finish"),
        (state("enhanced", recorded="enhanced", status="verified"), "finished"),
    ],
)
def test_the_next_step_to_enhanced_sso(tmp_path: Path, given, title):
    enhanced_facts(state("legacy"), tmp_path, Way.MODIFY, NOW)  # begun

    found = plan(given, tmp_path)

    assert title == now_at(found)
    assert (title == "finished") == found.finished


def test_the_old_addresses_are_kept_before_anything_changes(tmp_path: Path):
    plan(state("legacy"), tmp_path, Way.MODIFY)
    kept = (tmp_path / MIGRATION).read_text()

    later = plan(state("enhanced", recorded="enhanced"), tmp_path, Way.CREATE)

    assert OLD_ACS in kept
    assert kept == (tmp_path / MIGRATION).read_text()
    assert OLD_ACS == later.old.acs_url
    assert Way.MODIFY is later.way
    assert OLD_ACS in later.way_back
    assert "Revert modified" in later.way_back


def test_with_two_connections_nothing_is_put_back_at_google(tmp_path: Path):
    found = plan(state("legacy"), tmp_path, Way.CREATE)

    assert "Make a second SAML app" in [step.title for step in found.steps]
    assert "Tell Flex about Google" in [step.title for step in found.steps]
    assert "switch back to legacy connection" in found.way_back


@pytest.mark.parametrize(("passed", "left"), [(0, 30), (10, 20), (31, 0)])
def test_thirty_days_to_go_back(tmp_path: Path, passed, left):
    plan(state("legacy"), tmp_path)
    done = state("enhanced", recorded="enhanced", changed_at=NOW)

    found = plan(done, tmp_path, now=NOW + timedelta(days=passed))

    assert left == found.days_to_go_back
    assert f"{left} days left to go back" in enhanced_text(found)


def test_a_stack_that_began_with_enhanced_sso_has_nothing_to_migrate(tmp_path: Path):
    with pytest.raises(FlexSsoError, match="no migration was begun"):
        enhanced_facts(state("enhanced"), tmp_path, Way.MODIFY, NOW)
    assert not (tmp_path / MIGRATION).exists()


# Certificate -----------------------------------------------------------------------------------

OLD = parse_der(_certificate(ends=CERTIFICATE_NOW + timedelta(days=20, hours=1)))
NEW = parse_der(_certificate(ends=CERTIFICATE_NOW + timedelta(days=1800), slot=1))


@pytest.mark.parametrize(
    ("known", "title"),
    [
        ({"listed": (OLD,)}, "Make the second certificate"),
        ({"listed": (OLD, NEW)}, "Record the new one"),
        ({"listed": (NEW, OLD)}, "Record the new one"),
        (
            {"listed": (OLD, NEW), "recorded": NEW, "named": NEW.fingerprint},
            "Let the app sign with the new one, in a quiet hour",
        ),
        (
            {"listed": (OLD, NEW), "recorded": NEW, "named": NEW.fingerprint, "in_form": "Ada"},
            "Prove it",
        ),
        (
            {
                "listed": (OLD, NEW),
                "recorded": NEW,
                "named": NEW.fingerprint,
                "in_form": "Ada",
                "proof": "ada@acme.example",
            },
            "Delete the old one",
        ),
    ],
)
def test_the_next_step_to_the_new_certificate(known, title):
    facts = {"stack": "acme.prod", "app_name": "Twilio Flex", "recorded": OLD, "named": None}

    found = plan_rotation(RotationFacts(**(facts | known), now=CERTIFICATE_NOW))

    assert title == now_at(found)
    assert found.days_left == (20 if known.get("recorded", OLD) == OLD else 1800)
