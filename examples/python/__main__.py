"""A program of somebody else's, with the sign-in as one of its resources."""

from pathlib import Path

import pulumi

from components import GoogleFlexSso

METADATA = Path("idp_metadata.xml")

sso = GoogleFlexSso(
    "sso",
    {
        "stack": "desk.dev",
        "tenant": pulumi.Config().require_object("tenant"),
        "people": {
            "ada@acme.example": {"roles": ["agent"]},
            "grace@acme.example": {"roles": ["agent", "supervisor"]},
        },
        "idp_metadata": METADATA.read_text(encoding="utf-8") if METADATA.exists() else None,
        "metadata_path": str(METADATA),
    },
)

pulumi.export("status", sso.status)
pulumi.export("next_step", sso.next_step)
pulumi.export("acs_url", sso.acs_url)
pulumi.export("handoff", sso.handoff)
