"""SAML that went by, decoded, for `/_sandbox/saml`. Store kind: "saml", a log."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.clock import rfc3339_ms

if TYPE_CHECKING:
    from sandbox.world import World

RECEIVED = "received"
SENT = "sent"
PARTY = "Flex"


def seen(world: World, direction: str, kind: str, xml: str, relay_state: str) -> None:
    """A message: `kind` is "AuthnRequest" or "Response"."""
    _append(world, direction=direction, kind=kind, xml=xml, relay_state=relay_state)


def rejected(world: World, code: str, message: str) -> None:
    """Why the service provider did not believe the last Response."""
    _append(world, direction=RECEIVED, kind="rejected", code=code, message=message)


def _append(world: World, **values: str) -> None:
    head = {"time": rfc3339_ms(world.clock.now()), "party": PARTY}
    world.store.append("saml", head | values)
