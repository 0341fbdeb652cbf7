"""`verify` on a tenant's way from nothing to a proved sign-in, and when consoles change."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from cli import verify as command
from cli.explain import expectation_of
from cli.main import run
from cli.verify import report_of
from cli.verify_view import as_text, verdict
from models.errors import FlexSsoError
from models.finding import ExitCode, Finding, Part, Report, Result
from models.saml_response import explain_response
from tests.e2e.conftest import Project, Stack
from tests.providers.vendor import Vendor

pytestmark = pytest.mark.xdist_group("verify")


@pytest.fixture(scope="module")
def vendor(project: Project) -> Vendor:
    return Vendor(project.base, project.state_dir)


@pytest.fixture(autouse=True)
def engine_of_the_test(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PULUMI_BACKEND_URL", f"file://{project.root / '.state'}")


@pytest.fixture(scope="module")
def waiting(project: Project) -> Iterator[Report]:
    """The report of a stack that has just been made: nobody has done anything."""
    stack = project.stack("acme.dev")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PULUMI_BACKEND_URL", f"file://{project.root / '.state'}")
        yield report_of(stack.name, project.root)


@pytest.fixture(scope="module")
def tenant(project: Project, waiting: Report) -> Stack:
    stack = Stack(project, "acme.dev")
    stack.walk_to_active()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PULUMI_BACKEND_URL", f"file://{project.root / '.state'}")
        sign_in_shows_before_the_next_up(stack)
    assert "verified" == stack.up()["status"]
    return stack


def sign_in_shows_before_the_next_up(stack: Stack) -> None:
    before = look(stack)
    assert ExitCode.WAITS == before.exit_code
    assert "Sign in to Flex once" in verdict(before)

    stack.sign_in("ada@acme.example")

    after = look(stack)
    assert ExitCode.GOOD == after.exit_code
    assert "./flexsso up acme.dev records it" in find(after, "sign_in", "ada@acme.example").note


def look(stack: Stack) -> Report:
    return report_of(stack.name, stack.project.root)


def find(report: Report, check: str, person: str = "") -> Finding:
    return next(f for f in report.findings if f.check == check and f.person == person)


def test_before_the_first_up_it_waits_for_whoever_runs_pulumi(waiting):
    assert ExitCode.WAITS == waiting.exit_code
    assert "./flexsso up acme.dev" in verdict(waiting)
    assert not [one for one in waiting.findings if one.wrong or one.blind]


def test_a_verified_stack_is_all_good(tenant):
    report = look(tenant)

    assert ExitCode.GOOD == report.exit_code, as_text(report)
    for check in ("sso_url", "acs_url", "sp_entity_id", "connection", "issuer", "certificate"):
        assert Result.MATCH == find(report, check).result, check
    assert Result.UNOBSERVABLE == find(report, "friendly_name").result
    assert "ada@acme.example" == find(report, "sign_in", "ada@acme.example").person
    assert "4 of 4" in next(
        f.note for f in report.findings if f.part is Part.PREDICT and f.check == "sign_in"
    )


def test_people_are_hidden_unless_asked_for(tenant, monkeypatch, capsys):
    """Through the command itself: nothing of anybody is on either stream."""
    monkeypatch.setattr(command, "PROJECT", tenant.project.root)

    assert ExitCode.GOOD == run(["verify", tenant.name, "--json"])
    hidden = capsys.readouterr()
    assert ExitCode.GOOD == run(["verify", tenant.name, "--json", "--show-values"])
    shown = capsys.readouterr().out

    document = json.loads(hidden.out)
    assert ("verified", 0, None) == (
        document["phase"],
        document["exit_code"],
        document["first_failing_step"],
    )
    assert "ada@acme.example" in [one.get("person") for one in json.loads(shown)["findings"]]
    for private in ("ada@", "Lovelace", "grace@"):
        assert private not in hidden.out + hidden.err
    assert "a…@acme.example" in [one.get("person") for one in document["findings"]]


def test_another_sso_url_in_flex_is_named_with_who_and_where(tenant):
    good = tenant.engine.outputs()["sso_url"]
    wrong = good.replace("C01sandbx", "C0evil000")
    edit_flex_form(tenant, wrong)
    try:
        report = look(tenant)
    finally:
        edit_flex_form(tenant, good)

    assert ExitCode.WRONG == report.exit_code
    first = report.first_failing
    assert first is not None
    assert ("sso_url", good, wrong) == (first.check, first.expected, first.observed)
    assert "→ Twilio admin, Twilio Console: Flex > Users and access >" in verdict(report)
    assert ExitCode.GOOD == look(tenant).exit_code


def edit_flex_form(tenant: Stack, sso_url: str) -> None:
    account = tenant.engine.outputs()["handoff"]["steps"][0]["path"][0]
    person = tenant.project.person()
    person.open("https://console.twilio.com/")
    for text in (account, "Flex", "Users and access", "Single sign-on (SSO)", "Edit"):
        person.follow(text)
    person.fill("Single Sign-On URL", sso_url)
    person.press("Save")


def test_somebody_without_roles_would_be_refused(tenant, vendor):
    vendor.set_values("grace@acme.example", {"Flex_Details": {"Roles": []}})
    try:
        report = look(tenant)
    finally:
        tenant.pulumi("up", "--yes", "--skip-preview", "--refresh")

    assert ExitCode.WRONG == report.exit_code
    roles = find(report, "roles", "grace@acme.example")
    assert ("agent, supervisor", "(empty)") == (roles.expected, roles.observed)
    would = find(report, "sign_in", "grace@acme.example")
    assert Part.PREDICT is would.part
    assert "error 45050" in would.note


def test_a_worker_with_old_roles_is_a_warning(tenant, vendor):
    vendor.set_values("ada@acme.example", {"Flex_Details": {"Full_Name": "Countess Lovelace"}})
    try:
        report = look(tenant)
    finally:
        tenant.pulumi("up", "--yes", "--skip-preview", "--refresh")

    stale = find(report, "worker.full_name", "ada@acme.example")
    assert stale.warning
    assert ("Countess Lovelace", "Ada Lovelace") == (stale.expected, stale.observed)


def test_one_person_with_what_google_would_send(tenant):
    report = report_of(tenant.name, tenant.project.root, frozenset({"Ada@acme.example"}))

    expected = "email: ada@acme.example; full_name: Ada Lovelace; roles: agent"
    assert expected == find(report, "claims", "ada@acme.example").observed
    assert "1 of 1" in find(report, "roles").note
    with pytest.raises(FlexSsoError, match="nobody of this stack"):
        report_of(tenant.name, tenant.project.root, frozenset({"emmy@acme.example"}))


def test_a_refused_person_is_explained(tenant):
    switch(tenant, "OFF for everyone")
    try:
        with pytest.raises(Exception, match="app_not_enabled_for_user"):
            tenant.sign_in("linus@acme.example")
        report = look(tenant)
    finally:
        switch(tenant, "ON for everyone")

    failed = find(report, "failed_sign_in", "linus@acme.example")
    assert "failure_app_not_enabled_for_user" == failed.observed
    assert "OFF for this person's organizational unit" in failed.note
    tenant.sign_in("linus@acme.example")
    assert ExitCode.GOOD == look(tenant).exit_code


def switch(tenant: Stack, choice: str) -> None:
    person = tenant.project.person()
    person.open("https://admin.google.com/ac/apps/unified")
    person.follow("Twilio Flex")
    person.follow("User access")
    person.fill(choice, choice)
    person.press("SAVE")


def test_without_twilios_answer_nothing_is_claimed(tenant):
    path = "/Authentication/Config"
    faults = [{"path": path, "status": 403, "times": 50, "body": {}}]
    tenant.project.control("faults", faults)
    try:
        report = look(tenant)
    finally:
        tenant.project.control("faults", [])

    assert ExitCode.COULD_NOT_LOOK == report.exit_code
    connection = find(report, "connection")
    assert connection.blind
    assert "403" in connection.note


def test_without_credentials_it_could_not_look(tenant):
    key: Path = next((tenant.project.state_dir / "credentials").glob("google-C01sandbx.json"))
    aside = key.rename(key.with_suffix(".away"))
    try:
        report = look(tenant)
    finally:
        aside.rename(key)

    assert ExitCode.COULD_NOT_LOOK == report.exit_code
    assert "no usable credentials" in find(report, "groups").note


@pytest.mark.parametrize(
    ("fault", "row"),
    [
        ("wrong_audience", "audience"),
        ("wrong_issuer", "issuer"),
        ("wrong_recipient", "destination"),
        ("tampered", "signature_invalid"),
    ],
)
def test_a_response_of_google_is_explained_against_the_stack(tenant, fault, row):
    expected = expectation_of(tenant.name, tenant.project.root)
    tenant.sign_in("ada@acme.example")
    good = explain_response(last_response(tenant), expected)
    assert None is good.first_failing
    assert good.trusted

    tenant.project.control("next-login", {"fault": fault})
    with contextlib.suppress(Exception):
        tenant.sign_in("ada@acme.example")
    bad = explain_response(last_response(tenant), expected)
    assert bad.first_failing is not None
    assert row == bad.first_failing.check


def last_response(tenant: Stack) -> bytes:
    base = tenant.project.base
    seen = httpx.get(f"{base}/_sandbox/saml").json()
    xml = [one["xml"] for one in seen if ":Response" in one.get("xml", "")[:200]]
    return str(xml[-1]).encode()
