"""What sign-ins left behind at Google and in Flex, and what is read from it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cli.verify_view import as_text, redacted
from models.finding import ExitCode, Result, Who
from sandbox.clock import rfc3339
from sandbox.twilio import workers
from tests.components.verification.conftest import ADA, FIELDS, GRACE, LINUS

DAY = 86400


def test_everybody_came_in_and_fits(scene):
    for email in (ADA, GRACE, LINUS):
        scene.signs_in(email)

    report = scene.report()

    notes = [one.note for one in report.findings if one.check in {"workers", "flex_users"}]
    assert [
        "3 of 3 workers have what the directory has",
        "3 of 3 Flex users have what the directory has",
    ] == notes
    assert not [one for one in report.findings if one.check in {"flex_takes_in", "not_taken_in"}]


# Google yes, Flex no ---------------------------------------------------------------------------


def test_google_lets_in_and_flex_does_not(scene):
    scene.world.set_clock(-DAY)
    scene.signs_in(ADA)
    scene.world.set_clock(0)
    scene.google_lets_in(ADA)
    scene.google_lets_in(GRACE)

    report = scene.report()

    assert ExitCode.WRONG is report.exit_code
    [found] = [one for one in report.findings if one.check == "flex_takes_in"]
    assert Who.TWILIO_ADMIN is found.who
    assert "none of 2" == found.observed
    assert "X.509 Certificate" in found.where
    assert {ADA, GRACE} == {one.person for one in report.findings if one.check == "not_taken_in"}


def test_somebody_who_came_in_later_takes_the_doubt_away(scene):
    scene.world.set_clock(-DAY)
    scene.google_lets_in(GRACE)
    scene.world.set_clock(0)
    scene.signs_in(ADA)

    report = scene.report()

    assert not [one for one in report.findings if one.check == "flex_takes_in"]
    [found] = [one for one in report.findings if one.check == "not_taken_in"]
    assert found.warning


@pytest.mark.parametrize("why", ["not of the stack", "without roles"])
def test_whom_flex_rightly_refuses_casts_no_doubt(scene, why):
    scene.google_lets_in("marie@acme.example" if why == "not of the stack" else GRACE)
    if why == "without roles":
        scene.holds(GRACE, Roles=[])

    assert not scene.found("flex_takes_in")
    assert not scene.found("not_taken_in")


# Failures at Google ----------------------------------------------------------------------------


def fails(scene, email, app=""):
    values = {"failure_type": "failure_app_not_enabled_for_user", "application_name": app}
    scene.google_tells("login_failure", email, **values)


def test_our_peoples_failures_are_not_lost_among_strangers(scene):
    for number in range(25):
        fails(scene, f"a{number}@acme.example")
    fails(scene, LINUS)

    assert [LINUS] == [one.person for one in scene.found("failed_sign_in")]


def test_another_apps_failure_is_none_of_ours(scene):
    fails(scene, ADA, app="Payroll")
    fails(scene, GRACE, app="Twilio Flex")

    assert [GRACE] == [one.person for one in scene.found("failed_sign_in")]


def test_a_clock_that_is_ahead_does_not_blind(scene):
    scene.sso["changed_at"] = rfc3339(scene.world.clock.now() + timedelta(seconds=90))
    fails(scene, ADA)

    assert [] == scene.found("failed_sign_in")  # before the change, and no look that failed


# People in Flex --------------------------------------------------------------------------------


def test_a_worker_under_another_name_is_a_phantom(scene):
    scene.flex_takes_in(ADA, name_id="Ada Lovelace")
    scene.flex_takes_in(GRACE, name_id="gone@acme.example")

    report = scene.report()

    found = {one.person: one for one in report.findings if one.check == "phantom_worker"}
    assert "is no e-mail address" in found["Ada Lovelace"].note
    assert "no person of the directory stands behind" in found["gone@acme.example"].note
    assert 2 == sum(one.check == "phantom_flex_user" for one in report.findings)
    hidden = as_text(redacted(report))
    assert "phantom_worker of A…" in hidden
    for private in ("Lovelace", "Hopper", "gone@"):
        assert private not in hidden


def test_two_workers_of_one_person(scene):
    scene.signs_in(ADA)
    attributes = {"email": ADA, "roles": ["agent"], "full_name": "Ada"}
    workers.create(scene.world, scene.account, "AdaAtTheConsole", attributes)

    report = scene.report()

    [found] = [one for one in report.findings if one.check == "two_personas"]
    assert (ADA, f"AdaAtTheConsole, {ADA}") == (found.person, found.observed)
    assert "AdaAtTheConsole" not in as_text(redacted(report))


def test_a_worker_made_by_hand_is_none_of_ours(scene):
    workers.create(scene.world, scene.account, "chat-bot", {"skills": ["greeting"]})

    report = scene.report()

    assert not [one for one in report.findings if one.person == "chat-bot"]
    assert "0 of 0 workers" in next(one.note for one in report.findings if one.check == "workers")


def test_what_the_next_sign_in_will_change_in_worker_and_user(scene):
    scene.signs_in(ADA)
    scene.holds(ADA, Full_Name="Countess Lovelace")

    found = {one.check: (one.expected, one.observed) for one in scene.report().findings}

    both = ("Countess Lovelace", "Ada Lovelace")
    assert (both, both) == (found["worker.full_name"], found["flex_user.full_name"])


def test_further_attributes_and_what_is_left_over_of_them(scene):
    scene.tenant["google"]["custom_schema"] = {"fields": FIELDS}
    scene.signs_in(ADA)
    scene.flex_takes_in(ADA, team_id="12", department="Billing")

    [left] = scene.found("worker.department")
    [cleared] = scene.found("worker.team_id")
    scene.holds(ADA, team_id="13")
    [stale] = scene.found("worker.team_id")

    assert "no claim sends it" in left.note
    assert ("(empty)", "12") == (cleared.expected, cleared.observed)
    assert "is empty at Google" in cleared.note
    assert ("13", "12") == (stale.expected, stale.observed)


def test_an_account_without_the_users_api_is_not_a_failed_look(scene):
    scene.world.faults[:] = [{"host": "flex-api.twilio.com", "path": "/Users", "status": 404}]

    [found] = scene.found("flex_users")

    assert (Result.NOT_CHECKED, False) == (found.result, found.blind)
    assert "public beta" in found.note
