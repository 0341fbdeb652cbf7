"""`Certificate`: an X.509 certificate as Flex and Google show it, and what is wrong with it.

Flex's form takes one PEM block and says nothing about a bad one until somebody logs in; so each
way in which it usually gets broken is named here. Nothing that looks like a private key is ever
repeated in a message or kept.
"""

from __future__ import annotations

import base64
import binascii
import re
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from pydantic import BaseModel, ConfigDict

from models.errors import CertificateError

BEGIN = "-----BEGIN CERTIFICATE-----"
END = "-----END CERTIFICATE-----"
PRIVATE_KEY_HINT = (
    "remove the file and treat that key as compromised; only the certificate, which is public,"
    " belongs here"
)


class Severity(StrEnum):
    """An error must stop a stack, a warning must be seen."""

    ERROR = "error"
    WARNING = "warning"


class Problem(NamedTuple):
    """What is wrong with a certificate, and what to do."""

    severity: Severity
    what: str
    hint: str


class Certificate(BaseModel):
    """One certificate. Times are aware and in UTC.

    `pem` is normalised (LF, 64 characters a line, final newline); `fingerprint` is SHA-256, as
    `AB:CD:…`; `key` is `RSA-2048` or the like; `signature_hash` is `sha256`, or empty.
    """

    model_config = ConfigDict(frozen=True)

    pem: str
    fingerprint: str
    not_before: datetime
    not_after: datetime
    subject: str
    serial: int
    key: str
    signature_hash: str

    def days_left(self, now: datetime) -> int:
        """Whole days until it ends; negative once it has."""
        return (self.not_after - now).days

    def __str__(self) -> str:
        return f"{self.fingerprint} (ends on {self.not_after:%Y-%m-%d})"


def parse_pem(text: str) -> Certificate:
    """Read exactly one certificate from PEM text; CRLF, indentation and text around it are fine.

    Raises CertificateError that says how the text is broken.
    """
    refuse_private_key(text)
    mistake = _mistake(text)
    if mistake is not None:
        raise CertificateError(mistake[0], hint=mistake[1])
    body = text.partition(BEGIN)[2].partition(END)[0]
    return parse_base64(body)


def parse_base64(body: str) -> Certificate:
    """Read what stands between the two lines of a PEM, or inside X509Certificate in XML."""
    try:
        return parse_der(base64.b64decode("".join(body.split()), validate=True))
    except (binascii.Error, ValueError):
        hint = "some characters are lost or changed: copy it again, or download the file"
        raise CertificateError("The certificate's text is damaged.", hint=hint) from None


def parse_der(data: bytes) -> Certificate:
    """Read one certificate in DER. Raises CertificateError."""
    try:
        found = x509.load_der_x509_certificate(data)
        return Certificate(
            pem=found.public_bytes(serialization.Encoding.PEM).decode(),
            fingerprint=found.fingerprint(hashes.SHA256()).hex(":").upper(),
            not_before=found.not_valid_before_utc,
            not_after=found.not_valid_after_utc,
            subject=found.subject.rfc4514_string(),
            serial=found.serial_number,
            key=_key(found),
            signature_hash=_signature_hash(found),
        )
    except Exception:  # damaged names and keys raise all kinds of errors, TypeError among them
        hint = "a part is missing or there is more behind it: download it again"
        raise CertificateError("This is no X.509 certificate.", hint=hint) from None


def _key(found: x509.Certificate) -> str:
    try:
        key = found.public_key()
    except (UnsupportedAlgorithm, ValueError):
        return "unknown"
    if isinstance(key, RSAPublicKey):
        return f"RSA-{key.key_size}"
    return type(key).__name__.removesuffix("PublicKey")


def _signature_hash(found: x509.Certificate) -> str:
    try:
        algorithm = found.signature_hash_algorithm
    except UnsupportedAlgorithm:
        return ""
    return algorithm.name if algorithm else ""


def refuse_private_key(text: str) -> None:
    """Raise CertificateError if there is a private key in the text; the text is not shown."""
    if "PRIVATEKEY" in re.sub(r"[\s\x00]", "", text).upper():
        raise CertificateError("There is a private key in it.", hint=PRIVATE_KEY_HINT)


