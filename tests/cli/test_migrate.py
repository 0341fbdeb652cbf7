"""`migrate`: which step is next, what is kept for the way back, and when it is too late for it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cli.migrate import rotation_facts
from cli.migrate_enhanced import MIGRATION, chosen_way, enhanced_facts
from cli.migrate_view import enhanced_text
from cli.stack_state import StackState
from models.certificate import parse_der
from models.enhanced_migration import plan_back, plan_enhanced
from models.errors import FlexSsoError, TenantConfigError
from models.flex import Way
from models.legacy_end import ANNOUNCED_ENDS
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
    migration: str | None = None,
    moving: bool = False,
    app_name: str = "Twilio Flex",
    app_seen: bool = False,
) -> StackState:
    tenant: dict[str, Any] = {
        "name": "Acme",
        "saml_app": {"name": app_name},
        "google": {"customer": "C01sandbx", "domain": "acme.example"},
        "flex": {
            "account_sid": ACCOUNT,
            "runtime_domain": "acme-falcon-1234",
            "generation": generation,
            "migration": migration,
        },
    }
    sso = {"generation": recorded, "status": status, "changed_at": changed_at.isoformat()}
    resources: dict[str, dict[str, Any]] = {
        f"{TYPE}FlexSso": sso | {"moving": moving},
        f"{TYPE}FlexConfiguration": {"ui_version": ui_version},
        "pulumi-python:dynamic/google:SamlApp": {
            "name": app_name,
            "seen": "the log" if app_seen else "",
        },
    }
    return StackState(name="acme.prod", config={"tenant": tenant}, outputs={}, resources=resources)


def facts_of(state: StackState, folder: Path, now: datetime = NOW) -> Any:
    return enhanced_facts(state, folder, now)


def plan(state: StackState, folder: Path, way: Way | None = None, now: datetime = NOW) -> Any:
    facts = facts_of(state, folder, now)
    return plan_enhanced(facts, chosen_way(facts, way))


def back(state: StackState, folder: Path, now: datetime = NOW) -> Any:
    facts = enhanced_facts(state, folder, now, back=True)
    return plan_back(facts, chosen_way(facts, None))


def now_at(plan: Any) -> str:
    return next((step.title for step in plan.steps if step.mark is Mark.NOW), "finished")


BOTH = "Change the addresses at both consoles, in a quiet hour"
GONE = {"recorded": "enhanced"}


@pytest.mark.parametrize(
    ("given", "title"),
    [
        (state("legacy", ui_version="2.6.0"), "Flex UI 2.7.0 or newer"),
        (state("legacy"), "Begin the migration"),
        (state("enhanced"), "Record the new addresses"),
        (state("enhanced", **GONE, status="awaiting_flex_form", moving=True), BOTH),
        (state("enhanced", **GONE, status="drifted"), BOTH),
        (state("enhanced", **GONE, status="active"), "Validate with a sign-in"),
        (state("enhanced", **GONE, migration="modify"), "Finish"),
        (state("enhanced", **GONE), "finished"),
    ],
)
def test_the_next_step_to_enhanced_sso(tmp_path: Path, given, title):
    plan(state("legacy"), tmp_path)  # begun

    found = plan(given, tmp_path)

    assert title == now_at(found)
    assert (title == "finished") == found.finished


@pytest.mark.parametrize(
    ("given", "title"),
    [
        (state("enhanced", **GONE, migration="create", moving=True), "Make a second SAML app"),
        (
            state("enhanced", **GONE, migration="create", moving=True, app_seen=True),
            "Tell Flex about Google",
        ),
    ],
)
def test_the_second_app_comes_before_flexs_form(tmp_path: Path, given, title):
    plan(state("legacy"), tmp_path)

    assert title == now_at(plan(given, tmp_path))


@pytest.mark.parametrize(
    ("given", "title"),
    [
        (state("enhanced", **GONE), "Switch back to the legacy connection"),
        (state("legacy", **GONE), "Switch back to the legacy connection"),
        (
            state("legacy", status="awaiting_flex_form", moving=True),
            "Switch back to the legacy connection",
        ),
        (state("legacy", status="active"), "Validate with a sign-in"),
        (state("legacy"), "finished"),
    ],
)
def test_the_next_step_back(tmp_path: Path, given, title):
    plan(state("legacy"), tmp_path)
    plan(state("enhanced", **GONE, migration="modify"), tmp_path)

    found = back(given, tmp_path)

    assert title == now_at(found)
    assert OLD_ACS in found.steps[0].todo
    assert found.back


def test_the_old_values_are_kept_before_anything_changes(tmp_path: Path):
    plan(state("legacy"), tmp_path)
    kept = (tmp_path / MIGRATION).read_text()

    plan(state("enhanced", app_name="Twilio Flex (enhanced)"), tmp_path)
    plan(state("legacy", **GONE), tmp_path)  # the way back, not recorded yet

    assert OLD_ACS in kept
    assert '"Twilio Flex"' in kept
    assert kept == (tmp_path / MIGRATION).read_text()


def test_a_later_migration_keeps_what_is_old_then(tmp_path: Path):
    plan(state("legacy"), tmp_path)
    plan(state("enhanced", **GONE, migration="create"), tmp_path)
    assert "enhanced_since" in (tmp_path / MIGRATION).read_text()

    found = plan(state("legacy", app_name="Flex 2"), tmp_path, Way.MODIFY)

    assert Way.MODIFY is found.way
    assert found.days_to_go_back is None
    assert '"Flex 2"' in (tmp_path / MIGRATION).read_text()


def test_looking_does_not_choose_the_way(tmp_path: Path):
    assert Way.MODIFY is plan(state("legacy"), tmp_path).way
    assert Way.CREATE is plan(state("legacy"), tmp_path, Way.CREATE).way


def test_the_stack_chooses_the_way_and_it_is_remembered(tmp_path: Path):
    plan(state("legacy"), tmp_path)
    begun = state("enhanced", **GONE, migration="create")
    assert Way.CREATE is plan(begun, tmp_path).way

    assert Way.CREATE is back(state("enhanced", **GONE), tmp_path).way
    with pytest.raises(FlexSsoError, match="was begun as `create`, not `modify`"):
        plan(begun, tmp_path, Way.MODIFY)


def test_with_two_connections_nothing_is_put_back_at_google(tmp_path: Path):
    plan(state("legacy"), tmp_path)
    app = "Twilio Flex (enhanced)"
    plan(state("enhanced", **GONE, migration="create", app_name=app), tmp_path)

    [step, _] = back(state("enhanced", **GONE, app_name=app), tmp_path).steps

    assert ["migration_revert"] == [visit.id for visit in step.visits]
    assert ("tenant.saml_app.name", "Twilio Flex") in [(s.key, s.value) for s in step.settings]


@pytest.mark.parametrize(("passed", "left"), [(0, 30), (10, 20), (31, 0)])
def test_thirty_days_to_go_back(tmp_path: Path, passed, left):
    plan(state("legacy"), tmp_path)
    plan(state("enhanced", **GONE, changed_at=NOW), tmp_path)
    rotated = state("enhanced", **GONE, changed_at=NOW + timedelta(days=9))

    found = plan(rotated, tmp_path, now=NOW + timedelta(days=passed))

    assert left == found.days_to_go_back
    assert (left > 0) == (f"{left} days left to go back" in enhanced_text(found))


def test_after_thirty_days_the_way_back_is_said_to_be_closed(tmp_path: Path):
    plan(state("legacy"), tmp_path)
    plan(state("enhanced", **GONE, changed_at=NOW), tmp_path)
    later = NOW + timedelta(days=31)

    found = back(state("enhanced", **GONE), tmp_path, now=later)
    said = enhanced_text(found)

    assert found.too_late
    assert "It is too late to go back." in said
    assert "only Twilio's support" in said
    assert "0 days left" not in said
    assert not back(state("legacy"), tmp_path, now=later).too_late  # it was gone before


@pytest.mark.parametrize(
    ("days", "says"), [(-10, "in 10 days"), (0, "today"), (240, "240 days ago")]
)
def test_the_announced_end_of_legacy_sso_is_said(tmp_path: Path, days, says):
    now = datetime.combine(ANNOUNCED_ENDS[-1], datetime.min.time(), UTC) + timedelta(days=days)

    said = enhanced_text(plan(state("legacy"), tmp_path, now=now))

    assert f"for {ANNOUNCED_ENDS[-1]}, {says}; it was moved 2 times" in said


def test_the_text_says_what_to_set_and_where_it_is_read(tmp_path: Path):
    said = enhanced_text(plan(state("legacy"), tmp_path))

    assert "tenant.flex.generation: enhanced" in said
    assert 'eval "$(./flexsso env)"' in said  # some steps are Pulumi's own commands
    assert "tenant.flex.connection: from the ACS URL shown there" in said
    assert "./flexsso migrate enhanced acme.prod --back" in said


def test_a_stack_that_began_with_enhanced_sso_has_nothing_to_migrate(tmp_path: Path):
    for going_back in (False, True):
        with pytest.raises(FlexSsoError, match="no migration from legacy SSO was begun"):
            enhanced_facts(state("enhanced"), tmp_path, NOW, back=going_back)
    assert not (tmp_path / MIGRATION).exists()


def test_a_damaged_note_is_said(tmp_path: Path):
    (tmp_path / MIGRATION).write_text("{")

    with pytest.raises(FlexSsoError, match=r"Can't read .*migration\.json"):
        plan(state("enhanced"), tmp_path)


# Certificate -----------------------------------------------------------------------------------

OLD = parse_der(_certificate(ends=CERTIFICATE_NOW + timedelta(days=20, hours=1)))
NEW = parse_der(_certificate(ends=CERTIFICATE_NOW + timedelta(days=1800), slot=1))


ALL_DONE = {"in_form": "Ada", "proof": "ada@acme.example"}


@pytest.mark.parametrize(
    ("known", "title"),
    [
        ({"listed": (OLD,)}, "Make the second certificate"),
        (
            {"listed": (OLD,), "named": OLD.fingerprint, **ALL_DONE},
            "Make the second certificate",  # it was named in the rotation before
        ),
        (
            {"listed": (NEW,), "recorded": NEW, "named": NEW.fingerprint, **ALL_DONE},
            "finished",
        ),
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
    assert (title == "finished") == found.finished


def test_google_keeps_two_so_an_unused_old_one_makes_room():
    older = parse_der(_certificate(ends=CERTIFICATE_NOW + timedelta(days=9), slot=1))
    facts = {"stack": "acme.prod", "app_name": "Twilio Flex", "named": OLD.fingerprint}
    known = RotationFacts(**facts, recorded=OLD, listed=(older, OLD), now=CERTIFICATE_NOW)

    first = plan_rotation(known).steps[0]

    assert Mark.NOW is first.mark
    assert first.todo.startswith(f"delete the one that no app uses (is it {older.fingerprint[:23]}")


@pytest.mark.parametrize("tenant", [None, "5", {"name": "Acme"}])
def test_a_configuration_that_is_none_is_said_in_words(tmp_path: Path, tenant):
    broken = StackState(name="acme.prod", config={"tenant": tenant}, outputs={}, resources={})

    with pytest.raises(TenantConfigError):
        enhanced_facts(broken, tmp_path, NOW)
    with pytest.raises(TenantConfigError):
        rotation_facts(broken, tmp_path)
