"""Which of the certificates that Google lists goes into Flex's form, which has one place.

Google lists up to two, and an app may use the second; nothing in the metadata file says which.
The rules are strict where a file is brought in, and forbearing where a stack runs: neither a
certificate that ended nor a second one, made for a rotation, may stop an `up`, which is also what
takes somebody's roles away.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Never

from models.certificate import Certificate, Severity, problems
from models.errors import CertificateError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from models.idp_metadata import IdpMetadata

CERTIFICATE_KEY = "tenant.saml_app.certificate"


def choose_certificate(
    metadata: IdpMetadata, fingerprint: str | None, now: datetime
) -> Certificate:
    """For a file that comes in: the only one, or the one with this fingerprint.

    Raises CertificateError that lists them, or that says why the chosen one must not be used.
    """
    chosen = _named(metadata.certificates, fingerprint)
    if chosen is None:
        _ask(metadata.certificates)
    _refuse_unfit(chosen, now)
    return chosen


def certificate_in_use(
    metadata: IdpMetadata, fingerprint: str | None, now: datetime
) -> Certificate | None:
    """For a stack that may be running: one that ended is judged as on its last day.

    None while several are listed and none is named: the recorded one stays (`kept_certificate`).
    Raises CertificateError if the named one isn't listed, or can't ever have been in use.
    """
    chosen = _named(metadata.certificates, fingerprint)
    if chosen is not None:
        _refuse_unfit(chosen, min(now, chosen.not_after - timedelta(seconds=1)))
    return chosen


def kept_certificate(listed: Sequence[Certificate], recorded: str | None) -> Certificate:
    """The one with the recorded fingerprint, as long as it is listed. Raises CertificateError."""
    found = next((one for one in listed if one.fingerprint == recorded), None)
    return found or _ask(listed)


def _named(certificates: Sequence[Certificate], fingerprint: str | None) -> Certificate | None:
    """None if several are listed and none is named."""
    if fingerprint is None:
        return certificates[0] if len(certificates) == 1 else None
    for certificate in certificates:
        if certificate.fingerprint == fingerprint.upper():
            return certificate
    what = (
        f"No certificate in the metadata file is {fingerprint}; there is:\n{_lines(certificates)}"
    )
    hint = f"correct {CERTIFICATE_KEY}, or download the metadata again"
    raise CertificateError(what, hint=hint)


def _ask(listed: Sequence[Certificate]) -> Never:
    what = f"Google lists {len(listed)} certificates, and Flex takes one:\n{_lines(listed)}"
    hint = f"set {CERTIFICATE_KEY} to the fingerprint that the SAML app's page shows"
    raise CertificateError(what, hint=hint)


def _refuse_unfit(chosen: Certificate, now: datetime) -> None:
    errors = [one for one in problems(chosen, now) if one.severity is Severity.ERROR]
    if errors:
        what = " and ".join(error.what for error in errors)
        raise CertificateError(f"Certificate {chosen.fingerprint}: {what}.", hint=errors[0].hint)


def _lines(listed: Sequence[Certificate]) -> str:
    return "\n".join(f"  {certificate}" for certificate in listed)
