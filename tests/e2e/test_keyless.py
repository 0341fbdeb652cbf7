"""A whole life of a stack with no Google key anywhere: a login, and IAM's signature."""

from __future__ import annotations

import copy
import json
import os
from pathlib import Path
from typing import Any

import pytest

from cli.doctor import check_stack
from models.checkup import Check, State
from sandbox.google.service_accounts import DELEGATED
from sandbox.seed import DEFAULT
from tests.e2e.conftest import Project, Stack

pytestmark = pytest.mark.xdist_group("keyless")
ACCOUNT = "flex-sso@c01sandbx.iam.gserviceaccount.com"


DEBUG = ("-v=9", "--logtostderr", "--logflow")


@pytest.fixture(scope="module", autouse=True)
def signed_in(project: Project):
    """A shell in which somebody has signed in with gcloud; key files are deleted."""
    before = dict(os.environ)
    os.environ.pop("GOOGLE_APPLICATION_CREDENTIALS", None)
    os.environ["CLOUDSDK_CONFIG"] = str(project.state_dir / "gcloud" / "C01sandbx")
    yield
    os.environ.clear()
    os.environ.update(before)


def login_of(project: Project) -> Path:
    """Where gcloud keeps it."""
    return project.state_dir / "gcloud" / "C01sandbx" / "application_default_credentials.json"


def delete_keys(project: Project) -> None:
    for key in (project.state_dir / "credentials").glob("google-*.json"):
        key.unlink()


def reset(project: Project, **changes: Any) -> None:
    """A fresh world without key files, its Workspace changed."""
    planted = copy.deepcopy(DEFAULT)
    planted["google"][0] |= changes
    project.control("reset", planted)
    delete_keys(project)


@pytest.fixture(scope="module")
def stack(project: Project) -> Stack:
    delete_keys(project)
    google = {"service_account": ACCOUNT, "file": None}
    return project.stack("keyless.dev", credentials={"google": google})


def test_a_tenant_gets_to_verified_and_stays_there(project, stack):
    phases = stack.walk_to_active()
    stack.sign_in("grace@acme.example")
    outputs = stack.up()
    said = stack.pulumi("preview", "--refresh", "--expect-no-changes")

    assert "awaiting_google_app" in phases
    assert "verified" == outputs["status"], outputs["next_step"]
    assert "unchanged" in said
    assert not [*project.state_dir.rglob("google-*.json")]
    signed = [one for one in project.requests() if one["url"].endswith(":signJwt")]
    assert signed


def test_the_login_is_in_no_state(project, stack):
    held = json.loads(login_of(project).read_text())
    state = json.dumps(stack.state())

    assert "verified" in state
    assert held["refresh_token"] not in state
    assert held["client_secret"] not in state
    assert "ya29." not in state


def test_a_preview_needs_the_read_only_scopes_alone(project, stack):
    looking = [scope for scope in DELEGATED if scope.endswith(".readonly")]
    reset(project, delegated_scopes=looking)

    said = stack.pulumi("preview", "--refresh", "--diff")
    refused = stack.pulumi("up", "--refresh", "--yes", "--skip-preview", *DEBUG, exit_code=None)

    assert "ada@acme.example" in said
    assert "Manage Domain Wide Delegation" in refused
    assert "RoleAssignments" in refused
    held = json.loads(login_of(project).read_text())
    for secret in (held["refresh_token"], held["client_secret"], "ya29."):
        assert secret not in refused, "in a log at debug level"


def examine(project: Project, stack: Stack, **changes: Any) -> dict[str, Check]:
    """Doctor, with the seed's Workspace changed."""
    reset(project, **changes)
    return {one.name: one for one in check_stack(stack.name, stack.project.root)}


def failing(checks: dict[str, Check]) -> list[str]:
    return [name for name, check in checks.items() if check.state is State.FAILED]


def test_doctor_finds_nothing_missing(project, stack):
    checks = examine(project, stack)

    assert [] == failing(checks), checks
    note = checks["google credentials"].note
    assert note == f"{ACCOUNT} (service account without a key), acting as admin@acme.example"
    assert "no key is needed" in checks["google impersonation"].note


def test_doctor_names_the_missing_role_once(project, stack):
    checks = examine(project, stack, token_creators=[])

    assert ["google impersonation"] == failing(checks)
    hint = checks["google impersonation"].hint
    assert "roles/iam.serviceAccountTokenCreator" in hint
    assert ACCOUNT in hint
    assert State.SKIPPED is checks["scope admin.directory.user"].state


def test_doctor_names_the_api_that_is_not_enabled(project, stack):
    checks = examine(project, stack, iam_credentials_enabled=False)

    assert ["google impersonation"] == failing(checks)
    assert "gcloud services enable iamcredentials" in checks["google impersonation"].hint


def test_doctor_names_the_scope_that_was_not_delegated(project, stack):
    missing = "admin.reports.audit.readonly"
    delegated = [scope for scope in DELEGATED if scope != missing]
    checks = examine(project, stack, delegated_scopes=delegated)

    assert [f"scope {missing}"] == failing(checks)
    assert "Manage Domain Wide Delegation" in checks[f"scope {missing}"].hint
    assert ACCOUNT in checks[f"scope {missing}"].hint


def test_doctor_says_when_nobody_is_signed_in(project, stack, monkeypatch, tmp_path):
    monkeypatch.setenv("CLOUDSDK_CONFIG", str(tmp_path))
    monkeypatch.setenv("NO_GCE_CHECK", "true")
    checks = examine(project, stack)

    assert ["google credentials"] == failing(checks)
    assert "gcloud auth application-default login" in checks["google credentials"].hint
