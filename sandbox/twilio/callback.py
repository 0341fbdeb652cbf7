"""A browser brings a SAML Response: from the form field to a session, the same for all ACS URLs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from sandbox.twilio import authn_request, saml_document, saml_log, sign_in, sp
from sandbox.twilio.rejected import RejectedError

if TYPE_CHECKING:
    from sandbox.twilio.accounts import Account, Connection
    from sandbox.twilio.tokens import Session
    from sandbox.world import World


class Arrival(NamedTuple):
    """Somebody was let in. `login` is what they began here, None if they began elsewhere."""

    session: Session
    login: dict[str, Any] | None


def arrive(world: World, account: Account, connection: Connection, form: dict[str, str]) -> Arrival:
    """Judge `SAMLResponse`. Raises RejectedError or ClaimsError."""
    relay_state = form.get("RelayState", "")
    content = saml_document.decode(form.get("SAMLResponse", ""))
    xml = content.decode("utf-8", "replace")
    saml_log.seen(world, saml_log.RECEIVED, "Response", xml, relay_state)
    assertion = sp.believe(world, connection, saml_document.parse(content))
    login = None
    if assertion.in_response_to:
        login = _login(world, connection, assertion.in_response_to, relay_state)
    return Arrival(sign_in.sign_in(world, account, connection, assertion), login)


def begin(world: World, connection: Connection, key: str, login: dict[str, Any]) -> str:
    """Remember a login under `key`, which travels as RelayState; returns where to send people."""
    world.store.put("flex_login", key, login)
    return authn_request.send(world, connection, key)


def _login(
    world: World, connection: Connection, request_id: str, relay_state: str
) -> dict[str, Any]:
    waiting = authn_request.take(world, connection, request_id)
    if waiting is None or waiting["relay_state"] != relay_state:
        raise RejectedError("relay_state")
    return {"key": relay_state} | (world.store.get("flex_login", relay_state) or {})
