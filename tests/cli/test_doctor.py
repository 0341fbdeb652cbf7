"""What `doctor` says of clocks, versions and this machine."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from cli.doctor import _metadata, clock_check, line_of
from cli.hints import each_hint_once
from components.verification.preflight_twilio import legacy_end_check, ui_version_check
from models.checkup import State, failed
from models.legacy_end import ANNOUNCED_ENDS
from models.stack import Stack
from models.tenant import Tenant

ACCOUNT = "AC" + "5a" * 16


def tenant(**flex: object) -> Tenant:
    return Tenant.model_validate(
        {
            "name": "Acme",
            "google": {"customer": "C01sandbx", "domain": "acme.example"},
            "flex": {"account_sid": ACCOUNT, "runtime_domain": "acme-falcon-1234", **flex},
        }
    )


@pytest.mark.parametrize(
    ("ui_version", "flex", "state"),
    [
        ("2.x.auto", {}, State.OK),
        ("2.5.0", {}, State.OK),
        ("~2.4.0", {}, State.FAILED),
        ("1.x.auto", {}, State.FAILED),
        ("2.6.0", {"trusted_domains": ["https://desk.example"]}, State.FAILED),
        ("2.7.0", {"trusted_domains": ["https://desk.example"]}, State.OK),
        ("2.6.0", {"migration": "modify", "connection": "JQ" + "5a" * 16}, State.FAILED),
        ("2.7.0", {"migration": "create", "connection": "JQ" + "5a" * 16}, State.OK),
        ("1.0.0", {"generation": "legacy"}, State.OK),
        ("latest", {}, State.WARNING),
    ],
)
def test_flex_ui_has_to_be_new_enough(ui_version, flex, state):
    assert state is ui_version_check(ui_version, tenant(**flex)).state


def test_the_announced_end_of_legacy_sso_is_a_warning():
    check = legacy_end_check(ANNOUNCED_ENDS[-1] - timedelta(days=3))

    assert State.WARNING is check.state
    assert "in 3 days" in check.note
    assert "migrate enhanced" in check.hint


@pytest.mark.parametrize(
    ("seconds", "state", "says"),
    [
        (0.2, State.OK, "within 1 s"),
        (90, State.FAILED, "90 s ahead"),
        (-3600, State.FAILED, "behind"),
    ],
)
def test_the_clock(seconds, state, says):
    check = clock_check(seconds)

    assert state is check.state
    assert says in check.note


def test_one_line_each_and_a_hint_for_a_failure():
    line = line_of(failed("users", "Google answered 403\nwhile listing", "give it the privilege"))

    assert "failed   users: Google answered 403 while listing\n" in line
    assert line.endswith("hint: give it the privilege")


def test_a_mistyped_name_is_corrected(flexsso):
    done = flexsso("doctor", "sandbx.dev")

    assert "failed   configuration: There is no stacks/Pulumi.sandbx.dev.yaml." in done.stdout
    assert "hint: did you mean sandbox.dev?" in done.stdout


def test_metadata_of_another_account_is_a_warning(make_certificate, make_metadata):
    tenant = Tenant.model_validate(
        {
            "name": "Acme",
            "google": {"customer": "C09other9", "domain": "acme.example"},
            "flex": {"account_sid": "AC" + "5a" * 16, "runtime_domain": "acme-falcon-1234"},
        }
    )
    text = make_metadata(make_certificate()).decode()
    stack = Stack(name="a.b", tenant=tenant, folder=Path(), people={}, idp_metadata=text)

    (check,) = _metadata(stack)

    assert State.WARNING is check.state
    assert "of the Google account C01sandbx; the stack's is C09other9" in check.note
    assert "./flexsso handoff a.b --metadata FILE" in check.hint


def test_one_cause_is_one_hint_however_many_checks_fail():
    checks = each_hint_once(failed(name, "no answer", "is it up?") for name in "ab")
    first, second = map(line_of, checks)

    assert "hint: is it up?" in first
    assert "failed   b: no answer" == second


def test_this_machine(flexsso):
    done = flexsso("doctor", "--json")

    assert ["python", "pulumi", "state backend"] == [
        one["name"] for one in json.loads(done.stdout)["checks"]
    ]
    assert 0 == done.returncode


def test_to_repair_a_stack_has_to_be_named(flexsso):
    done = flexsso("doctor", "--repair")

    assert 1 == done.returncode
    assert "hint: ./flexsso doctor STACK --repair" in done.stderr


def test_a_stack_that_is_not_there(flexsso):
    done = flexsso("doctor", "nosuch.stack")

    assert 1 == done.returncode
    assert "failed   configuration: There is no stacks/Pulumi.nosuch.stack.yaml." in done.stdout
    assert "hint: A new one begins with ./flexsso new nosuch.stack" in done.stdout
