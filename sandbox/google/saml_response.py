"""SAML Responses with the shape of Google's own.

Prefixes saml2p, saml2 and ds; XML attributes in alphabetical order; AttributeStatement before
AuthnStatement; values of type xs:anyType; exactly one signature: the Response's if "Signed
response" is on, else the Assertion's; no SessionNotOnOrAfter.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from lxml import etree

from sandbox.clock import rfc3339_ms
from sandbox.google import signer
from sandbox.google.authn_request import SAML, SAMLP

XS = "http://www.w3.org/2001/XMLSchema"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
SUCCESS = "urn:oasis:names:tc:SAML:2.0:status:Success"
REQUESTER = "urn:oasis:names:tc:SAML:2.0:status:Requester"
RESPONDER = "urn:oasis:names:tc:SAML:2.0:status:Responder"
REQUEST_DENIED = "urn:oasis:names:tc:SAML:2.0:status:RequestDenied"
NO_PASSIVE = "urn:oasis:names:tc:SAML:2.0:status:NoPassive"
BEARER = "urn:oasis:names:tc:SAML:2.0:cm:bearer"
UNSPECIFIED = "urn:oasis:names:tc:SAML:2.0:ac:classes:unspecified"
VALIDITY = timedelta(minutes=5)


@dataclass(frozen=True)
class Login:
    """Everything that a Response says. `in_response_to` is "" for an IdP-initiated login."""

    issuer: str
    audience: str
    acs_url: str
    name_id: str
    name_id_format: str
    attributes: dict[str, list[str]]
    now: datetime
    signed_in_at: datetime
    key: str
    certificate: str
    in_response_to: str = ""
    signed_response: bool = True
    signed: bool = True

    def with_changes(self, **changes: Any) -> Login:
        """A copy that differs in some parts."""
        return replace(self, **changes)


def new_id() -> str:
    """`_` and 32 hexadecimal digits."""
    return "_" + secrets.token_hex(16)


def success(login: Login) -> Any:
    """The signed Response as an element."""
    response = _response(login.issuer, login.acs_url, login.now, login.in_response_to)
    status = _child(response, SAMLP, "Status")
    _child(status, SAMLP, "StatusCode", Value=SUCCESS)
    assertion = _assertion(login)
    response.append(assertion)
    if login.signed:
        target = response if login.signed_response else assertion
        signer.sign(target, login.key, login.certificate)
    return response


def failure(  # noqa: PLR0913  the parts of a status
    issuer: str, acs_url: str, now: datetime, in_response_to: str, codes: tuple[str, str], text: str
) -> Any:
    """An unsigned Response without an Assertion: first and second level code, message."""
    response = _response(issuer, acs_url, now, in_response_to)
    status = _child(response, SAMLP, "Status")
    first = _child(status, SAMLP, "StatusCode", Value=codes[0])
    _child(first, SAMLP, "StatusCode", Value=codes[1])
    if text:
        _child(status, SAMLP, "StatusMessage").text = text
    return response


def to_bytes(response: Any) -> bytes:
    """The document as it is sent."""
    head = b'<?xml version="1.0" encoding="UTF-8" standalone="no"?>'
    body: bytes = etree.tostring(response, encoding="UTF-8", xml_declaration=False)
    return head + body


def _response(issuer: str, acs_url: str, now: datetime, in_response_to: str) -> Any:
    response = etree.Element(f"{{{SAMLP}}}Response", nsmap={"saml2p": SAMLP})
    values = {
        "Destination": acs_url,
        "ID": new_id(),
        "InResponseTo": in_response_to,
        "IssueInstant": rfc3339_ms(now),
        "Version": "2.0",
    }
    _set(response, values)
    _issuer(response, issuer)
    return response


def _assertion(login: Login) -> Any:
    assertion = etree.Element(f"{{{SAML}}}Assertion", nsmap={"saml2": SAML})
    _set(assertion, {"ID": new_id(), "IssueInstant": rfc3339_ms(login.now), "Version": "2.0"})
    _issuer(assertion, login.issuer)
    _subject(assertion, login)
    _conditions(assertion, login)
    if login.attributes:
        _attribute_statement(assertion, login.attributes)
    authn = _child(
        assertion,
        SAML,
        "AuthnStatement",
        AuthnInstant=rfc3339_ms(login.signed_in_at),
        SessionIndex=assertion.get("ID"),
    )
    context = _child(authn, SAML, "AuthnContext")
    _child(context, SAML, "AuthnContextClassRef").text = UNSPECIFIED
    return assertion


def _subject(assertion: Any, login: Login) -> None:
    subject = _child(assertion, SAML, "Subject")
    name_id = _child(subject, SAML, "NameID", Format=login.name_id_format)
    name_id.text = login.name_id
    confirmation = _child(subject, SAML, "SubjectConfirmation", Method=BEARER)
    _child(
        confirmation,
        SAML,
        "SubjectConfirmationData",
        InResponseTo=login.in_response_to,
        NotOnOrAfter=rfc3339_ms(login.now + VALIDITY),
        Recipient=login.acs_url,
    )


def _conditions(assertion: Any, login: Login) -> None:
    conditions = _child(
        assertion,
        SAML,
        "Conditions",
        NotBefore=rfc3339_ms(login.now - VALIDITY),
        NotOnOrAfter=rfc3339_ms(login.now + VALIDITY),
    )
    restriction = _child(conditions, SAML, "AudienceRestriction")
    _child(restriction, SAML, "Audience").text = login.audience


def _attribute_statement(assertion: Any, attributes: dict[str, list[str]]) -> None:
    statement = _child(assertion, SAML, "AttributeStatement")
    for name, values in attributes.items():
        attribute = _child(statement, SAML, "Attribute", Name=name)
        for text in values:
            value = etree.SubElement(
                attribute, f"{{{SAML}}}AttributeValue", nsmap={"xs": XS, "xsi": XSI}
            )
            value.set(f"{{{XSI}}}type", "xs:anyType")
            value.text = text


def _issuer(parent: Any, text: str) -> None:
    issuer = etree.SubElement(parent, f"{{{SAML}}}Issuer", nsmap={"saml2": SAML})
    issuer.text = text


def _child(parent: Any, namespace: str, name: str, **values: str) -> Any:
    child = etree.SubElement(parent, f"{{{namespace}}}{name}")
    _set(child, values)
    return child


def _set(element: Any, values: dict[str, str]) -> None:
    for name in sorted(values):
        if values[name]:
            element.set(name, values[name])
