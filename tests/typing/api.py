"""What a program of somebody else's writes, for mypy: what is right passes, what is wrong is found.

Never run. `warn_unused_ignores` makes each `type: ignore` a test: one that finds nothing fails.
"""

from __future__ import annotations

from typing import Any

import pulumi

from components import GoogleFlexSso, GoogleFlexSsoArgs, RoleAssignmentArgs, TenantArgs
from components.program import OUTPUTS, clean_errors, people_args, tenant_args
from models.roles import RoleAssignment
from models.tenant import Tenant

tenant: TenantArgs = {
    "name": "Acme Desk",
    "google": {"customer": "C01sandbx", "domain": "acme.example"},
    "flex": {
        "account_sid": "AC…",
        "runtime_domain": "acme",
        "trusted_domains": ["https://a.example"],
    },
    "saml_app": {
        "name": "Flex",
        "attribute_mapping": {"email": "Basic Information > Primary email"},
    },
}
people: dict[str, RoleAssignmentArgs] = {
    "ada@acme.example": {"roles": ["agent"]},
    "grace@acme.example": {
        "roles": ["admin"],
        "full_name": "Grace H.",
        "attributes": {"seat": "1"},
    },
}
args: GoogleFlexSsoArgs = {
    "stack": "desk.dev",
    "tenant": tenant,
    "people": people,
    "metadata_path": "idp_metadata.xml",
}

with clean_errors():
    sso = GoogleFlexSso("sso", args, pulumi.ResourceOptions(protect=True))

status: pulumi.Output[str] = sso.status
acs_url: pulumi.Output[str | None] = sso.acs_url
strays: pulumi.Output[list[str]] = sso.strays
role_counts: pulumi.Output[dict[str, int]] = sso.role_counts
handoff: pulumi.Output[dict[str, Any]] = sso.handoff
names: tuple[str, ...] = OUTPUTS

from_config: GoogleFlexSsoArgs = {**args, "tenant": pulumi.Config().require_object("tenant")}


def read(model: Tenant, listed: dict[str, RoleAssignment]) -> GoogleFlexSsoArgs:
    """As this project's own program does."""
    return {**args, "tenant": tenant_args(model), "people": people_args(listed)}


misspelt: TenantArgs = {**tenant, "saml": {}}  # type: ignore[typeddict-unknown-key]
incomplete: TenantArgs = {"name": "Acme"}  # type: ignore[typeddict-item]
inside: TenantArgs = {**tenant, "google": {"customer": "C01"}}  # type: ignore[typeddict-item]
no_roles: RoleAssignmentArgs = {"full_name": "Ada"}  # type: ignore[typeddict-item]
not_a_list: RoleAssignmentArgs = {"roles": "agent"}  # type: ignore[typeddict-item]
wrong: pulumi.Output[int] = sso.status  # type: ignore[assignment]
GoogleFlexSso("sso", args, "desk")  # type: ignore[arg-type]
