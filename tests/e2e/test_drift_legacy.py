"""Drift of an account of the older generation: what iam.twilio.com says at the door."""

from __future__ import annotations

from typing import Any

import pytest

from tests.e2e.conftest import Project, Stack
from tests.e2e.test_drift import authn_request

pytestmark = pytest.mark.xdist_group("drift_legacy")

DESK = "https://desk.example"


@pytest.fixture(scope="module")
def stack(project: Project) -> Stack:
    made = project.stack("old.dev", like="sandbox.legacy", flex={"trusted_domains": [DESK]})
    made.walk_to_active()
    made.sign_in("grace@acme.example")
    assert "verified" == made.up()["status"]
    return made


def answer(stack: Stack, status: int, body: dict[str, Any]) -> None:
    fault = {"host": "iam.twilio.com", "path": "/authenticate", "status": status, "body": body}
    stack.project.control("faults", [{**fault, "times": 99}])


@pytest.mark.parametrize("field", ["sso_url", "acs_url", "sp_entity_id", "refused"])
def test_what_flex_says_at_the_door_is_compared(stack: Stack, field: str):
    outputs = stack.engine.outputs()
    says = {name: outputs[name] for name in ("sso_url", "acs_url", "sp_entity_id")}
    wrong = says.get(field, "").replace("C01sandbx", "C0evil000").replace("/AC", "/AD")
    if field == "refused":
        wrong = "no valid certificate for identity realm JB00"
        answer(stack, 403, {"code": 70251, "message": wrong, "status": 403})
    else:
        answer(stack, 200, {"location": authn_request(**(says | {field: wrong}))})
    try:
        said = stack.drift()
    finally:
        stack.project.control("faults", [])

    assert wrong in said


def test_a_trusted_domain_that_was_taken_out(stack: Stack):
    edit_form(stack, "")
    said = stack.drift()
    edit_form(stack, DESK)

    assert f"a list without {DESK}" in said
    stack.pulumi("preview", "--refresh", "--expect-no-changes")


def edit_form(stack: Stack, domains: str) -> None:
    account = stack.engine.outputs()["handoff"]["steps"][1]["path"][0]
    person = stack.project.person()
    person.open("https://console.twilio.com/")
    for text in (account, "Flex", "Users and access", "Single sign-on (SSO)"):
        person.follow(text)
    person.fill("TRUSTED DOMAINS", domains)
    person.press("Save")
