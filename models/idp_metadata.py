"""`IdpMetadata`: what GoogleIDPMetadata.xml says.

A real file has one md:IDPSSODescriptor, one or two KeyDescriptors (use="signing"), one NameIDFormat
and the same Location for HTTP-Redirect and HTTP-POST. The file comes from a person's browser, so it
is judged before it is believed: 64 kB at most, no DTD, no entities, Google's host, https.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Never
from urllib.parse import parse_qs, urlsplit

from defusedxml import DefusedXmlException
from defusedxml import ElementTree as DefusedElementTree
from pydantic import BaseModel, ConfigDict

from models.certificate import Certificate, parse_base64, refuse_private_key
from models.errors import CertificateError, MetadataError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from xml.etree.ElementTree import Element

MAX_BYTES = 64 * 1024
GOOGLE_HOST = "accounts.google.com"

MD = "{urn:oasis:names:tc:SAML:2.0:metadata}"
SAMLP = "{urn:oasis:names:tc:SAML:2.0:protocol}"
DS = "{http://www.w3.org/2000/09/xmldsig#}"
BINDINGS = tuple(
    f"urn:oasis:names:tc:SAML:2.0:bindings:{name}" for name in ("HTTP-Redirect", "HTTP-POST")
)

DOWNLOAD = "in the Google Admin console, the SAML app > DOWNLOAD METADATA; keep the file as it is"


class IdpMetadata(BaseModel):
    """The identity provider's side. `idpid` is None only for a host that is not Google's.

    `certificates` are those for signing, in the file's order. `warnings` are sentences.
    """

    model_config = ConfigDict(frozen=True)

    entity_id: str
    sso_url: str
    certificates: tuple[Certificate, ...]
    idpid: str | None
    valid_until: datetime | None
    warnings: tuple[str, ...] = ()


def parse_idp_metadata(document: bytes, *, allow_any_host: bool = False) -> IdpMetadata:
    """Read the bytes of the metadata file.

    `allow_any_host` accepts another host than accounts.google.com; https it must be all the same.
    Raises MetadataError, which says what the file is instead, and what to do.
    """
    entity = _parse_xml(_text(document))
    idp = _idp_descriptor(entity)
    entity_id, sso_url = entity.get("entityID", ""), _sso_url(idp)
    _check_addresses(entity_id, sso_url, allow_any_host=allow_any_host)
    valid_until = _time(entity.get("validUntil"))
    certificates = _certificates(idp)
    return IdpMetadata(
        entity_id=entity_id,
        sso_url=sso_url,
        certificates=certificates,
        idpid=_idpid(entity_id, sso_url),
        valid_until=valid_until,
        warnings=tuple(_warnings(entity.get("validUntil"), valid_until, certificates)),
    )


def _refuse(what: str, hint: str = DOWNLOAD) -> Never:
    raise MetadataError(what, hint=hint) from None


# What the file is ----------------------------------------------------------------------------


def _text(document: bytes) -> str:
    """The file's text, unless a glance shows that it is something else."""
    if len(document) > MAX_BYTES:
        _refuse(f"The metadata file has more than {MAX_BYTES:,} bytes, Google's about 2,000.")
    refuse_private_key(document.decode("latin-1"))
    try:
        text = document.decode("utf-8-sig").strip()
    except UnicodeDecodeError:
        _refuse("The metadata file is not in UTF-8.")
    what = _something_else(text)
    if what is not None:
        _refuse(*what)
    return text


def _something_else(text: str) -> tuple[str, str] | None:
    if not text:
        return "The metadata file is empty.", DOWNLOAD
    if re.search(r"<(!doctype\s+)?html\b", text[:2000], re.IGNORECASE):
        what = "This is a web page, probably Google's sign-in page, not the metadata file."
        return what, f"sign in and download again: {DOWNLOAD}"
    if "-----BEGIN" in text[:2000]:
        what = "This is a PEM file, not the metadata file."
        return what, f"the certificate is in the metadata file too: {DOWNLOAD}"
    if text.startswith(("SAMLResponse=", "PHNhbWw", "PHNhbWx", "PD94bWwg")):
        return "This is a SAML message in base64, not the metadata file.", DOWNLOAD
    return None


def _parse_xml(text: str) -> Element:
    try:
        root: Element = DefusedElementTree.fromstring(text.encode(), forbid_dtd=True)
    except DefusedXmlException:
        _refuse("The metadata file has a DOCTYPE or entities, which Google's never has.")
    except (SyntaxError, ValueError, LookupError):
        _refuse("The metadata file is not well-formed XML: it is damaged or something else.")
    return root


