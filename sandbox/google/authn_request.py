"""Reading an AuthnRequest, from either binding, with limits against bombs."""

from __future__ import annotations

import base64
import binascii
import zlib
from dataclasses import dataclass

from lxml import etree

SAMLP = "urn:oasis:names:tc:SAML:2.0:protocol"
SAML = "urn:oasis:names:tc:SAML:2.0:assertion"
MAX_XML = 65_536


class MalformedRequestError(Exception):
    """What came is not an AuthnRequest; the text says why."""


@dataclass(frozen=True)
class AuthnRequest:
    """What Google reads of a request."""

    id: str
    issuer: str
    acs_url: str
    name_id_format: str
    force_authn: bool
    is_passive: bool
    xml: str


def decode(saml_request: str, *, deflated: bool) -> AuthnRequest:
    """The request in a `SAMLRequest` parameter. Raises MalformedRequestError."""
    try:
        content = base64.b64decode(saml_request, validate=True)
    except (ValueError, binascii.Error):
        raise MalformedRequestError("SAMLRequest is not base64") from None
    return parse(_inflate(content) if deflated else content)


def parse(content: bytes) -> AuthnRequest:
    """The request in an XML document. Raises MalformedRequestError."""
    if len(content) > MAX_XML or b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise MalformedRequestError("the document is too large, or has a DOCTYPE")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError:
        raise MalformedRequestError("the document is not XML") from None
    if root.tag != f"{{{SAMLP}}}AuthnRequest" or not root.get("ID"):
        raise MalformedRequestError("the document is not an AuthnRequest with an ID")
    policy = root.find(f"{{{SAMLP}}}NameIDPolicy")
    return AuthnRequest(
        id=root.get("ID"),
        issuer=(root.findtext(f"{{{SAML}}}Issuer") or "").strip(),
        acs_url=root.get("AssertionConsumerServiceURL", ""),
        name_id_format="" if policy is None else policy.get("Format", ""),
        force_authn=root.get("ForceAuthn") in {"true", "1"},
        is_passive=root.get("IsPassive") in {"true", "1"},
        xml=content.decode("utf-8", "replace"),
    )


def _inflate(content: bytes) -> bytes:
    inflater = zlib.decompressobj(-15)
    try:
        made = inflater.decompress(content, MAX_XML + 1)
    except zlib.error:
        raise MalformedRequestError("SAMLRequest is not deflated") from None
    if len(made) > MAX_XML:
        raise MalformedRequestError("SAMLRequest inflates to more than 64 kB")
    return made
