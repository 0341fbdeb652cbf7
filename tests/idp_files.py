"""Certificates and metadata that look like Google's, made afresh for each run."""

from __future__ import annotations

import base64
import functools
import textwrap
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
SUBJECT = (
    ("2.5.4.10", "Google Inc."),
    ("2.5.4.7", "Mountain View"),
    ("2.5.4.3", "Google"),
    ("2.5.4.11", "Google Workspace"),
    ("2.5.4.6", "US"),
    ("2.5.4.8", "California"),
)
RSA_SHA256 = bytes.fromhex("2a864886f70d01010b")
WEAK = {
    "sha1": bytes.fromhex("2a864886f70d010105"),
    "md5": bytes.fromhex("2a864886f70d010104"),
    "md2": bytes.fromhex("2a864886f70d010102"),
}

MakeCertificate = Callable[..., bytes]
MakeMetadata = Callable[..., bytes]


@functools.cache
def _key(kind: str, slot: int) -> rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey:
    del slot  # two certificates of one account have two keys
    if kind == "ec":
        return ec.generate_private_key(ec.SECP256R1())
    if kind == "ed25519":
        return ed25519.Ed25519PrivateKey.generate()  # type: ignore[return-value]
    return rsa.generate_private_key(65537, int(kind))


def _certificate(
    *,
    begins: datetime = NOW - timedelta(days=100),
    ends: datetime | None = None,
    kind: str = "2048",
    slot: int = 0,
    signature_hash: str = "sha256",
) -> bytes:
    """DER. X.509 v3 without extensions, PrintableString names, serial = ms since 1970."""
    printable = x509.name._ASN1Type.PrintableString
    name = x509.Name(
        [x509.NameAttribute(x509.ObjectIdentifier(oid), v, printable) for oid, v in SUBJECT]
    )
    key = _key(kind, slot)
    der = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(int(begins.timestamp() * 1000))
        .not_valid_before(begins)
        .not_valid_after(ends or begins + timedelta(days=1825))
        .sign(key, None if kind == "ed25519" else hashes.SHA256())
        .public_bytes(serialization.Encoding.DER)
    )
    # The library no longer signs with these. Nobody checks the self-signature: naming it is enough.
    return der.replace(RSA_SHA256, WEAK.get(signature_hash, RSA_SHA256))


@pytest.fixture(scope="session")
def make_certificate() -> MakeCertificate:
    """Call for the DER of a certificate: begins, ends, kind of key, slot, signature_hash."""
    return _certificate


@pytest.fixture
def now() -> datetime:
    return NOW


def _key_descriptor(der: bytes, use: str | None) -> str:
    lines = "\n".join(textwrap.wrap(base64.b64encode(der).decode(), 76))
    attribute = f' use="{use}"' if use else ""
    return (
        f"    <md:KeyDescriptor{attribute}>\n"
        '      <ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#">\n'
        "        <ds:X509Data>\n"
        f"          <ds:X509Certificate>{lines}</ds:X509Certificate>\n"
        "        </ds:X509Data>\n      </ds:KeyInfo>\n    </md:KeyDescriptor>\n"
    )


def _metadata(
    *ders: bytes,
    entity_id: str = "https://accounts.google.com/o/saml2?idpid=C01sandbx",
    sso_url: str = "https://accounts.google.com/o/saml2/idp?idpid=C01sandbx",
    valid_until: str | None = None,
    use: str | None = "signing",
    bindings: tuple[str, ...] = ("HTTP-Redirect", "HTTP-POST"),
) -> bytes:
    """GoogleIDPMetadata.xml as the Admin console writes it since about 2020."""
    if valid_until is None and ders:
        ends = min(x509.load_der_x509_certificate(der).not_valid_after_utc for der in ders)
        valid_until = ends.strftime("%Y-%m-%dT%H:%M:%S.000Z")
    services = "".join(
        "    <md:SingleSignOnService"
        f' Binding="urn:oasis:names:tc:SAML:2.0:bindings:{binding}" Location="{sso_url}"/>\n'
        for binding in bindings
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata"'
        f' entityID="{entity_id}" validUntil="{valid_until}">\n'
        '  <md:IDPSSODescriptor WantAuthnRequestsSigned="false"'
        ' protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">\n'
        + "".join(_key_descriptor(der, use) for der in ders)
        + "    <md:NameIDFormat>urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"
        "</md:NameIDFormat>\n"
        f"{services}  </md:IDPSSODescriptor>\n</md:EntityDescriptor>\n"
    ).encode()


@pytest.fixture(scope="session")
def make_metadata() -> MakeMetadata:
    """Call with DER certificates for the bytes of a GoogleIDPMetadata.xml."""
    return _metadata
