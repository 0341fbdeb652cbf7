"""Why a SAML Response is not believed: one code and one plain sentence for each reason."""

from __future__ import annotations

SENTENCES = {
    "unknown_connection": "There is no active connection of this name.",
    "missing": "There is no SAMLResponse in the form.",
    "too_large": "The response is larger than 256 kB.",
    "not_base64": "SAMLResponse is not base64.",
    "not_utf8": "The response is not UTF-8.",
    "doctype": "The response has a DOCTYPE or entities.",
    "not_xml": "The response is not XML.",
    "comment": "The response has comments or processing instructions in it.",
    "foreign_namespace": "The response has parts that do not belong into a SAML response.",
    "not_a_response": "The document is not a SAML 2.0 Response.",
    "duplicate_id": "Two parts of the response have the same ID.",
    "idp_refused": "The identity provider refused the login.",
    "encrypted": "The assertion is encrypted, which Flex does not support.",
    "assertion_count": "The response must have exactly one assertion.",
    "assertion_place": "The assertion is not directly inside the response.",
    "not_signed": "The response is not signed.",
    "signature_count": "The response must have exactly one signature.",
    "signature_place": "The signature is neither the response's nor the assertion's.",
    "signature_shape": "The signature has parts that are not allowed in it.",
    "signature_reference": "The signature does not cover the part that it stands in.",
    "weak_signature": "The signature must be RSA-SHA256 with SHA-256 digests.",
    "response_not_signed": (
        "Only the assertion is signed: turn on Signed response in the SAML app."
    ),
    "no_certificate": "The X.509 certificate of the connection is missing or not one PEM.",
    "certificate_expired": "The X.509 certificate of the connection has expired.",
    "certificate_not_yet_valid": "The X.509 certificate of the connection is not yet valid.",
    "signature_invalid": "The signature does not fit the certificate of the connection.",
    "status": "The response does not say that the login succeeded.",
    "destination": "The response is meant for another address.",
    "issuer": "Invalid issuer in the Assertion/Response.",
    "conditions": "The assertion's conditions are missing or not understood.",
    "not_yet_valid": "The assertion is not valid yet: compare the clocks.",
    "expired": "The assertion has expired.",
    "audience": "The assertion is meant for another audience (Entity ID).",
    "subject_confirmation": "The assertion's subject is not confirmed as bearer.",
    "recipient": "The assertion is meant for another recipient (ACS URL).",
    "confirmation_expired": "The confirmation of the assertion's subject has expired.",
    "in_response_to": "The response answers a request that was not made here.",
    "relay_state": "RelayState belongs to another login.",
    "unsolicited": "Logins that begin at the identity provider are not accepted.",
    "authn_statement": "The assertion does not say how the person logged in.",
    "session_ended": "The person's session at the identity provider has ended.",
    "session_too_short": "SessionNotOnOrAfter must be more than an hour ahead.",
    "name_id": "The assertion does not name a person (NameID).",
    "duplicate_attribute": "The assertion has the same attribute twice.",
    "replay": "The assertion was used before.",
}


class RejectedError(Exception):
    """The Response is not believed. `code` is a key of SENTENCES; `detail` holds the values."""

    def __init__(self, code: str, detail: str = "") -> None:
        self.code = code
        self.message = SENTENCES[code] + (f" {detail}" if detail else "")
        super().__init__(self.message)


def differs(code: str, was: str, expected: str) -> RejectedError:
    """A value that is not the expected one, both quoted in Twilio's words."""
    return RejectedError(code, f"Was '{was}', but expected '{expected}'")
