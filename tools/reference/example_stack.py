"""stacks/Pulumi.example.prod.yaml: a stack's file with every key, as `./flexsso new` writes it."""

from __future__ import annotations

from typing import Any

from cli.stack_file import render as stack_file

STACK = "example.prod"
HEAD = """\
# An example of a real tenant, with every key there is. `./flexsso new` asks, and writes one for
# you; or copy this one to Pulumi.<tenant>.<environment>.yaml, and the folder example.prod/ beside
# it. Nothing in here is a secret; nothing in here may become one. Written by `make docs`.
config:
  # This example is no tenant of the fleet: leave this line out of a copy.
  flex-google-sso:fleet: false
"""
TENANT: dict[str, Any] = {
    "name": "Example Support",
    "google": {
        "customer": "C0123abcd",
        "domain": "example.com",
        "admin": "flex-admin@example.com",
    },
    "flex": {
        "account_sid": "AC" + "0" * 32,
        "runtime_domain": "example-heron-1234",
    },
    "saml_app": {"name": "Twilio Flex"},
    "roles": {"mode": "additive", "file": "roles.csv"},
}


def render() -> str:
    """The file."""
    return HEAD + stack_file(STACK, TENANT, None).partition("\nconfig:\n")[2]
