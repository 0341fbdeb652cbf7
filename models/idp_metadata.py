"""GoogleIDPMetadata.xml: the one file that a person brings back from the Google Admin console.

Shape (SAML 2.0 metadata): md:EntityDescriptor[entityID] > md:IDPSSODescriptor > md:KeyDescriptor
(signing) > X509Certificate, and md:SingleSignOnService with HTTP-Redirect and HTTP-POST. Google
lists up to two certificates. Parsed with a size cap and without DTDs; signatures are not expected.
"""

from __future__ import annotations

import base64
import binascii
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException
from pydantic import BaseModel, ConfigDict

from models.certificate import Certificate, parse_der, problems
from models.errors import CertificateError, MetadataError

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

SIZE_LIMIT = 65536
GOOGLE_HOST = "accounts.google.com"
_MD = "{urn:oasis:names:tc:SAML:2.0:metadata}"
_DS = "{http://www.w3.org/2000/09/xmldsig#}"
_REDIRECT = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
_AGAIN = "download it again: Google Admin console, the SAML app, DOWNLOAD METADATA"


class IdpMetadata(BaseModel):
    """The identity provider's side of the agreement. `warnings` are sentences for a person."""

    model_config = ConfigDict(frozen=True)

    entity_id: str
    sso_url: str
    certificates: tuple[Certificate, ...]
    valid_until: datetime | None = None
    warnings: tuple[str, ...] = ()

    @property
    def idpid(self) -> str:
        """Google's id of the account that signs people in."""
        return _idpid(self.entity_id)


def parse_idp_metadata(document: bytes, *, allow_any_host: bool = False) -> IdpMetadata:
    """Parse and check the file. Raises MetadataError that says what the file is instead."""
    root = _parse(document)
    descriptor = _idp_descriptor(root)
    entity_id = root.get("entityID", "")
    sso_url = _sso_url(descriptor)
    _check_addresses(entity_id, sso_url, allow_any_host=allow_any_host)
    certificates = _certificates(descriptor)
    valid_until = _valid_until(root)
    ends = min(certificate.not_after for certificate in certificates)
    warnings = []
    if valid_until is not None and abs((valid_until - ends).total_seconds()) > 86400:
        warnings.append(f"validUntil says {valid_until:%Y-%m-%d}, the certificate {ends:%Y-%m-%d}")
    return IdpMetadata(
        entity_id=entity_id,
        sso_url=sso_url,
        certificates=certificates,
        valid_until=valid_until,
        warnings=tuple(warnings),
    )


def choose_certificate(
    metadata: IdpMetadata, fingerprint: str | None, now: datetime
) -> Certificate:
    """The one certificate that goes into Flex. Raises CertificateError if that isn't clear."""
    chosen = _named(metadata, fingerprint) if fingerprint else _only(metadata)
    for problem in problems(chosen, now):
        if problem.fatal:
            raise CertificateError(problem.what, hint=problem.hint)
    return chosen


def _only(metadata: IdpMetadata) -> Certificate:
    if len(metadata.certificates) > 1:
        raise CertificateError(
            f"it lists several certificates: {_listed(metadata)}",
            hint="set tenant.saml_app.certificate to the fingerprint that the app shows",
        )
    return metadata.certificates[0]


def _named(metadata: IdpMetadata, fingerprint: str) -> Certificate:
    for certificate in metadata.certificates:
        if certificate.fingerprint == fingerprint:
            return certificate
    raise CertificateError(
        f"no certificate in it has the fingerprint {fingerprint}; it lists {_listed(metadata)}",
        hint="correct tenant.saml_app.certificate, or download the metadata again",
    )


def _listed(metadata: IdpMetadata) -> str:
    return "; ".join(f"{c.fingerprint} until {c.not_after:%Y-%m-%d}" for c in metadata.certificates)


