"""Independent readers of a SAML Response: two other XML signature engines say what they see."""

from __future__ import annotations

import base64
from typing import Any

from cryptography import x509
from lxml import etree
from minisaml.response import validate_response
from onelogin.saml2.response import OneLogin_Saml2_Response
from onelogin.saml2.settings import OneLogin_Saml2_Settings

from tests.sandbox.google.wizard import ACS, ENTITY_ID

SAML = "{urn:oasis:names:tc:SAML:2.0:assertion}"
SAMLP = "{urn:oasis:names:tc:SAML:2.0:protocol}"
DS = "{http://www.w3.org/2000/09/xmldsig#}"


def python3_saml(
    posted: str, certificate: str, issuer: str, *, signed_response: bool, request_id: str | None
) -> dict[str, list[str]]:
    """libxmlsec1 under python3-saml, strict: the attributes, or AssertionError with its reason."""
    settings = OneLogin_Saml2_Settings(
        {
            "strict": True,
            "security": {
                "wantMessagesSigned": signed_response,
                "wantAssertionsSigned": not signed_response,
                "wantNameId": True,
                "rejectDeprecatedAlgorithm": True,
            },
            "sp": {"entityId": ENTITY_ID, "assertionConsumerService": {"url": ACS}},
            "idp": {
                "entityId": issuer,
                "singleSignOnService": {"url": "https://accounts.google.com/o/saml2/idp"},
                "x509cert": certificate,
            },
        }
    )
    response = OneLogin_Saml2_Response(settings, posted)
    host, _, path = ACS.removeprefix("https://").partition("/")
    request = {"https": "on", "http_host": host, "script_name": "/" + path.partition("?")[0]}
    valid = response.is_valid(request | {"get_data": {}, "post_data": {}}, request_id)
    assert valid, response.get_error()
    return dict(response.get_attributes())


def minisaml(posted: str, certificate: str, issuer: str) -> Any:
    """minisignxml under minisaml: its view of the Response, or one of its errors."""
    return validate_response(
        data=posted,
        certificate=x509.load_pem_x509_certificate(certificate.encode()),
        expected_audience=ENTITY_ID,
        idp_issuer=issuer,
    )


def document(posted: str) -> Any:
    """The Response as an element."""
    return etree.fromstring(base64.b64decode(posted))
