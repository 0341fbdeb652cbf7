"""Certificates and metadata files that look like Google's, made fresh for each run."""

from __future__ import annotations

import base64
import textwrap
from datetime import UTC, datetime, timedelta
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

NOW = datetime(2026, 11, 1, tzinfo=UTC)
ENTITY_ID = "https://accounts.google.com/o/saml2?idpid=C01sandbx"
SSO_URL = "https://accounts.google.com/o/saml2/idp?idpid=C01sandbx"


@cache
def rsa_key(bits: int = 2048) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, bits)


def certificate(
    *,
    key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | None = None,
    begins: datetime = NOW - timedelta(days=10),
    days: int = 1825,
    serial: int | None = None,
) -> x509.Certificate:
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Google Inc."),
            x509.NameAttribute(NameOID.COMMON_NAME, "Google"),
            x509.NameAttribute(NameOID.COUNTRY_NAME, "US"),
        ]
    )
    key = key or rsa_key()
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(serial or int(begins.timestamp() * 1000))
        .not_valid_before(begins)
        .not_valid_after(begins + timedelta(days=days))
        .sign(key, hashes.SHA256())
    )


def pem(made: x509.Certificate) -> str:
    return made.public_bytes(Encoding.PEM).decode()


def key_descriptor(made: x509.Certificate, use: str = "signing") -> str:
    body = base64.b64encode(made.public_bytes(Encoding.DER)).decode()
    lines = "\n".join(textwrap.wrap(body, 76))
    return (
        f'<md:KeyDescriptor use="{use}"><ds:KeyInfo'
        ' xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:X509Data>'
        f"<ds:X509Certificate>{lines}</ds:X509Certificate>"
        "</ds:X509Data></ds:KeyInfo></md:KeyDescriptor>"
    )


def metadata(
    *keys: str,
    entity_id: str = ENTITY_ID,
    sso_url: str = SSO_URL,
    valid_until: str = "2031-10-21T00:00:00.000Z",
) -> str:
    binding = "urn:oasis:names:tc:SAML:2.0:bindings"
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata"'
        f' entityID="{entity_id}" validUntil="{valid_until}">'
        '<md:IDPSSODescriptor WantAuthnRequestsSigned="false"'
        ' protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">'
        + "".join(keys or [key_descriptor(certificate())])
        + "<md:NameIDFormat>urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"
        "</md:NameIDFormat>"
        f'<md:SingleSignOnService Binding="{binding}:HTTP-POST" Location="{sso_url}"/>'
        f'<md:SingleSignOnService Binding="{binding}:HTTP-Redirect" Location="{sso_url}"/>'
        "</md:IDPSSODescriptor></md:EntityDescriptor>\n"
    )
