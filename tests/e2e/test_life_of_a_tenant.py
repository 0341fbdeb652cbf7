"""From nothing to verified, then drift, then destroy: one tenant on the real engine, in order."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.e2e.conftest import Project, Stack
from tests.planted import leaked
from tests.providers.vendor import Vendor

pytestmark = pytest.mark.xdist_group("life")

PEOPLE = {
    "ada@acme.example": ["agent"],
    "grace@acme.example": ["agent", "supervisor"],
    "linus@acme.example": ["admin"],
}
ROLES = """\
email,roles,full_name,team_id,Skills
ada@acme.example,agent,,12,billing; spanish
grace@acme.example,agent supervisor,,,
linus@acme.example,admin,Linus C. Pauling,,
"""


@pytest.fixture(scope="module")
def vendor(project: Project) -> Vendor:
    return Vendor(project.base, project.state_dir)


@pytest.fixture(scope="module")
def before(vendor: Vendor) -> dict[str, Any]:
    """What the vendors held before us: others' values stand beside where ours will be."""
    vendor.set_values("grace@acme.example", {"HR": {"Badge": "B-1906"}})
    vendor.flex_configuration({"public_attributes": {"theme": {"dark": True}, "loginPopup": False}})
    return vendor.everything()


@pytest.fixture(scope="module")
def tenant(project: Project, before: dict[str, Any]) -> Stack:
    fields = {
        "team_id": {"display_name": "Team ID"},
        "skills": {"display_name": "Skills", "multi_valued": True},
    }
    google = {"custom_schema": {"fields": fields}}
    stack = project.stack("acme.dev", flex={"login_popup": True}, google=google)
    table = project.root / "stacks" / "acme.dev" / "roles.csv"
    table.write_text(ROLES, encoding="utf-8")
    assert ["awaiting_connection", "awaiting_google_app", "awaiting_flex_form", "active"] == (
        stack.walk_to_active()
    )
    for email, roles in PEOPLE.items():
        assert roles == sorted(stack.sign_in(email)["roles"])
    assert "verified" == stack.up()["status"]
    return stack


def test_columns_of_the_table_become_attributes_of_the_worker(tenant, vendor):
    attributes = tenant.sign_in("ada@acme.example")["worker_attributes"]

    assert ("12", ["billing", "spanish"]) == (attributes["team_id"], attributes["skills"])
    assert "12" in vendor.custom_values("ada@acme.example")["Flex_Details"].values()
    assert "team_id" not in tenant.sign_in("grace@acme.example")["worker_attributes"]


def test_an_unchanged_up_does_nothing(tenant):
    tenant.pulumi("up", "--yes", "--skip-preview", "--expect-no-changes")
    tenant.pulumi("preview", "--expect-no-changes")


def test_an_unchanged_up_asks_for_account_connection_and_groups_alone(tenant):
    """What decides the wish, that is: it asks nothing of what is deployed, and writes nothing."""
    seen = len(tenant.project.requests())

    tenant.pulumi("up", "--yes", "--skip-preview", "--expect-no-changes")

    asked = tenant.project.requests()[seen:]
    wrote = {_address(one) for one in asked if one["method"] != "GET"}
    read = {_address(one) for one in asked if one["method"] == "GET"}
    assert wrote <= {"oauth2.googleapis.com/token"}
    assert read <= {
        "flex-api.twilio.com/v1/Configuration/Public",
        "services.twilio.com/v1/Flex/Authentication/Config",
        "admin.googleapis.com/admin/directory/v1/groups/…/members",
    }


def _address(request: dict[str, Any]) -> str:
    """Host and path, whichever group it is of."""
    path = request["url"].partition("://")[2].partition("?")[0]
    return re.sub(r"(?<=/groups/)[^/]+", "…", path)


def test_refresh_finds_no_drift(tenant):
    tenant.pulumi("preview", "--refresh", "--expect-no-changes")
    said = tenant.pulumi("refresh", "--yes", "--skip-preview")

    assert "Resources:\n    7 unchanged\n" in said, said


