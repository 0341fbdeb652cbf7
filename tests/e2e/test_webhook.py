"""`writer: webhook`: from nothing to verified with no person at all, on the real engine."""

from __future__ import annotations

import pytest

from tests.e2e.conftest import Project, Stack

pytestmark = pytest.mark.xdist_group("webhook")


def stack(project: Project, name: str, sign_in_as: str = "ada@acme.example") -> Stack:
    handoff = {
        "writer": "webhook",
        "url": f"{project.base}/_sandbox/webhook?sign_in_as={sign_in_as}",
        "secret_file": str(project.state_dir / "credentials" / "webhook.secret"),
    }
    return project.stack(name, handoff=handoff)


def test_a_robot_takes_the_tenant_to_verified(project):
    tenant = stack(project, "acme.robot")
    phases = []
    while "verified" not in phases:
        outputs = tenant.up()
        assert outputs["status"] not in phases, outputs["next_step"]
        phases.append(outputs["status"])
        if outputs["status"] != "verified":
            assert "Webhook: done (done by the sandbox's robot)." in outputs["next_step"]

    assert [
        "awaiting_connection",
        "awaiting_google_app",
        "awaiting_flex_form",
        "active",
        "verified",
    ] == phases
    look = f"./flexsso verify {tenant.name}"
    assert f"Nothing to do. Look again: {look}" == outputs["next_step"]
    tenant.pulumi("up", "--yes", "--skip-preview", "--expect-no-changes")
    secret = (project.state_dir / "credentials" / "webhook.secret").read_text().strip()
    assert secret not in str(tenant.state())


def test_a_refusal_is_told_and_ends_nothing(project):
    project.control("reset", None)
    tenant = stack(project, "acme.nobody", sign_in_as="")
    phases = []
    while "active" not in phases and len(phases) < 5:
        outputs = tenant.up()
        phases.append(outputs["status"])

    assert "Webhook: refused (nobody is named to sign in as" in outputs["next_step"]
    said = tenant.pulumi("up", "--yes", "--skip-preview", "-v=9", "--logtostderr", "--logflow")
    assert "active" == tenant.engine.outputs()["status"]
    secret = (project.state_dir / "credentials" / "webhook.secret").read_text().strip()
    assert "HandoffDelivery" in said
    assert not [one for one in (secret, "ya29.") if one in said], "in a log at debug level"


def test_another_secret_is_an_error_in_one_sentence(project, tmp_path):
    wrong = tmp_path / "secret"
    wrong.write_text("another one")
    handoff = {"writer": "webhook", "url": f"{project.base}/_sandbox/webhook"}

    tenant = project.stack("acme.wrong", handoff={**handoff, "secret_file": str(wrong)})

    said = tenant.pulumi("up", "--yes", "--skip-preview", exit_code=None)
    assert "update failed" in said
    assert "Webhook: the receiver answered 401" in said
    assert "the secret is another one" in said
    assert "Traceback" not in said
