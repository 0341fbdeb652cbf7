"""The IdP certificates of a customer: one or two, as Google makes them.

X.509 v3 without extensions, self-signed, RSA-2048, SHA-256, 5 x 365 days, serial number = time of
making in milliseconds.

Store: kind "google_certificate", key "<customer>/<serial>", value
{"serial", "certificate" (PEM), "key" (PEM), "not_after" (RFC 3339)}.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.name import _ASN1Type
from cryptography.x509.oid import NameOID

from sandbox.clock import rfc3339_ms

if TYPE_CHECKING:
    from sandbox.world import World

Document = dict[str, Any]

LIFETIME = timedelta(days=5 * 365)
MAX_CERTIFICATES = 2
SUBJECT = (
    (NameOID.ORGANIZATION_NAME, "Google Inc."),
    (NameOID.LOCALITY_NAME, "Mountain View"),
    (NameOID.COMMON_NAME, "Google"),
    (NameOID.ORGANIZATIONAL_UNIT_NAME, "Google For Work"),
    (NameOID.COUNTRY_NAME, "US"),
    (NameOID.STATE_OR_PROVINCE_NAME, "California"),
)


class TooManyCertificatesError(Exception):
    """A customer has two at most."""


def all_of(world: World, customer: str) -> list[Document]:
    """The customer's certificates, the oldest first."""
    return world.store.page("google_certificate", f"{customer}/")


def get(world: World, customer: str, serial: str) -> Document | None:
    """The certificate of that serial number."""
    return world.store.get("google_certificate", f"{customer}/{serial}")


def add(world: World, customer: str) -> Document:
    """Make one more. Raises TooManyCertificatesError."""
    if len(all_of(world, customer)) >= MAX_CERTIFICATES:
        raise TooManyCertificatesError
    made = make(world)
    world.store.put("google_certificate", f"{customer}/{made['serial']}", made)
    return made


def delete(world: World, customer: str, serial: str) -> None:
    """Forget one."""
    world.store.delete("google_certificate", f"{customer}/{serial}")


def make(world: World) -> Document:
    """A fresh key with its certificate, stored nowhere."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    now = world.clock.now()
    serial = int(now.timestamp() * 1000)
    start = now.replace(microsecond=0)
    # Google writes PrintableString; the library would write UTF8String.
    name = x509.Name(
        [x509.NameAttribute(oid, text, _ASN1Type.PrintableString) for oid, text in SUBJECT]
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(serial)
        .not_valid_before(start)
        .not_valid_after(start + LIFETIME)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return {
        "serial": str(serial),
        "certificate": certificate.public_bytes(Encoding.PEM).decode(),
        "key": private.decode(),
        "not_after": rfc3339_ms(start + LIFETIME),
    }


def fingerprint(certificate: Document) -> str:
    """SHA-256 of the certificate, as the console shows it: `AB:CD:…`."""
    loaded = x509.load_pem_x509_certificate(certificate["certificate"].encode())
    return loaded.fingerprint(hashes.SHA256()).hex(":").upper()
