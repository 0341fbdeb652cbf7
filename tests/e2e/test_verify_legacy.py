"""`verify` on an account of the older generation."""

from __future__ import annotations

import pytest

from cli.explain import expectation_of
from cli.verify import report_of
from cli.verify_view import as_text
from models.finding import ExitCode, Result
from tests.e2e.conftest import Project

pytestmark = pytest.mark.xdist_group("verify_legacy")


def test_a_legacy_stack_is_looked_at_through_iam(project: Project, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PULUMI_BACKEND_URL", f"file://{project.root / '.state'}")
    stack = project.stack("old.dev", like="sandbox.legacy")
    stack.walk_to_active()
    stack.sign_in("grace@acme.example")

    report = report_of(stack.name, project.root)

    assert ExitCode.GOOD == report.exit_code, as_text(report)
    found = {one.check: one for one in report.findings}
    assert "connection" not in found
    for check in ("sso_url", "acs_url", "sp_entity_id"):
        assert Result.MATCH is found[check].result
    assert found["acs_url"].observed.startswith("https://iam.twilio.com/v1/Accounts/AC")
    assert expectation_of(stack.name, project.root).acs_url == found["acs_url"].observed


def test_flexs_own_word_when_it_refuses(project: Project, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PULUMI_BACKEND_URL", f"file://{project.root / '.state'}")
    body = {"code": 70251, "message": "no valid certificate for identity realm JB00", "status": 403}
    fault = {"host": "iam.twilio.com", "path": "/authenticate", "status": 403, "body": body}
    project.control("faults", [{**fault, "times": 9}])
    try:
        report = report_of("old.dev", project.root)
    finally:
        project.control("faults", [])

    assert report.first_failing is not None
    assert "sso_url" == report.first_failing.check
    assert "no valid certificate for identity realm" in report.first_failing.observed
