"""A response like Google's, signed with a key that nobody trusts, to try Flex's rules on.

Shape: Google's own, with one signature on the whole Response and no SessionNotOnOrAfter. It
answers no request, as if somebody came from Google's tile. The key is made for one look and never
leaves memory; nothing is sent anywhere.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from lxml import etree
from signxml.algorithms import CanonicalizationMethod
from signxml.signer import XMLSigner

from models.certificate import Certificate, parse_der
from models.saml_document import DS, DS_NS, SAML, SAML_NS, SAMLP, SAMLP_NS, SUCCESS

if TYPE_CHECKING:
    from collections.abc import Mapping

BEARER = "urn:oasis:names:tc:SAML:2.0:cm:bearer"
EMAIL_ADDRESS = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"
UNSPECIFIED = "urn:oasis:names:tc:SAML:2.0:ac:classes:unspecified"
VALIDITY = timedelta(minutes=5)


class Address(NamedTuple):
    """From whom the response is (`issuer`), and for which door."""

    issuer: str
    acs_url: str
    sp_entity_id: str


class ThrowAwayIdp:
    """An identity provider for one look: its key and certificate are made now."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.certificate = _certificate(self._key, now)

    def response(self, address: Address, name_id: str, claims: Mapping[str, list[str]]) -> bytes:
        """The signed response about one person."""
        root = _response(address, self._now)
        root.append(_assertion(address, name_id, claims, self._now))
        signer = XMLSigner(c14n_algorithm=CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0)
        signer.namespaces = {"ds": DS_NS}
        signed = signer.sign(
            root,
            key=self._key,
            cert=self.certificate.pem,
            reference_uri=root.get("ID"),
            id_attribute="ID",
        )
        xml: bytes = etree.tostring(signed, encoding="UTF-8", xml_declaration=True)
        return xml


def _certificate(key: rsa.RSAPrivateKey, now: datetime) -> Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "for one look only")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    return parse_der(made.public_bytes(serialization.Encoding.DER))


def _response(address: Address, now: datetime) -> Any:
    root = etree.Element(f"{SAMLP}Response", nsmap={"saml2p": SAMLP_NS})
    _set(root, Destination=address.acs_url, ID=_new_id(), IssueInstant=_time(now), Version="2.0")
    _child(root, f"{SAML}Issuer", address.issuer)
    etree.SubElement(root, f"{DS}Signature", Id="placeholder", nsmap={"ds": DS_NS})
    status = etree.SubElement(root, f"{SAMLP}Status")
    etree.SubElement(status, f"{SAMLP}StatusCode", Value=SUCCESS)
    return root


def _assertion(
    address: Address, name_id: str, claims: Mapping[str, list[str]], now: datetime
) -> Any:
    assertion = etree.Element(f"{SAML}Assertion", nsmap={"saml2": SAML_NS})
    _set(assertion, ID=_new_id(), IssueInstant=_time(now), Version="2.0")
    _child(assertion, f"{SAML}Issuer", address.issuer)
    _subject(assertion, address, name_id, now)
    conditions = etree.SubElement(assertion, f"{SAML}Conditions")
    _set(conditions, NotBefore=_time(now - VALIDITY), NotOnOrAfter=_time(now + VALIDITY))
    restriction = etree.SubElement(conditions, f"{SAML}AudienceRestriction")
    _child(restriction, f"{SAML}Audience", address.sp_entity_id)
    statement = etree.SubElement(assertion, f"{SAML}AttributeStatement")
    for claim, values in claims.items():
        attribute = etree.SubElement(statement, f"{SAML}Attribute", Name=claim)
        for value in values:
            _child(attribute, f"{SAML}AttributeValue", value)
    authn = etree.SubElement(assertion, f"{SAML}AuthnStatement")
    _set(authn, AuthnInstant=_time(now), SessionIndex=str(assertion.get("ID")))
    context = etree.SubElement(authn, f"{SAML}AuthnContext")
    _child(context, f"{SAML}AuthnContextClassRef", UNSPECIFIED)
    return assertion


def _subject(assertion: Any, address: Address, name_id: str, now: datetime) -> None:
    subject = etree.SubElement(assertion, f"{SAML}Subject")
    _child(subject, f"{SAML}NameID", name_id).set("Format", EMAIL_ADDRESS)
    confirmation = etree.SubElement(subject, f"{SAML}SubjectConfirmation", Method=BEARER)
    data = etree.SubElement(confirmation, f"{SAML}SubjectConfirmationData")
    until = _time(now + VALIDITY)
    _set(data, NotOnOrAfter=until, Recipient=address.acs_url)


def _child(parent: Any, tag: str, text: str) -> Any:
    child = etree.SubElement(parent, tag, nsmap={"saml2": SAML_NS})
    child.text = text
    return child


def _set(element: Any, **values: str) -> None:
    for name, value in values.items():
        element.set(name, value)


def _new_id() -> str:
    return "_" + secrets.token_hex(16)


def _time(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.000Z")
