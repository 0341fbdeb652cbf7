"""What is wrong with a stack is said at once, all of it, before anybody is asked anything."""

from __future__ import annotations

from typing import Any

import pytest

from tests.e2e.conftest import Project

WRONG: dict[str, Any] = {
    "nmae": "Acme",
    "production": True,
    "google": {
        "customer": "acme",
        "domain": "acme",
        "admin": "boss",
        "custom_schema": {"allow_data_loss": True},
    },
    "flex": {"account_sid": "AC1", "connection": "JQ1", "runtime_domain": "Acme Falcon"},
    "roles": {
        "mode": "strict",
        "people": {"ada@acme.example": {"roles": ["administrator"]}},
        "file": "absent.csv",
    },
    "saml_app": {
        "attribute_mapping": {
            "Email": "Basic Information > Primary email",
            "full_name": "Flex Details > Full Name",
            "roles": "Flex Details > Rolse",
        }
    },
}
KEYS = [
    "tenant.nmae",
    "tenant.google.customer",
    "tenant.google.domain",
    "tenant.google.admin",
    "tenant.flex.account_sid",
    "tenant.flex.connection",
    "tenant.flex.runtime_domain",
    "tenant.roles.mode",
    "tenant.roles.people.ada@acme.example",
    "tenant.roles.file",
    "tenant.saml_app.attribute_mapping.Email",
    "tenant.saml_app.attribute_mapping.roles",
    "tenant.google.custom_schema.allow_data_loss",
    "endpoints.timeout_seconds",
]


def test_each_mistake_is_one_line_and_there_is_no_call(project: Project):
    stack = project.stack("wrong.dev", **WRONG)
    stack.engine.run("config", "set", "--path", "endpoints.timeout_seconds", "0", quiet=True)
    seen = len(project.requests())

    for verb in (["preview"], ["up", "--yes", "--skip-preview"]):
        said = stack.pulumi(*verb, exit_code=None)
        lines = [line.strip() for line in said.splitlines()]
        for key in KEYS:
            assert 1 == sum(line.startswith(f"{key}: ") for line in lines), (key, said)
        assert "Traceback" not in said

    assert [] == project.requests()[seen:]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        (
            {"credentials": {"google": {"file": "nowhere.json"}}},
            "Google: no usable credentials (nowhere.json)",
        ),
        (
            {"credentials": {"twilio": {"file": "nowhere.json"}}},
            "Twilio: can't read credentials from nowhere.json",
        ),
        ({"google": {"admin": "ada@acme.example"}}, "Google"),
        (
            {"flex": {"runtime_domain": "acme-hawk-1"}},
            "tenant.flex.runtime_domain: is acme-hawk-1, but the account's is acme-falcon-1234"
            " (write acme-falcon-1234)",
        ),
        ({"roles": {"people": {"ghost@acme.example": {"roles": ["agent"]}}}}, "ghost@acme.example"),
    ],
)
def test_what_a_vendor_refuses_is_one_clean_sentence(project: Project, changes, sentence, request):
    number = request.node.callspec.indices["changes"]
    stack = project.stack(f"refused{number}.dev", **changes)

    said = stack.pulumi("up", "--yes", "--skip-preview", exit_code=None)

    assert sentence in said
    assert "hint:" in said or "(write " in said
    assert "Traceback" not in said
    assert "Exception calling" not in said


def test_another_tenants_account_changes_nothing(project: Project):
    """The key is this tenant's, the Account SID well-formed and another's: a slip of the hand."""
    stack = project.stack("slip.dev")
    stack.pulumi("up", "--yes", "--skip-preview")
    before = stack.state()["deployment"]["resources"]
    path = project.root / "stacks" / "Pulumi.slip.dev.yaml"
    ours, theirs = "AC" + "5a" * 16, "AC" + "1e" * 16
    slip = path.read_text().replace(f"account_sid: {ours}", f"account_sid: {theirs}")
    path.write_text(slip)
    seen = len(project.requests())

    for verb in (["preview"], ["up", "--yes", "--skip-preview"]):
        said = stack.pulumi(*verb, exit_code=None)
        what = f"is {theirs}, but the Twilio key belongs to {ours}"
        assert f"tenant.flex.account_sid: {what}" in said
        assert f"write {ours} if that is this tenant's Flex" in said

    wrote = {call["url"] for call in project.requests()[seen:] if call["method"] != "GET"}
    assert wrote <= {"https://oauth2.googleapis.com/token"}
    assert before == stack.state()["deployment"]["resources"]
