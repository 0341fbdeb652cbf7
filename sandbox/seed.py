"""What a fresh pretend world holds: one Workspace and two Flex accounts.

A seed is a JSON object: {"google": [workspace, …], "twilio": [account, …]}; each room documents
and plants its own part (`sandbox.google.room.plant`, `sandbox.twilio.room.plant`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.google import room as google
from sandbox.twilio import room as twilio

if TYPE_CHECKING:
    from sandbox.world import World

Seed = dict[str, Any]

DEFAULT: Seed = {
    "google": [
        {
            "customer_id": "C01sandbx",
            "domain": "acme.example",
            "admin": "admin@acme.example",
            "users": [
                {"email": "ada@acme.example", "full_name": "Ada Lovelace", "org_unit": "/Support"},
                {
                    "email": "grace@acme.example",
                    "full_name": "Grace Hopper",
                    "org_unit": "/Support",
                },
                {"email": "linus@acme.example", "full_name": "Linus Pauling", "org_unit": "/"},
                {"email": "marie@acme.example", "full_name": "Marie Curie", "org_unit": "/Support"},
                {
                    "email": "emmy@acme.example",
                    "full_name": "Emmy Noether",
                    "org_unit": "/",
                    "suspended": True,
                },
            ],
            "groups": [
                {
                    "email": "flex-agents@acme.example",
                    "name": "Flex agents",
                    "members": ["marie@acme.example", "emmy@acme.example", "night@acme.example"],
                },
                {
                    "email": "night@acme.example",
                    "name": "Night shift",
                    "members": ["ada@acme.example", "temp@elsewhere.example"],
                },
            ],
            "schemas": [
                {
                    "schemaName": "HR",
                    "displayName": "HR",
                    "fields": [
                        {"fieldName": "Badge", "displayName": "Badge", "fieldType": "STRING"}
                    ],
                }
            ],
            "values": {"ada@acme.example": {"HR": {"Badge": "B-1815"}}},
        }
    ],
    "twilio": [
        {
            "account_sid": "AC" + "5a" * 16,
            "friendly_name": "Acme Flex (development)",
            "runtime_domain": "acme-falcon-1234",
            "flex_instance_sid": "GO" + "5a" * 16,
            "workspace_sid": "WS" + "5a" * 16,
            "ui_version": "2.11.0",
            "generation": "enhanced",
        },
        {
            "account_sid": "AC" + "1e" * 16,
            "friendly_name": "Acme Flex (legacy SSO)",
            "runtime_domain": "acme-heron-4321",
            "flex_instance_sid": "GO" + "1e" * 16,
            "workspace_sid": "WS" + "1e" * 16,
            "ui_version": "2.4.1",
            "generation": "legacy",
        },
    ],
}


def plant(world: World, spec: Seed) -> None:
    """Forget everything and plant `spec`. Keys, secrets and certificates are made fresh."""
    with world.store.transaction():
        world.store.clear()
        world.faults.clear()
        world.next_login_faults.clear()
        for workspace in spec.get("google", []):
            google.plant(world, workspace)
        for account in spec.get("twilio", []):
            twilio.plant(world, account)
