"""Outputs of a stack as `pulumi stack output --json` prints them, for the tests of the hand-off."""

from __future__ import annotations

from typing import Any

from models.endpoints import Endpoints
from models.flex import Generation, derive_sp_settings
from models.handoff import HandoffFacts, build_handoff
from models.phase import Phase

ACCOUNT = "AC" + "5a" * 16
CONNECTION = "JQ" + "ab" * 16
CERTIFICATE = "-----BEGIN CERTIFICATE-----\nMIIDdDCC\n-----END CERTIFICATE-----\n"


def outputs(phase: Phase = Phase.AWAITING_FLEX_FORM, **changes: Any) -> dict[str, Any]:
    """Of a stack in this phase; `changes` are facts of the hand-off."""
    generation = changes.get("generation", Generation.ENHANCED)
    facts = {
        "stack": "acme.prod",
        "tenant": "Acme Support",
        "phase": phase,
        "next_step": "Twilio Console: fill in the SSO form, then run `up` again.",
        "generation": generation,
        "account_sid": ACCOUNT,
        "connection": CONNECTION,
        "app_name": "Twilio Flex",
        "app_description": "",
        "sp": derive_sp_settings(generation, ACCOUNT, CONNECTION, "acme-falcon-1234"),
        "start_url": "https://flex.twilio.com/acme-falcon-1234",
        "mapping": {"email": "Basic Information > Primary email", "roles": "Flex Details > Roles"},
        "metadata_path": "stacks/acme.prod/idp_metadata.xml",
        "sso_url": "https://accounts.google.com/o/saml2/idp?idpid=C01sandbx",
        "idp_entity_id": "https://accounts.google.com/o/saml2?idpid=C01sandbx",
        "certificate": CERTIFICATE,
        "friendly_name": "Acme Support (acme.prod)",
        "default_redirect_url": "https://flex.twilio.com/acme-falcon-1234",
        "trusted_domains": [],
        "login_popup": False,
        "app_seen": "the app is in the admin log of 2026-10-30",
        "proof": "ada@acme.example signed in on 2026-10-31 with the roles agent",
        "endpoints": Endpoints(),
    }
    handoff = build_handoff(HandoffFacts.model_validate(facts | changes))
    return {
        "handoff": handoff.model_dump(mode="json"),
        "certificate_not_after": "2026-12-01T12:00:00Z",
        "certificate_fingerprint": "AB:CD",
    }
