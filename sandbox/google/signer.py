"""An enveloped XML signature in Google's form: exclusive C14N, RSA-SHA256, one reference.

Own code, since only this gives the bytes of a real Google Response (libraries write other prefixes
and other KeyInfo); `signature` is placed after the Issuer, where the SAML schema wants it.
"""

from __future__ import annotations

import base64
import hashlib
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from lxml import etree

DS = "http://www.w3.org/2000/09/xmldsig#"
EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
ENVELOPED = DS + "enveloped-signature"
RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"
SUBJECT_NAME = "ST=California,C=US,OU=Google For Work,CN=Google,L=Mountain View,O=Google Inc."
LINE = 76


def sign(element: Any, key_pem: str, certificate_pem: str) -> None:
    """Sign `element` by its ID: the Signature becomes its second child."""
    key = load_pem_private_key(key_pem.encode(), password=None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise TypeError(key_pem[:30])
    digest = hashlib.sha256(canonical(element)).digest()
    signature = etree.Element(f"{{{DS}}}Signature", nsmap={"ds": DS})
    signed_info = _signed_info(signature, element.get("ID"), digest)
    value = etree.SubElement(signature, f"{{{DS}}}SignatureValue")
    _key_info(signature, certificate_pem)
    element.insert(1, signature)
    made = key.sign(canonical(signed_info), padding.PKCS1v15(), hashes.SHA256())
    value.text = in_lines(base64.b64encode(made).decode())


def canonical(element: Any) -> bytes:
    """Exclusive C14N without comments."""
    made: bytes = etree.tostring(element, method="c14n", exclusive=True, with_comments=False)
    return made


def in_lines(text: str) -> str:
    """Base64 in lines of 76 characters."""
    return "\n".join(text[start : start + LINE] for start in range(0, len(text), LINE))


def certificate_base64(certificate_pem: str) -> str:
    """The certificate's DER as base64, in lines."""
    body = certificate_pem.replace("\n", "").split("-----")[2]
    return in_lines(body)


def _signed_info(signature: Any, reference: str, digest: bytes) -> Any:
    info = etree.SubElement(signature, f"{{{DS}}}SignedInfo")
    etree.SubElement(info, f"{{{DS}}}CanonicalizationMethod", Algorithm=EXCLUSIVE)
    etree.SubElement(info, f"{{{DS}}}SignatureMethod", Algorithm=RSA_SHA256)
    what = etree.SubElement(info, f"{{{DS}}}Reference", URI=f"#{reference}")
    transforms = etree.SubElement(what, f"{{{DS}}}Transforms")
    for algorithm in (ENVELOPED, EXCLUSIVE):
        etree.SubElement(transforms, f"{{{DS}}}Transform", Algorithm=algorithm)
    etree.SubElement(what, f"{{{DS}}}DigestMethod", Algorithm=SHA256)
    value = etree.SubElement(what, f"{{{DS}}}DigestValue")
    value.text = base64.b64encode(digest).decode()
    return info


def _key_info(signature: Any, certificate_pem: str) -> None:
    info = etree.SubElement(signature, f"{{{DS}}}KeyInfo")
    data = etree.SubElement(info, f"{{{DS}}}X509Data")
    etree.SubElement(data, f"{{{DS}}}X509SubjectName").text = SUBJECT_NAME
    etree.SubElement(data, f"{{{DS}}}X509Certificate").text = certificate_base64(certificate_pem)