def test_beside_ours_all_is_as_it_was(tenant, vendor, before):
    live = vendor.everything()

    for person in live["people"].values():
        person["values"].pop("Flex_Details", None)
    del live["schemas"]["Flex_Details"]
    assert {"theme": {"dark": True}, "loginPopup": True} == live["flex"]["public_attributes"]
    live["flex"]["public_attributes"]["loginPopup"] = False
    assert before == live


def test_members_of_groups_got_their_roles(tenant, vendor):
    assert {"Roles": ["agent"], "Full_Name": "Marie Curie"} == (
        vendor.custom_values("marie@acme.example")["Flex_Details"]
    )
    assert {} == vendor.custom_values("emmy@acme.example")


def test_a_changed_sso_url_in_the_flex_form_is_named(tenant):
    account = tenant.engine.outputs()["handoff"]["steps"][0]["path"][0]
    good = tenant.engine.outputs()["sso_url"]
    wrong = good.replace("C01sandbx", "C0evil000")
    edit_flex_form(tenant, account, wrong)

    said = tenant.drift()
    assert re.search(rf'sso_url.*"{re.escape(wrong)}".*=>.*"{re.escape(good)}"', said), said
    assert "acs_url" not in changed_lines(said)

    edit_flex_form(tenant, account, good)
    tenant.pulumi("preview", "--refresh", "--expect-no-changes")


def edit_flex_form(tenant: Stack, account: str, sso_url: str) -> None:
    person = tenant.project.person()
    person.open("https://console.twilio.com/")
    for text in (account, "Flex", "Users and access", "Single sign-on (SSO)", "Edit"):
        person.follow(text)
    person.fill("Single Sign-On URL", sso_url)
    person.press("Save")


def test_a_changed_acs_url_in_the_google_app_is_named(tenant):
    good = tenant.engine.outputs()["acs_url"]
    wrong = good.replace("connection=JQ", "connection=JQ0")
    edit_google_app(tenant, wrong)

    said = tenant.drift()
    assert re.search(rf'acs_url.*"{re.escape(wrong)}".*=>.*"{re.escape(good)}"', said), said
    assert "sso_url" not in changed_lines(said)

    edit_google_app(tenant, good)
    tenant.pulumi("preview", "--refresh", "--expect-no-changes")


def edit_google_app(tenant: Stack, acs_url: str) -> None:
    person = tenant.project.person()
    person.open("https://admin.google.com/ac/apps/unified")
    person.follow("Twilio Flex")
    person.follow("Service provider details")
    person.fill("ACS URL", acs_url)
    person.press("SAVE")


def test_changed_roles_are_named_by_person_and_put_back(tenant, vendor):
    vendor.set_values("ada@acme.example", {"Flex_Details": {"Roles": [{"value": "admin"}]}})

    said = tenant.drift()
    assert "ada@acme.example" in said
    assert '"admin" => "agent"' in said
    assert "grace@acme.example: {\n" not in changed_lines(said)

    tenant.pulumi("up", "--yes", "--skip-preview", "--refresh")
    assert ["agent"] == vendor.custom_values("ada@acme.example")["Flex_Details"]["Roles"]


def changed_lines(said: str) -> str:
    return "\n".join(
        line for line in said.splitlines() if line.lstrip().startswith(("~", "+", "-"))
    )


def test_no_secret_is_left_anywhere(tenant, vendor):
    secrets = vendor.secrets()
    assert secrets

    files = [path for path in tenant.project.root.rglob("*") if path.is_file()]
    kept = [path for path in files if ".sandbox" not in path.parts and ".venv" not in path.parts]
    assert len(kept) > 5
    for path in kept:
        assert not leaked(secrets, path.read_bytes()), path
    assert not leaked(secrets, str(tenant.state()).encode())
    logs = tenant.pulumi("refresh", "--yes", "-v=9", "--logtostderr", "--logflow")
    assert "RoleAssignments" in logs
    assert not leaked(secrets, logs.encode())


def test_destroy_takes_back_ours_and_nothing_else(tenant, vendor, before):
    tenant.pulumi("destroy", "--yes", "--skip-preview")

    left = vendor.everything()
    assert "Flex Details" == left["schemas"].pop("Flex_Details")["displayName"]
    assert before == left
