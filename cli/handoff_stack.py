"""A stack as Pulumi knows it, for the hand-off: its outputs, and the tenant it is configured as."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cli.engine import pulumi_json
from models.errors import FlexSsoError, TenantConfigError
from models.stack import NAME

if TYPE_CHECKING:
    from pathlib import Path

TENANT = "flex-google-sso:tenant"


def read_outputs(project: Path, stack: str) -> dict[str, Any]:
    """`pulumi stack output --json`. Raises FlexSsoError where there is no hand-off yet."""
    outputs = pulumi_json(project, stack, "stack", "output", "--json")
    if "handoff" not in outputs:
        what = f"The stack {stack} has no hand-off yet."
        raise FlexSsoError(what, hint=f"./flexsso up {stack}")
    return outputs


def read_tenant(project: Path, stack: str) -> dict[str, Any]:
    """The object `tenant` of the stack's configuration, as it was written."""
    config = pulumi_json(project, stack, "config", "--json")
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
