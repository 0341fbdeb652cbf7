"""GoogleIDPMetadata.xml: what an administrator downloads, and the addresses in it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from sandbox.google import certificates
from sandbox.google.signer import certificate_base64

if TYPE_CHECKING:
    from sandbox.world import World

FILE_NAME = "GoogleIDPMetadata.xml"

_KEY = (
    '    <md:KeyDescriptor use="signing">\n'
    '      <ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#">\n'
    "        <ds:X509Data>\n"
    "          <ds:X509Certificate>{certificate}</ds:X509Certificate>\n"
    "        </ds:X509Data>\n"
    "      </ds:KeyInfo>\n"
    "    </md:KeyDescriptor>\n"
)
_DOCUMENT = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata"'
    ' entityID="{entity_id}" validUntil="{valid_until}">\n'
    '  <md:IDPSSODescriptor WantAuthnRequestsSigned="false"'
    ' protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">\n'
    "{keys}"
    "    <md:NameIDFormat>urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"
    "</md:NameIDFormat>\n"
    "{services}"
    "  </md:IDPSSODescriptor>\n"
    "</md:EntityDescriptor>\n"
)
_SERVICE = (
    '    <md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:{binding}"'
    ' Location="{sso_url}"/>\n'
)


def entity_id(customer: str) -> str:
    """The IdP's Entity ID: the same for every app of a Workspace."""
    return f"https://accounts.google.com/o/saml2?idpid={customer}"


def sso_url(customer: str) -> str:
    """Where AuthnRequests go."""
    return f"https://accounts.google.com/o/saml2/idp?idpid={customer}"


def render(world: World, customer: str) -> str:
    """The file: every certificate of the customer; valid until the first of them ends."""
    held = certificates.all_of(world, customer)
    keys = (_KEY.format(certificate=certificate_base64(c["certificate"])) for c in held)
    url = escape(sso_url(customer))
    bindings = ("HTTP-Redirect", "HTTP-POST")
    return _DOCUMENT.format(
        entity_id=escape(entity_id(customer)),
        valid_until=min(c["not_after"] for c in held),
        keys="".join(keys),
        services="".join(_SERVICE.format(binding=name, sso_url=url) for name in bindings),
    )
