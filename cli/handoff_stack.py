"""A stack as Pulumi knows it, for the hand-off: its outputs, and the tenant it is configured as."""

from __future__ import annotations

import json
import os
import subprocess
from typing import TYPE_CHECKING, Any

from cli.env import engine_environment
from models.errors import FlexSsoError, TenantConfigError
from models.stack import NAME

if TYPE_CHECKING:
    from pathlib import Path

TENANT = "flex-google-sso:tenant"


def read_outputs(project: Path, stack: str) -> dict[str, Any]:
    """`pulumi stack output --json`. Raises FlexSsoError where there is no hand-off yet."""
    outputs = _pulumi_json(project, stack, "stack", "output")
    if "handoff" not in outputs:
        what = f"The stack {stack} has no hand-off yet."
        raise FlexSsoError(what, hint=f"pulumi up -s {stack}")
    return outputs


def read_tenant(project: Path, stack: str) -> dict[str, Any]:
    """The object `tenant` of the stack's configuration, as it was written."""
    config = _pulumi_json(project, stack, "config")
    tenant = config.get(TENANT, {}).get("objectValue")
    if not isinstance(tenant, dict):
        raise TenantConfigError([("tenant", "is missing", f"see stacks/Pulumi.{stack}.yaml")])
    return tenant


def folder_of(project: Path, stack: str) -> Path:
    """`stacks/<stack>`; the name comes from a command line, so it is checked first."""
    if not NAME.fullmatch(stack):
        what = f"'{stack}' is no name of a stack."
        hint = "stacks are named <tenant>.<environment>, for example acme.prod"
        raise FlexSsoError(what, hint=hint)
    return project / "stacks" / stack


def _pulumi_json(project: Path, stack: str, *verb: str) -> dict[str, Any]:
    done = subprocess.run(
        ["pulumi", "--non-interactive", *verb, "--json", "-s", stack],  # noqa: S607  PATH is ours
        cwd=project,
        env=engine_environment(project, os.environ),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        said = done.stderr.strip().removeprefix("error: ") or f"exit code {done.returncode}"
        hint = f"pulumi stack init {stack}; pulumi up -s {stack}"
        raise FlexSsoError(f"Pulumi: {said}", hint=hint)
    return dict(json.loads(done.stdout))
