"""`doctor` on a stack whose vendors answer, and on what is usually missing."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from cli.doctor import check_stack
from models.checkup import Check, State
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
