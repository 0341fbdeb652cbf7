"""AuthnRequests as Flex sends them: by redirect, deflated, unsigned.

The legacy form follows a public sample of a real one. What the enhanced form says, beyond that it
exists, is inferred: Issuer, ACS URL with the connection in it, and the NameIDPolicy (an option of
the world).

Store kind: "authn_request" by Account SID/connection/ID:
{"relay_state", "until": epoch seconds}.
"""

from __future__ import annotations

import base64
import secrets
import zlib
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from lxml import etree

from sandbox.clock import rfc3339, rfc3339_ms
from sandbox.twilio import saml_log, trust
from sandbox.twilio.errors import NO_CERTIFICATE, TwilioError

if TYPE_CHECKING:
    from sandbox.twilio.accounts import Connection
    from sandbox.world import World

Document = dict[str, Any]

SAMLP = "urn:oasis:names:tc:SAML:2.0:protocol"
SAML = "urn:oasis:names:tc:SAML:2.0:assertion"
EMAIL_ADDRESS = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"
HTTP_POST = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
WAITS = 600
PASSWORD = "urn:oasis:names:tc:SAML:2.0:ac:classes:Password"  # noqa: S105  a name of SAML


def send(world: World, connection: Connection, relay_state: str) -> str:
    """Ask the identity provider; returns where the browser is sent. The request waits.

    Raises TwilioError 403 (code 70251) if the Single Sign-On URL is no web address.
    """
    if not trust.is_web_address(connection.sso_url):
        raise TwilioError(403, NO_CERTIFICATE, "Invalid SSO Settings: no Single Sign-On URL")
    request_id = _new_id(connection)
    until = world.clock.now().timestamp() + WAITS
    waits = {"relay_state": relay_state, "until": until}
    world.store.put("authn_request", _key(connection, request_id), waits)
    xml = _build(world, connection, request_id)
    saml_log.seen(world, saml_log.SENT, "AuthnRequest", xml, relay_state)
    return _redirect_url(connection.sso_url, xml, relay_state)


def waiting(world: World, connection: Connection, request_id: str) -> Document | None:
    """{"relay_state"} of a request that was not answered yet, if it is not too late."""
    found = world.store.get("authn_request", _key(connection, request_id))
    late = found is not None and found["until"] < world.clock.now().timestamp()
    return None if late else found


def take(world: World, connection: Connection, request_id: str) -> Document | None:
    """`waiting`, for the last time: a second answer is not for this request any more."""
    found = waiting(world, connection, request_id)
    world.store.delete("authn_request", _key(connection, request_id))
    return found


def _key(connection: Connection, request_id: str) -> str:
    return f"{connection.account_sid}/{connection.name}/{request_id}"


def _new_id(connection: Connection) -> str:
    """An XML ID that nobody can guess."""
    return ("ONELOGIN_" if connection.is_legacy else "_") + secrets.token_hex(20)


def _build(world: World, connection: Connection, request_id: str) -> str:
    """The request as an XML document."""
    root = _legacy(world) if connection.is_legacy else _enhanced(world)
    root.set("ID", request_id)
    root.set("Version", "2.0")
    root.set("Destination", connection.sso_url)
    root.set("ProtocolBinding", HTTP_POST)
    root.set("AssertionConsumerServiceURL", connection.acs_url)
    issuer = etree.Element(f"{{{SAML}}}Issuer", nsmap={"saml": SAML})
    issuer.text = connection.sp_entity_id
    root.insert(0, issuer)
    return str(etree.tostring(root, encoding="unicode"))


def _redirect_url(sso_url: str, xml: str, relay_state: str) -> str:
    """Where the browser is sent: the SSO URL with SAMLRequest and RelayState."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = packer.compress(xml.encode()) + packer.flush()
    fields = {"SAMLRequest": base64.b64encode(packed).decode(), "RelayState": relay_state}
    joint = "&" if urlsplit(sso_url).query else "?"
    return f"{sso_url}{joint}{urlencode(fields)}"


def _enhanced(world: World) -> Any:
    root = etree.Element(f"{{{SAMLP}}}AuthnRequest", nsmap={"samlp": SAMLP})
    root.set("IssueInstant", rfc3339_ms(world.clock.now()))
    if world.options.name_id_policy:
        policy = etree.SubElement(root, f"{{{SAMLP}}}NameIDPolicy")
        policy.set("Format", world.options.name_id_policy)
    return root


def _legacy(world: World) -> Any:
    root = etree.Element(f"{{{SAMLP}}}AuthnRequest", nsmap={"samlp": SAMLP, "saml": SAML})
    root.set("IssueInstant", rfc3339(world.clock.now()))
    root.set("ProviderName", "Twilio")
    policy = etree.SubElement(root, f"{{{SAMLP}}}NameIDPolicy")
    policy.set("Format", EMAIL_ADDRESS)
    policy.set("AllowCreate", "true")
    wanted = etree.SubElement(root, f"{{{SAMLP}}}RequestedAuthnContext", Comparison="exact")
    etree.SubElement(wanted, f"{{{SAML}}}AuthnContextClassRef").text = PASSWORD
    return root
