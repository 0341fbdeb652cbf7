"""`doctor` on a stack whose vendors answer, and on what is usually missing."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from cli.doctor import check_stack
from models.checkup import Check, State
from sandbox.google import privileges
from sandbox.google.service_accounts import DELEGATED
from sandbox.seed import DEFAULT
from tests.e2e.conftest import Project, Stack

pytestmark = pytest.mark.xdist_group("doctor")


@pytest.fixture(scope="module")
def stack(project: Project) -> Stack:
    return project.stack("acme.dev")


@pytest.fixture
def examine(stack: Stack) -> Callable[[], dict[str, Check]]:
    def run() -> dict[str, Check]:
        return {one.name: one for one in check_stack(stack.name, stack.project.root)}

    return run


@pytest.fixture
def reseed(project: Project):
    """Change the seed's first account of a vendor; everything is put back afterwards."""

    def change(vendor: str, **values: Any) -> None:
        seed = copy.deepcopy(DEFAULT)
        seed[vendor][0] |= values
        project.control("reset", seed)

    yield change
    project.control("reset", DEFAULT)


def failing(checks: dict[str, Check]) -> list[str]:
    return [name for name, check in checks.items() if check.state is State.FAILED]


def test_nothing_is_missing(examine):
    checks = examine()

    assert [] == failing(checks), checks
    assert "acting as admin@acme.example" in checks["google credentials"].note
    assert 6 == sum(name.startswith("scope ") for name in checks)
    assert not any(one.state is State.SKIPPED for one in checks.values())


def test_it_writes_nothing(examine, project):
    seen = len(project.requests())

    examine()

    tokens = "/oauth2.googleapis.com/token"
    for request in project.requests()[seen:]:
        assert request["method"] in {"GET", "HEAD"} or tokens in request["url"], request


@pytest.mark.parametrize("missing", ["admin.reports.audit.readonly", "admin.directory.user"])
def test_exactly_the_scope_that_is_missing_is_named(examine, reseed, missing):
    reseed("google", delegated_scopes=[scope for scope in DELEGATED if scope != missing])

    checks = examine()

    assert [f"scope {missing}"] == failing(checks)
    hint = checks[f"scope {missing}"].hint
    assert f"https://www.googleapis.com/auth/{missing} " in hint
    assert "Manage Domain Wide Delegation" in hint
    if missing.startswith("admin.reports"):
        assert State.SKIPPED is checks["reports"].state


@pytest.mark.parametrize(
    ("missing", "check", "hint"),
    [
        ("USERS_RETRIEVE", "users", "Users > Read"),
        ("SCHEMA_RETRIEVE", "custom schemas", "Users > Read and Schema management"),
        ("REPORTS_ACCESS", "reports", "Reports"),
        ("GROUPS_RETRIEVE", "group flex-agents@acme.example", "Groups > Read"),
    ],
)
def test_exactly_the_privilege_that_is_missing_is_named(examine, reseed, missing, check, hint):
    reseed("google", privileges=[one for one in privileges.ALL if one != missing])

    checks = examine()

    assert [check] == failing(checks)
    said = checks[check].hint
    assert f"give admin@acme.example the privilege {hint};" in said
    assert "Account > Admin roles" in said


@pytest.fixture
def rewrite(project, stack):
    """Change the stack's file; it is put back afterwards."""
    path = project.root / "stacks" / f"Pulumi.{stack.name}.yaml"
    before = path.read_text()

    def change(old: str, new: str) -> None:
        assert old in before
        path.write_text(before.replace(old, new))

    yield change
    path.write_text(before)


@pytest.mark.parametrize("is_admin", [True, False])
def test_a_service_account_that_acts_for_itself(examine, reseed, rewrite, is_admin):
    rewrite("      admin: admin@acme.example\n", "")
    reseed("google", delegated_scopes=[], service_account_is_admin=is_admin)

    checks = examine()

    assert "acting for itself" in checks["google credentials"].note
    group = "group flex-agents@acme.example"
    assert ([] if is_admin else ["custom schemas", "users", "reports", group]) == failing(checks)
    if not is_admin:
        assert "give the service account the privilege Users > Read" in checks["users"].hint


def test_a_key_of_another_account(examine, rewrite):
    rewrite(f"twilio-AC{'5a' * 16}.json", f"twilio-AC{'1e' * 16}.json")

    checks = examine()

    assert "twilio account" in failing(checks)
    assert f"the key belongs to AC{'1e' * 16}" in checks["twilio account"].note


def test_another_runtime_domain(examine, rewrite):
    rewrite("acme-falcon-1234", "acme-eagle-1")

    checks = examine()

    assert ["flex"] == failing(checks)
    assert "flex.twilio.com/acme-falcon-1234, not /acme-eagle-1" in checks["flex"].note
    hint = "tenant.flex.runtime_domain: acme-falcon-1234, if that is the account"
    assert hint == checks["flex"].hint


def test_a_key_without_taskrouter(examine, project):
    body = {"code": 70051, "message": "no permission", "status": 403}
    fault = {"host": "taskrouter.twilio.com", "status": 403, "body": body, "times": 9}
    project.control("faults", [fault])
    try:
        checks = examine()
    finally:
        project.control("faults", [])

    assert ["taskrouter"] == failing(checks)
    assert "the API key lacks a permission" in checks["taskrouter"].hint


def test_a_key_that_twilio_refuses(examine, project):
    fault = {"host": "flex-api.twilio.com", "path": "/v1/Configuration", "status": 401, "skip": 1}
    body = {"code": 20003, "message": "Authenticate", "status": 401}
    project.control("faults", [{**fault, "times": 9, "body": body}])
    try:
        checks = examine()
    finally:
        project.control("faults", [])

    assert ["twilio api key"] == failing(checks)
    assert "the API key or its secret is wrong" in checks["twilio api key"].hint
    assert State.SKIPPED is checks["flex ui version"].state


def test_nobody_answers(examine, project, stack):
    path = project.root / "stacks" / f"Pulumi.{stack.name}.yaml"
    before = path.read_text()
    path.write_text(before.replace(project.base, "http://127.0.0.1:9"))
    try:
        checks = examine()
    finally:
        path.write_text(before)

    assert {"network and clock", "flex", "twilio api key"} <= set(failing(checks))
    assert "ConnectError" in checks["network and clock"].note


def test_mistakes_in_the_configuration_come_first(examine, project, stack):
    path = project.root / "stacks" / f"Pulumi.{stack.name}.yaml"
    before = path.read_text()
    path.write_text(before.replace("C01sandbx", "nonsense"))
    try:
        checks = examine()
    finally:
        path.write_text(before)

    assert ["configuration"] == failing(checks)
    assert "tenant.google.customer" in checks["configuration"].note
    assert State.SKIPPED is checks["google"].state
