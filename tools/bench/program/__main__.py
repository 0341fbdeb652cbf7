"""The Google half of a tenant, as the project's own program has it; nothing if BENCH_EMPTY is set.

Either way the same modules are imported, so that the difference is what the people cost.
"""

import os
from datetime import UTC, datetime
from pathlib import Path

import pulumi

import components  # noqa: F401  what the real program imports
from components.program import clean_errors
from models.stack import read_stack
from providers.base import to_props
from providers.google.custom_schema import CustomSchema
from providers.google.role_assignments import RoleAssignments
from providers.google.role_values import dump

if not os.environ.get("BENCH_EMPTY"):
    with clean_errors():
        config = pulumi.Config()
        stack = read_stack(
            pulumi.get_stack(), config.require_object("tenant"), Path.cwd(), datetime.now(UTC)
        )
        wanted = stack.tenant.google.custom_schema
        schema = CustomSchema(
            "schema",
            {
                "customer": stack.tenant.google.customer,
                "schema_name": wanted.name,
                "display_name": wanted.display_name,
                "fields": {name: to_props(field) for name, field in wanted.fields.items()},
                "allow_data_loss": wanted.allow_data_loss,
                "retain": wanted.retain,
            },
        )
        RoleAssignments(
            "roles",
            {
                "customer": stack.tenant.google.customer,
                "schema_name": schema.schema_name,
                "roles_field": "Roles",
                "full_name_field": "Full_Name",
                "people": dump({email: to_props(given) for email, given in stack.people.items()}),
                "mode": stack.tenant.roles.mode.value,
            },
        )