_OTHER_ROOTS = {
    f"{MD}EntitiesDescriptor": "This describes several providers (EntitiesDescriptor), not one.",
    f"{SAMLP}Response": "This is a SAML response, what a login sends, not the metadata file.",
    f"{SAMLP}AuthnRequest": "This is a SAML request, what Flex sends, not the metadata file.",
}


def _idp_descriptor(entity: Element) -> Element:
    if entity.tag != f"{MD}EntityDescriptor":
        name = entity.tag.rpartition("}")[2]
        _refuse(_OTHER_ROOTS.get(entity.tag, f"This is XML, but no SAML metadata ({name})."))
    found = entity.findall(f"{MD}IDPSSODescriptor")
    if not found and entity.find(f"{MD}SPSSODescriptor") is not None:
        what = "This is the metadata of a service provider, not of Google as identity provider."
        _refuse(what)
    if len(found) != 1:
        _refuse(f"The metadata file has {len(found)} IDPSSODescriptor, not one.")
    return found[0]


# What it says --------------------------------------------------------------------------------


def _sso_url(idp: Element) -> str:
    """Flex sends its request by redirect, so that Location is preferred."""
    locations = {
        service.get("Binding"): service.get("Location", "")
        for service in reversed(idp.findall(f"{MD}SingleSignOnService"))
    }
    for binding in BINDINGS:
        if locations.get(binding):
            return locations[binding]
    _refuse("The metadata file has no SSO URL (SingleSignOnService, HTTP-Redirect or HTTP-POST).")


def _idpid(entity_id: str, sso_url: str) -> str | None:
    """The account's id, in both addresses: Flex checks one, the browser visits the other."""
    ids = [_idpid_in(entity_id), _idpid_in(sso_url)]
    if ids[0] != ids[1]:
        named = [one or "(none)" for one in ids]
        _refuse(f"The entity ID has idpid={named[0]}, the SSO URL idpid={named[1]}: not the same.")
    return ids[0]


def _idpid_in(address: str) -> str | None:
    try:
        return parse_qs(urlsplit(address).query).get("idpid", [None])[0]
    except ValueError:
        return None


def _check_addresses(entity_id: str, sso_url: str, *, allow_any_host: bool) -> None:
    """Another provider's entity ID is only a name, of any form."""
    _check_address("SSO URL", sso_url, allow_any_host=allow_any_host)
    if not allow_any_host:
        _check_address("entity ID", entity_id, allow_any_host=False)
        if _idpid_in(entity_id) is None:
            _refuse(f"The entity ID has no idpid=C…, which Google's always has ({entity_id!r}).")
    elif not entity_id or re.search(r"\s", entity_id):
        _refuse(f"The entity ID is empty or has spaces in it ({entity_id!r}).")


def _check_address(label: str, address: str, *, allow_any_host: bool) -> None:
    try:
        parts = urlsplit(address)
    except ValueError:
        _refuse(f"The {label} is no address ({address!r}).")
    if parts.scheme != "https" or not parts.hostname or re.search(r"[\s\\]", address):
        _refuse(f"The {label} is no https:// address ({address!r}).")
    if parts.netloc != GOOGLE_HOST and not allow_any_host:
        hint = f"{DOWNLOAD}. Another provider: tenant.saml_app.allow_any_idp_host"
        _refuse(f"The {label} is at {parts.netloc}, not at {GOOGLE_HOST}.", hint)


def _certificates(idp: Element) -> tuple[Certificate, ...]:
    keys = idp.findall(f"{MD}KeyDescriptor")
    signing = [key for key in keys if key.get("use") in {None, "signing"}]
    if keys and not signing:
        _refuse("The metadata file has a certificate for encryption only, none for signing.")
    texts = ["".join(x.itertext()) for key in signing for x in key.iter(f"{DS}X509Certificate")]
    found = [_certificate(number, text) for number, text in enumerate(texts, start=1)]
    if not found:
        _refuse("The metadata file has no certificate for signing.")
    return tuple({one.fingerprint: one for one in found}.values())


def _certificate(number: int, text: str) -> Certificate:
    try:
        return parse_base64(text)
    except CertificateError as error:
        what = f"Certificate {number} in the metadata file: {error.what}"
        raise CertificateError(what, hint=DOWNLOAD) from None


def _time(text: str | None) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text or "")
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def _warnings(
    text: str | None, valid_until: datetime | None, certificates: tuple[Certificate, ...]
) -> Iterator[str]:
    """Google sets validUntil to the end of the certificate that ends first; not always."""
    ends = min(one.not_after for one in certificates)
    if text and valid_until is None:
        yield f"The file's validUntil is no time ({text!r})."
    elif valid_until and abs((valid_until - ends).total_seconds()) > 60:
        yield (
            f"The file says it is valid until {valid_until:%Y-%m-%d}, but its certificate ends on"
            f" {ends:%Y-%m-%d}: the certificate counts."
        )
