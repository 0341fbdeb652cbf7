"""The signature of a SAML response: one, in its place, of Google's shape, by a pinned certificate.

Rules: exactly one ds:Signature, child of the Response or of the Assertion; one Reference, to its
parent's ID; exclusive canonicalization; RSA-SHA256 over SHA-256; the certificate that we know,
never the one that the response brings along. Only what the signature covers is given back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from lxml import etree
from signxml.algorithms import DigestAlgorithm, SignatureMethod
from signxml.verifier import SignatureConfiguration, XMLVerifier

from models.certificate import parse_base64
from models.errors import CertificateError
from models.saml_document import DS, EXC_C14N, SAML, SAMLP, refuse

if TYPE_CHECKING:
    from collections.abc import Iterable

    from models.certificate import Certificate

ENVELOPED = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"
_IN_KEY_INFO = {
    f"{DS}{name}"
    for name in (
        "X509Data",
        "X509Certificate",
        "X509SubjectName",
        "X509IssuerSerial",
        "X509IssuerName",
        "X509SerialNumber",
        "X509SKI",
        "KeyName",
        "KeyValue",
        "RSAKeyValue",
        "Modulus",
        "Exponent",
    )
}


class Signed(NamedTuple):
    """What a valid signature covers: a Response (`whole`) or an Assertion, and by whose key."""

    element: Any
    whole: bool
    certificate: Certificate


def the_signature(root: Any) -> Any:
    """The one signature, if it has the shape of Google's. Raises SamlRefusal."""
    found = list(root.iter(f"{DS}Signature"))
    if not found:
        refuse("not_signed", "it is not signed at all")
    if len(found) > 1:
        refuse("signature_count", f"it has {len(found)} signatures, not one")
    parent = found[0].getparent()
    if parent.tag not in {f"{SAMLP}Response", f"{SAML}Assertion"}:
        refuse("signature_place", "the signature is neither the Response's nor the Assertion's")
    _check_shape(found[0])
    _check_reference(found[0], parent)
    return found[0]


def verified(root: Any, signature: Any, certificates: Iterable[Certificate]) -> Signed | None:
    """What the signature covers, by the first of `certificates` that fits; None if none does."""
    parent = signature.getparent()
    whole = parent is root
    location = "./" if whole else f"./{SAML}Assertion/"
    for certificate in certificates:
        element = _by(root, location, certificate)
        if element is not None and element.get("ID") == parent.get("ID"):
            return Signed(element, whole, certificate)
    return None


def brought_along(signature: Any) -> Certificate | None:
    """The certificate inside the response: a clue to what went wrong, never a reason to believe."""
    text = signature.findtext(f".//{DS}X509Certificate")
    try:
        return parse_base64(text) if text else None
    except CertificateError:
        return None


def _by(root: Any, location: str, certificate: Certificate) -> Any:
    rules = SignatureConfiguration(
        location=location,
        signature_methods=frozenset({SignatureMethod.RSA_SHA256}),
        digest_algorithms=frozenset({DigestAlgorithm.SHA256}),
        verification_time=certificate.not_before,  # its validity is a row of its own
    )
    try:
        result = XMLVerifier().verify(
            root, x509_cert=certificate.pem, expect_config=rules, id_attribute="ID"
        )
    except Exception:  # hostile input makes the libraries raise all kinds of errors
        return None
    return None if isinstance(result, list) else result.signed_xml


def _check_shape(signature: Any) -> None:
    names = [etree.QName(child).localname for child in signature]
    if names not in (["SignedInfo", "SignatureValue", "KeyInfo"], ["SignedInfo", "SignatureValue"]):
        refuse("signature_shape", f"the signature consists of {', '.join(names)}")
    info = signature.find(f"{DS}SignedInfo")
    parts = [etree.QName(child).localname for child in info]
    if parts != ["CanonicalizationMethod", "SignatureMethod", "Reference"]:
        refuse("signature_shape", f"SignedInfo consists of {', '.join(parts)}")
    _check_algorithms(info)
    for element in signature.iterfind(f"{DS}KeyInfo//*"):
        if element.tag not in _IN_KEY_INFO:
            refuse("signature_shape", f"KeyInfo holds a {etree.QName(element).localname}")


def _check_algorithms(info: Any) -> None:
    transforms = [one.get("Algorithm") for one in info.iterfind(f".//{DS}Transform")]
    if (
        transforms != [ENVELOPED, EXC_C14N]
        or _algorithm(info, "CanonicalizationMethod") != EXC_C14N
    ):
        refuse("signature_shape", "the signature's transforms are not Google's two")
    for name, wanted in (("SignatureMethod", RSA_SHA256), ("DigestMethod", SHA256)):
        used = _algorithm(info, name)
        if used != wanted:
            refuse(
                "weak_signature",
                f"{name} is {used.rpartition('#')[2]}, not {wanted.rpartition('#')[2]}",
            )


def _algorithm(info: Any, name: str) -> str:
    found = info.find(f".//{DS}{name}")
    return str(found.get("Algorithm", "")) if found is not None else ""


def _check_reference(signature: Any, parent: Any) -> None:
    reference = signature.find(f"{DS}SignedInfo/{DS}Reference")
    uri, id_ = reference.get("URI", ""), parent.get("ID")
    if not id_ or uri != f"#{id_}":
        refuse(
            "signature_reference",
            f"the signature is of {uri or 'nothing named'}, not of its parent",
        )
