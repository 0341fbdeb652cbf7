"""The identity provider's signing certificate: one PEM, its fingerprint, its dates.

Never takes or shows a private key. Parsing is `cryptography`'s, with the checks around it that it
does not make: exactly one certificate, nothing else in the file.
"""

from __future__ import annotations

import textwrap
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding
from pydantic import BaseModel, ConfigDict

from models.errors import CertificateError

BEGIN, END = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"
WARN_DAYS = (7, 30, 60)
RSA_BITS = 2048


class Certificate(BaseModel):
    """A parsed certificate. `pem` is in normal form: 64-character lines, LF, final newline."""

    model_config = ConfigDict(frozen=True)

    pem: str
    fingerprint: str
    not_before: datetime
    not_after: datetime
    subject: str
    weakness: str = ""

    def days_left(self, now: datetime) -> int:
        """Whole days until it ends, negative afterwards."""
        return (self.not_after - now) // timedelta(days=1)


class CertificateProblem(NamedTuple):
    """`fatal` ones stop a stack; the others are warnings."""

    fatal: bool
    what: str
    hint: str


def parse_pem(text: str) -> Certificate:
    """Parse exactly one PEM certificate. Raises CertificateError, with a hint for usual slips."""
    _refuse_private_key(text)
    _refuse_usual_slips(text)
    try:
        found = x509.load_pem_x509_certificates(text.encode())
    except ValueError:
        raise CertificateError(
            "the text between the dashes is no certificate",
            hint="copy the whole file again, from -----BEGIN to the last dash",
        ) from None
    if len(found) != 1:
        raise CertificateError(
            f"{len(found)} certificates where one is expected", hint="keep the one the app uses"
        )
    return _read(found[0])


def parse_der(content: bytes) -> Certificate:
    """Parse one DER certificate, as it stands (base64) in metadata."""
    try:
        return _read(x509.load_der_x509_certificate(content))
    except ValueError:
        raise CertificateError(
            "the X509Certificate is no certificate", hint="download the metadata again"
        ) from None


def problems(certificate: Certificate, now: datetime) -> list[CertificateProblem]:
    """What is wrong with it at `now`: too weak, not valid, or soon to end."""
    found = []
    again = "Google Admin console: Security > Authentication > SSO with SAML applications"
    if certificate.weakness:
        found.append(
            CertificateProblem(
                fatal=True, what=certificate.weakness, hint=f"make a new one: {again}"
            )
        )
    if now > certificate.not_after:
        ended = f"the certificate ended on {certificate.not_after:%Y-%m-%d}"
        found.append(CertificateProblem(fatal=True, what=ended, hint=f"add a new one: {again}"))
    elif now < certificate.not_before:
        begins = f"the certificate begins on {certificate.not_before:%Y-%m-%d}"
        found.append(
            CertificateProblem(fatal=True, what=begins, hint="is this machine's clock right?")
        )
    elif certificate.days_left(now) < max(WARN_DAYS):
        ends = f"the certificate ends in {certificate.days_left(now)} days"
        found.append(CertificateProblem(fatal=False, what=ends, hint=f"plan its rotation: {again}"))
    return found


def _refuse_private_key(text: str) -> None:
    if "PRIVATE KEY" in text:
        raise CertificateError(
            "this holds a private key, which is not needed here and must stay secret",
            hint="give the certificate alone",
        )


def _refuse_usual_slips(text: str) -> None:
    slips = [
        (not text.strip(), "the file is empty", "download it again"),
        ("TRUSTED CERTIFICATE" in text, "an OpenSSL TRUSTED CERTIFICATE", "export plain X.509"),
        ("\\n" in text, "line ends were written as \\n", "paste real line ends"),
        (
            "—" in text or "–" in text,  # noqa: RUF001
            "dashes were changed by a word processor",
            "copy it with a plain text editor",
        ),
        (BEGIN not in text, "the line -----BEGIN CERTIFICATE----- is missing", "copy it as well"),
        (END not in text, "the line -----END CERTIFICATE----- is missing", "copy it as well"),
    ]
    for wrong, what, hint in slips:
        if wrong:
            raise CertificateError(what, hint=hint)


def _read(parsed: x509.Certificate) -> Certificate:
    body = b64encode(parsed.public_bytes(Encoding.DER)).decode()
    digest = parsed.fingerprint(hashes.SHA256()).hex().upper()
    return Certificate(
        pem="\n".join([BEGIN, *textwrap.wrap(body, 64), END, ""]),
        fingerprint=":".join(textwrap.wrap(digest, 2)),
        not_before=parsed.not_valid_before_utc.astimezone(UTC),
        not_after=parsed.not_valid_after_utc.astimezone(UTC),
        subject=parsed.subject.rfc4514_string(),
        weakness=_weakness(parsed),
    )


def _weakness(parsed: x509.Certificate) -> str:
    key = parsed.public_key()
    if not isinstance(key, rsa.RSAPublicKey):
        return "the certificate's key is not RSA"
    if key.key_size < RSA_BITS:
        return f"the certificate's key has {key.key_size} bits, less than {RSA_BITS}"
    algorithm = parsed.signature_hash_algorithm
    if algorithm is None or algorithm.name in {"sha1", "md5"}:
        return "the certificate is signed with an outdated hash"
    return ""
