"""An identity provider that is not the sandbox's: lxml builds, libxmlsec1 signs, Google's shape."""

from __future__ import annotations

import base64
import secrets
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.sax.saxutils import escape

import xmlsec
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from lxml import etree

SAMLP = "{urn:oasis:names:tc:SAML:2.0:protocol}"
SAML = "{urn:oasis:names:tc:SAML:2.0:assertion}"
DS = "{http://www.w3.org/2000/09/xmldsig#}"
ISSUER = "https://accounts.google.com/o/saml2?idpid=C01testing"
SSO_URL = "https://accounts.google.com/o/saml2/idp?idpid=C01testing"
SUCCESS = "urn:oasis:names:tc:SAML:2.0:status:Success"
EMAIL_ADDRESS = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"
BEARER = "urn:oasis:names:tc:SAML:2.0:cm:bearer"
ADA = {"email": ["ada@acme.example"], "full_name": ["Ada Lovelace"], "roles": ["agent"]}
HOUR = timedelta(hours=1)
RSA_SHA256 = xmlsec.constants.TransformRsaSha256
SHA256 = xmlsec.constants.TransformSha256

TEMPLATE = """\
<saml2p:Response xmlns:saml2p="urn:oasis:names:tc:SAML:2.0:protocol" Destination="{destination}" \
ID="{response_id}"{in_response_to} IssueInstant="{now}" Version="2.0">\
<saml2:Issuer xmlns:saml2="urn:oasis:names:tc:SAML:2.0:assertion">{outer_issuer}</saml2:Issuer>\
<saml2p:Status><saml2p:StatusCode Value="{status}"/></saml2p:Status>\
<saml2:Assertion xmlns:saml2="urn:oasis:names:tc:SAML:2.0:assertion" ID="{assertion_id}" \
IssueInstant="{now}" Version="2.0"><saml2:Issuer>{issuer}</saml2:Issuer>\
<saml2:Subject>{name_id}<saml2:SubjectConfirmation Method="{method}">\
<saml2:SubjectConfirmationData{in_response_to} NotOnOrAfter="{confirmed_until}" \
Recipient="{recipient}"/></saml2:SubjectConfirmation></saml2:Subject>\
<saml2:Conditions NotBefore="{not_before}" NotOnOrAfter="{not_on_or_after}">\
<saml2:AudienceRestriction><saml2:Audience>{audience}</saml2:Audience>\
</saml2:AudienceRestriction></saml2:Conditions>{attributes}\
<saml2:AuthnStatement AuthnInstant="{now}" SessionIndex="{assertion_id}"{session}>\
<saml2:AuthnContext><saml2:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:unspecified\
</saml2:AuthnContextClassRef></saml2:AuthnContext></saml2:AuthnStatement></saml2:Assertion>\
</saml2p:Response>"""


class Idp:
    """A key with its certificate, made fresh; times are relative to real time."""

    def __init__(self, certificate_days: tuple[int, int] = (-1, 1825)) -> None:
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Google")])
        now = datetime.now(UTC)
        made = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(self.key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now + timedelta(days=certificate_days[0]))
            .not_valid_after(now + timedelta(days=certificate_days[1]))
            .sign(self.key, hashes.SHA256())
        )
        self.certificate = made.public_bytes(serialization.Encoding.PEM).decode()
        self.key_pem = self.key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )

    def sign(
        self,
        element: Any,
        method: Any = RSA_SHA256,
        digest: Any = SHA256,
        certificate: str | None = None,
    ) -> Any:
        """Sign `element` by its ID, behind its Issuer. Returns the document's root, read anew."""
        signature = xmlsec.template.create(
            element, xmlsec.constants.TransformExclC14N, method, ns="ds"
        )
        reference = xmlsec.template.add_reference(signature, digest, uri=f"#{element.get('ID')}")
        xmlsec.template.add_transform(reference, xmlsec.constants.TransformEnveloped)
        xmlsec.template.add_transform(reference, xmlsec.constants.TransformExclC14N)
        info = xmlsec.template.ensure_key_info(signature)
        xmlsec.template.add_x509_data(info)
        element.insert(1, signature)
        xmlsec.tree.add_ids(element.getroottree().getroot(), ["ID"])
        context = xmlsec.SignatureContext()
        context.key = xmlsec.Key.from_memory(self.key_pem, xmlsec.constants.KeyDataFormatPem)
        pem = (certificate or self.certificate).encode()
        context.key.load_cert_from_memory(pem, xmlsec.constants.KeyDataFormatPem)
        context.sign(signature)
        # Elements that libxmlsec1 made are not found by name until the document is parsed again.
        return etree.fromstring(etree.tostring(element.getroottree()))


def document(acs_url: str, sp_entity_id: str, **changes: Any) -> Any:
    """An unsigned Response. `changes` replaces parts of the template; times are datetimes."""
    now = changes.pop("now", datetime.now(UTC))
    parts: dict[str, Any] = {
        "now": now,
        "destination": acs_url,
        "recipient": acs_url,
        "audience": sp_entity_id,
        "issuer": ISSUER,
        "status": SUCCESS,
        "method": BEARER,
        "not_before": now - timedelta(minutes=5),
        "not_on_or_after": now + timedelta(minutes=5),
        "confirmed_until": now + timedelta(minutes=5),
        "name_id": "ada@acme.example",
        "response_id": new_id(),
        "assertion_id": new_id(),
    }
    values = ADA if "values" not in changes else changes.pop("values")
    request = changes.pop("in_response_to", "")
    ends = changes.pop("session_ends", None)
    parts |= changes
    parts.setdefault("outer_issuer", parts["issuer"])
    if not parts["name_id"].startswith("<") and parts["name_id"]:
        parts["name_id"] = (
            f'<saml2:NameID Format="{EMAIL_ADDRESS}">{parts["name_id"]}</saml2:NameID>'
        )
    parts["in_response_to"] = f' InResponseTo="{request}"' if request else ""
    parts["session"] = f' SessionNotOnOrAfter="{_text(ends)}"' if ends else ""
    parts["attributes"] = parts.get("attributes", _attributes(values))
    parts |= {name: escape(parts[name]) for name in ("destination", "recipient")}
    return etree.fromstring(TEMPLATE.format(**{k: _text(v) for k, v in parts.items()}))


def assertion_of(response: Any) -> Any:
    return response.find(f"{SAML}Assertion")


def encode(response: Any) -> str:
    """The value of the form field SAMLResponse, of an element or of bytes."""
    content = response if isinstance(response, bytes) else etree.tostring(response)
    return base64.b64encode(content).decode()


def parse(xml: str) -> Any:
    return etree.fromstring(xml.encode())


def new_id() -> str:
    return "_" + secrets.token_hex(16)


def _attributes(values: dict[str, list[str]]) -> str:
    return (
        "<saml2:AttributeStatement>"
        + "".join(
            f'<saml2:Attribute Name="{name}">'
            + "".join(
                f"<saml2:AttributeValue {_ANY_TYPE}>{one}</saml2:AttributeValue>" for one in all_
            )
            + "</saml2:Attribute>"
            for name, all_ in values.items()
        )
        + "</saml2:AttributeStatement>"
    )


_ANY_TYPE = (
    'xmlns:xs="http://www.w3.org/2001/XMLSchema"'
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="xs:anyType"'
)


def _text(value: Any) -> str:
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
    return str(value)