def _parse(document: bytes) -> Element:
    _refuse_other_files(document)
    try:
        root: Element = ElementTree.fromstring(document, forbid_dtd=True)
    except DefusedXmlException:
        raise MetadataError("it holds a DTD, which metadata never does", hint=_AGAIN) from None
    except (ElementTree.ParseError, ValueError, LookupError, RecursionError):
        raise MetadataError("it is no XML, or was cut off", hint=_AGAIN) from None
    return root


def _refuse_other_files(document: bytes) -> None:
    start = document.removeprefix(b"\xef\xbb\xbf").lstrip()[:200].lower()
    if len(document) > SIZE_LIMIT:
        raise MetadataError(
            f"it has {len(document)} bytes, more than metadata ever has", hint=_AGAIN
        )
    if not start:
        raise MetadataError("the file is empty", hint=_AGAIN)
    if b"PRIVATE KEY" in document:
        raise MetadataError(
            "it holds a private key, which must stay secret",
            hint="remove it here at once; " + _AGAIN,
        )
    if start.startswith(b"-----begin"):
        raise MetadataError(
            "it is a certificate, not the metadata", hint="choose Option 1, DOWNLOAD METADATA"
        )
    if start.startswith((b"<!doctype html", b"<html")):
        raise MetadataError(
            "it is a web page, probably a sign-in page", hint="sign in, then " + _AGAIN
        )


def _idp_descriptor(root: Element) -> Element:
    if root.tag == f"{_MD}EntitiesDescriptor":
        raise MetadataError("it describes several entities", hint=_AGAIN)
    if root.tag.endswith("}Response") or root.tag.endswith("}Assertion"):
        raise MetadataError("it is a SAML response, not metadata", hint=_AGAIN)
    if root.tag != f"{_MD}EntityDescriptor":
        raise MetadataError("it is XML, but no SAML metadata", hint=_AGAIN)
    descriptor = root.find(f"{_MD}IDPSSODescriptor")
    if descriptor is None:
        raise MetadataError(
            "it describes a service provider (such as Flex), not Google", hint=_AGAIN
        )
    return descriptor


def _sso_url(descriptor: Element) -> str:
    services = descriptor.findall(f"{_MD}SingleSignOnService")
    services.sort(key=lambda service: service.get("Binding") != _REDIRECT)
    if not services or not services[0].get("Location"):
        raise MetadataError("it has no SSO URL", hint=_AGAIN)
    return services[0].get("Location", "")


def _check_addresses(entity_id: str, sso_url: str, *, allow_any_host: bool) -> None:
    parts = urlsplit(sso_url)
    if parts.scheme != "https":
        raise MetadataError(f"its SSO URL is not https: {sso_url}", hint=_AGAIN)
    if allow_any_host:
        return
    if parts.hostname != GOOGLE_HOST:
        raise MetadataError(
            f"it is of {parts.hostname}, not of {GOOGLE_HOST}",
            hint="tenant.saml_app.allow_any_idp_host takes another identity provider",
        )
    if not _idpid(entity_id) or _idpid(entity_id) != _idpid(sso_url):
        raise MetadataError(
            f"its Entity ID ({entity_id}) and SSO URL ({sso_url}) are of different accounts",
            hint=_AGAIN,
        )


def _idpid(url: str) -> str:
    return parse_qs(urlsplit(url).query).get("idpid", [""])[0]


def _certificates(descriptor: Element) -> tuple[Certificate, ...]:
    found = []
    for key in descriptor.findall(f"{_MD}KeyDescriptor"):
        if key.get("use", "signing") != "signing":
            continue
        for element in key.iter(f"{_DS}X509Certificate"):
            found.append(parse_der(_decode("".join(element.itertext()))))
    unique = {certificate.fingerprint: certificate for certificate in found}
    if not unique:
        raise MetadataError("it has no signing certificate", hint=_AGAIN)
    return tuple(unique.values())


def _decode(text: str) -> bytes:
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        raise CertificateError("the X509Certificate is damaged", hint=_AGAIN) from None


def _valid_until(root: Element) -> datetime | None:
    text = root.get("validUntil")
    try:
        return datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