_DASHES = re.compile("[\u2010-\u2015\u2212]")
_OTHER_BLOCKS = {
    "TRUSTED CERTIFICATE": "convert it: openssl x509 -in file.pem -out certificate.pem",
    "CERTIFICATE REQUEST": "a request is not yet a certificate: download the certificate at Google",
    "PKCS7": "convert it: openssl pkcs7 -print_certs -in file.p7b -out certificate.pem",
    "PUBLIC KEY": "a bare public key is not enough: download the certificate at Google",
}


def _mistake(text: str) -> tuple[str, str] | None:
    """How the text is broken, as (what, hint); None if there is one block in it."""
    if not text.strip("\ufeff \t\r\n"):
        return "The certificate is empty.", "paste the whole text of the downloaded .pem file"
    start = text.lstrip("\ufeff \t\r\n")
    if start.startswith("<"):
        hint = "the certificate is the part between the two ----- lines of the .pem file"
        return "This is a web page or XML, not a certificate.", hint
    for kind, hint in _OTHER_BLOCKS.items():
        if f"BEGIN {kind}" in text:
            return f"This is a {kind}, not a CERTIFICATE.", hint
    return _damage(text)


def _damage(text: str) -> tuple[str, str] | None:
    _, begin, rest = text.partition(BEGIN)
    body, end, _ = rest.partition(END)
    if not (begin and end) and _DASHES.search(text):
        hint = "an editor changed ----- to long dashes: copy from a plain text editor"
        return "The certificate has typographic dashes.", hint
    if not begin:
        return "The certificate's first line is missing or damaged.", f"it reads {BEGIN}"
    if text.count(BEGIN) > 1:
        hint = "Flex takes one: choose it by its fingerprint"
        return f"There are {text.count(BEGIN)} certificates in it.", hint
    if not end:
        return "The certificate's last line is missing or damaged.", f"it reads {END}"
    if "\\n" in body:
        hint = "write real line breaks; in YAML, begin with | and indent the lines"
        return r"The certificate's line breaks are written as \n.", hint
    return None


NEW_ONE = (
    "make a new certificate in the Google Admin console, Security > Authentication > SSO with SAML"
    " applications"
)
STRONG = frozenset({"sha256", "sha384", "sha512"})
_WARN_WITHIN = {
    7: "rotate it now: when it ends, nobody can log in",
    30: "set the day of the rotation: Flex's form takes one certificate, so choose a quiet hour",
    60: "plan the rotation",
}


def problems(certificate: Certificate, now: datetime) -> list[Problem]:
    """Errors: weak key or signature, wrong kind, not valid now. Warnings: ends within 60 days."""
    errors = [*_weaknesses(certificate), *_out_of_time(certificate, now)]
    found = [Problem(Severity.ERROR, what, hint) for what, hint in errors]
    return found or _ends_soon(certificate, now)


def _weaknesses(certificate: Certificate) -> list[tuple[str, str]]:
    found = []
    kind, _, size = certificate.key.partition("-")
    if kind != "RSA":
        return [(f"its key is {certificate.key}, not RSA", NEW_ONE)]
    if int(size) < 2048:
        found.append((f"its RSA key has {size} bits, which is too weak", NEW_ONE))
    if certificate.signature_hash not in STRONG:
        name = certificate.signature_hash.upper() or "an unknown hash"
        found.append((f"it is signed with {name}, not SHA256", NEW_ONE))
    return found


def _out_of_time(certificate: Certificate, now: datetime) -> list[tuple[str, str]]:
    if now >= certificate.not_after:
        return [(f"it ended on {certificate.not_after:%Y-%m-%d}", NEW_ONE)]
    if now < certificate.not_before:
        when = f"{certificate.not_before:%Y-%m-%d %H:%M} UTC"
        return [(f"it isn't valid before {when}", "wait, or set this machine's clock")]
    return []


def _ends_soon(certificate: Certificate, now: datetime) -> list[Problem]:
    left = certificate.days_left(now)
    for days, hint in _WARN_WITHIN.items():
        if left < days:
            when = f"in {left} days" if left != 1 else "in 1 day"
            what = f"it ends {when}, on {certificate.not_after:%Y-%m-%d}"
            return [Problem(Severity.WARNING, what, hint)]
    return []
