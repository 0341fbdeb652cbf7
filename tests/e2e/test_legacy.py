"""An account of the older generation signs in through iam.twilio.com."""

from __future__ import annotations

from tests.e2e.conftest import Project
from tests.providers.vendor import Vendor


def test_a_legacy_stack_reaches_verified_and_goes_without_a_trace(project: Project):
    """With `retain: false` destroy takes the schema along, and nothing else."""
    vendor = Vendor(project.base, project.state_dir)
    before = vendor.everything()
    goes = {"custom_schema": {"retain": False}}
    stack = project.stack("old.dev", like="sandbox.legacy", google=goes)

    assert ["awaiting_google_app", "awaiting_flex_form", "active"] == stack.walk_to_active()
    session = stack.sign_in("grace@acme.example")
    outputs = stack.up()

    assert "legacy" == session["generation"]
    assert ["agent", "supervisor"] == sorted(session["roles"])
    assert "verified" == outputs["status"]
    assert outputs["acs_url"].startswith("https://iam.twilio.com/v1/Accounts/AC")
    stack.pulumi("preview", "--refresh", "--expect-no-changes")

    assert "Flex_Details" in vendor.everything()["schemas"]
    stack.pulumi("destroy", "--yes", "--skip-preview")
    assert before == vendor.everything()
