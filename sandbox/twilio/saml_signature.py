"""The one signature of a Response: its shape, its algorithms, and who made it.

What comes back is only what was signed, as signxml saw it ("see what is signed").
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cryptography import x509
from lxml import etree
from signxml.algorithms import DigestAlgorithm, SignatureMethod
from signxml.verifier import SignatureConfiguration, XMLVerifier

from sandbox.twilio.rejected import RejectedError
from sandbox.twilio.saml_document import DS, SAML

if TYPE_CHECKING:
    from datetime import datetime

EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
ENVELOPED = f"{DS}enveloped-signature"
RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"

_PARTS = (
    ["SignedInfo", "SignatureValue"],
    ["SignedInfo", "SignatureValue", "KeyInfo"],
)
_INFO = ["CanonicalizationMethod", "SignatureMethod", "Reference"]
_REFERENCE = ["Transforms", "DigestMethod", "DigestValue"]


def signed_part(root: Any, certificate: str, now: datetime) -> Any:
    """The element that was signed with the certificate's key: the Response or the Assertion.

    Raises RejectedError with the first thing that is wrong.
    """
    signature = _only_signature(root)
    _check_shape(signature)
    _check_algorithms(signature)
    pinned = pinned_certificate(certificate)
    _check_validity(pinned, now)
    return _verified(root, signature, pinned, now)


def pinned_certificate(pem: str) -> x509.Certificate:
    """The connection's certificate. Raises RejectedError unless it is exactly one PEM."""
    try:
        found = x509.load_pem_x509_certificates(pem.strip().encode())
    except ValueError:
        found = []
    if len(found) != 1:
        raise RejectedError("no_certificate")
    return found[0]


def _only_signature(root: Any) -> Any:
    found = list(root.iter(f"{{{DS}}}Signature"))
    if not found:
        raise RejectedError("not_signed")
    if len(found) != 1:
        raise RejectedError("signature_count", f"It has {len(found)}.")
    assertion = root.find(f"{{{SAML}}}Assertion")
    if found[0].getparent() not in (root, assertion):
        raise RejectedError("signature_place")
    return found[0]


def _check_shape(signature: Any) -> None:
    """SignedInfo, SignatureValue, KeyInfo; one Reference to the parent; nothing else anywhere."""
    if _names(signature) not in _PARTS or signature.find(f".//{{{DS}}}Object") is not None:
        raise RejectedError("signature_shape")
    info = signature[0]
    if _names(info) != _INFO or _names(info[2]) != _REFERENCE:
        raise RejectedError("signature_shape")
    transforms = [one.get("Algorithm") for one in info[2][0]]
    if transforms != [ENVELOPED, EXCLUSIVE] or any(len(one) for one in info[2][0]):
        raise RejectedError("signature_shape", "Transforms must be enveloped and exclusive C14N.")
    if info[2].get("URI") != f"#{signature.getparent().get('ID')}":
        raise RejectedError("signature_reference")


def _check_algorithms(signature: Any) -> None:
    info = signature[0]
    used = [info[0].get("Algorithm"), info[1].get("Algorithm"), info[2][1].get("Algorithm")]
    if used[0] != EXCLUSIVE or len(info[0]) or len(info[1]):
        raise RejectedError("signature_shape", "Canonicalization must be exclusive C14N.")
    if used[1:] != [RSA_SHA256, SHA256]:
        raise RejectedError("weak_signature", f"It is {used[1]} with {used[2]}.")


def _check_validity(certificate: x509.Certificate, now: datetime) -> None:
    if now < certificate.not_valid_before_utc:
        raise RejectedError("certificate_not_yet_valid")
    if now > certificate.not_valid_after_utc:
        raise RejectedError(
            "certificate_expired", f"It was valid until {certificate.not_valid_after_utc:%Y-%m-%d}."
        )


def _verified(root: Any, signature: Any, pinned: x509.Certificate, now: datetime) -> Any:
    at_root = signature.getparent() is root
    wanted = SignatureConfiguration(
        location="./" if at_root else f"./{{{SAML}}}Assertion/",
        signature_methods=frozenset({SignatureMethod.RSA_SHA256}),
        digest_algorithms=frozenset({DigestAlgorithm.SHA256}),
        verification_time=now,
    )
    tag = signature.getparent().tag
    try:
        result = XMLVerifier().verify(
            root, x509_cert=pinned, expect_config=wanted, id_attribute="ID"
        )
    except Exception as error:
        # Verifiers raise many kinds on hostile input; all of them mean that nothing is proved.
        raise RejectedError("signature_invalid", f"({type(error).__name__})") from error
    if isinstance(result, list) or result.signed_xml is None or result.signed_xml.tag != tag:
        raise RejectedError("signature_invalid")
    return result.signed_xml


def _names(element: Any) -> list[str]:
    return [
        name.localname if name.namespace == DS else str(name)
        for name in (etree.QName(child) for child in element)
    ]
