"""Hostile Responses, made fresh: each one with the reason for which it must be refused.

Wrapping attacks are numbered as in "On Breaking SAML: Be Whoever You Want to Be".
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

import xmlsec
from cryptography.hazmat.primitives import serialization
from lxml import etree

from tests.sandbox.twilio import idp
from tests.sandbox.twilio.idp import DS, HOUR, SAML, SAMLP, Idp
from tests.sandbox.twilio.service_provider import OTHER_JQ, ServiceProvider

Attack = Callable[[Any], Any]
"""Makes a response for a `ServiceProvider`, or for whatever else has its side of the agreement."""
MALLORY = "mallory@evil.example"


def now() -> datetime:
    return datetime.now(UTC)


# Wrapping: the signed part is still there and still fits, but something else is in its place.


def _forged(element: Any) -> Any:
    """A copy without its signature, with IDs of its own, that speaks of somebody else."""
    copy = deepcopy(element)
    for signature in list(copy.iter(f"{DS}Signature")):
        signature.getparent().remove(signature)
    for one in copy.iter():
        if "ID" in one.attrib:
            one.set("ID", idp.new_id())
    next(copy.iter(f"{SAML}NameID")).text = MALLORY
    return copy


def _without_signature(element: Any) -> Any:
    copy = deepcopy(element)
    copy.remove(copy.find(f"{DS}Signature"))
    return copy


def _assertion_signed(sp: ServiceProvider) -> tuple[Any, Any, Any]:
    """Response, its signed Assertion, and the Signature."""
    response = sp.provider.sign(idp.assertion_of(sp.document()))
    assertion = idp.assertion_of(response)
    return response, assertion, assertion.find(f"{DS}Signature")


def xsw1(sp: ServiceProvider) -> Any:
    """The signed Response inside the signature of a forged one."""
    genuine = sp.signed()
    forged = _forged(genuine)
    signature = deepcopy(genuine.find(f"{DS}Signature"))
    signature.append(_without_signature(genuine))
    forged.insert(1, signature)
    return forged


def xsw2(sp: ServiceProvider) -> Any:
    """The signed Response beside its detached signature, in a forged one."""
    genuine = sp.signed()
    forged = _forged(genuine)
    forged.insert(1, deepcopy(genuine.find(f"{DS}Signature")))
    forged.insert(1, _without_signature(genuine))
    return forged


def xsw3(sp: ServiceProvider) -> Any:
    """A forged Assertion before the signed one."""
    response, assertion, _ = _assertion_signed(sp)
    response.insert(response.index(assertion), _forged(assertion))
    return response


def xsw4(sp: ServiceProvider) -> Any:
    """The signed Assertion inside a forged one."""
    response, assertion, _ = _assertion_signed(sp)
    forged = _forged(assertion)
    response.replace(assertion, forged)
    forged.append(assertion)
    return response


def xsw5(sp: ServiceProvider) -> Any:
    """The signature in a forged Assertion, what it signs at the end."""
    response, assertion, signature = _assertion_signed(sp)
    forged = _forged(assertion)
    forged.insert(1, deepcopy(signature))
    response.replace(assertion, forged)
    response.append(_without_signature(assertion))
    return response


def xsw6(sp: ServiceProvider) -> Any:
    """As 5, but what is signed stands inside the signature."""
    response, assertion, signature = _assertion_signed(sp)
    forged = _forged(assertion)
    moved = deepcopy(signature)
    moved.append(_without_signature(assertion))
    forged.insert(1, moved)
    response.replace(assertion, forged)
    return response


def xsw7(sp: ServiceProvider) -> Any:
    """A forged Assertion in Extensions."""
    response, assertion, _ = _assertion_signed(sp)
    extensions = etree.Element(f"{SAMLP}Extensions")
    extensions.append(_forged(assertion))
    response.insert(1, extensions)
    return response


def xsw8(sp: ServiceProvider) -> Any:
    """A forged Assertion; the signed one in an Object of its signature."""
    response, assertion, signature = _assertion_signed(sp)
    forged = _forged(assertion)
    moved = deepcopy(signature)
    etree.SubElement(moved, f"{DS}Object").append(_without_signature(assertion))
    forged.insert(1, moved)
    response.replace(assertion, forged)
    return response


def hidden_in_status(sp: ServiceProvider) -> Any:
    """The signed Assertion in StatusDetail, a forged one where it should be."""
    response, assertion, _ = _assertion_signed(sp)
    response.replace(assertion, _forged(assertion))
    detail = etree.SubElement(response.find(f"{SAMLP}Status"), f"{SAMLP}StatusDetail")
    detail.append(assertion)
    return response


def hidden_in_extensions(sp: ServiceProvider) -> Any:
    """The signed Assertion in Extensions, a forged one where it should be."""
    response, assertion, _ = _assertion_signed(sp)
    response.replace(assertion, _forged(assertion))
    extensions = etree.Element(f"{SAMLP}Extensions")
    extensions.append(assertion)
    response.insert(1, extensions)
    return response


def appended(sp: ServiceProvider) -> Any:
    """An unsigned second Assertion behind the signed one."""
    response, assertion, _ = _assertion_signed(sp)
    response.append(_forged(assertion))
    return response


def same_id(sp: ServiceProvider) -> Any:
    """A forged Assertion with the ID of the signed one."""
    response, assertion, _ = _assertion_signed(sp)
    forged = _forged(assertion)
    forged.set("ID", assertion.get("ID"))
    response.insert(response.index(assertion), forged)
    return response


def foreign_assertion(sp: ServiceProvider) -> Any:
    """An Assertion of another namespace before the signed one."""
    response, assertion, _ = _assertion_signed(sp)
    stranger = etree.Element("{urn:example}Assertion", ID=idp.new_id())
    response.insert(response.index(assertion), stranger)
    return response


def misplaced(sp: ServiceProvider) -> Any:
    """The only Assertion is in Extensions."""
    response = sp.document()
    extensions = etree.Element(f"{SAMLP}Extensions")
    extensions.append(idp.assertion_of(response))
    response.insert(1, extensions)
    return sp.provider.sign(response)


WRAPPING: dict[Attack, str] = {
    xsw1: "assertion_count",
    xsw2: "assertion_count",
    xsw3: "assertion_count",
    xsw4: "assertion_count",
    xsw5: "assertion_count",
    xsw6: "assertion_count",
    xsw7: "assertion_count",
    xsw8: "assertion_count",
    hidden_in_status: "assertion_count",
    hidden_in_extensions: "assertion_count",
    appended: "assertion_count",
    same_id: "duplicate_id",
    foreign_assertion: "foreign_namespace",
    misplaced: "assertion_place",
}

# Signature: missing, forged, weak, or with more in it than belongs there.


def stripped(sp: ServiceProvider) -> Any:
    return sp.document(name_id=MALLORY)


def empty_value(sp: ServiceProvider) -> Any:
    response = sp.signed()
    response.find(f"{DS}Signature/{DS}SignatureValue").text = ""
    return response


def tampered(sp: ServiceProvider) -> Any:
    response = sp.signed()
    next(response.iter(f"{SAML}NameID")).text = MALLORY
    return response


def tampered_role(sp: ServiceProvider) -> Any:
    response = sp.signed()
    values = [v for v in response.iter(f"{SAML}AttributeValue") if v.text == "agent"]
    values[0].text = "admin"
    return response


def new_digest(sp: ServiceProvider) -> Any:
    """Tampered, and the digest put right; the signature over it can't be."""
    response = tampered(sp)
    digest = etree.tostring(_without_signature(response), method="c14n", exclusive=True)
    value = response.find(f".//{DS}DigestValue")
    value.text = base64.b64encode(_sha256(digest)).decode()
    return response


def digest_elsewhere(sp: ServiceProvider) -> Any:
    """CVE-2024-45409: the right digest of a tampered Assertion, where it is found first."""
    response, assertion, _ = _assertion_signed(sp)
    next(assertion.iter(f"{SAML}NameID")).text = MALLORY
    digest = etree.tostring(_without_signature(assertion), method="c14n", exclusive=True)
    extensions = etree.Element(f"{SAMLP}Extensions")
    etree.SubElement(extensions, f"{DS}DigestValue").text = base64.b64encode(
        _sha256(digest)
    ).decode()
    response.insert(1, extensions)
    return response


def other_key(sp: ServiceProvider) -> Any:
    return Idp().sign(sp.document())


def other_key_genuine_certificate(sp: ServiceProvider) -> Any:
    response = Idp().sign(sp.document())
    shown = response.find(f".//{DS}X509Certificate")
    shown.text = "".join(sp.provider.certificate.splitlines()[1:-1])
    return response


def own_key_value(sp: ServiceProvider) -> Any:
    """CVE-2021-21239: the attacker's RSAKeyValue in KeyInfo."""
    attacker = Idp()
    response = attacker.sign(sp.document())
    info = response.find(f"{DS}Signature/{DS}KeyInfo")
    info.remove(info.find(f"{DS}X509Data"))
    numbers = attacker.key.public_key().public_numbers()
    value = etree.SubElement(etree.SubElement(info, f"{DS}KeyValue"), f"{DS}RSAKeyValue")
    etree.SubElement(value, f"{DS}Modulus").text = _number(numbers.n)
    etree.SubElement(value, f"{DS}Exponent").text = _number(numbers.e)
    return response


def own_key_value_beside_the_certificate(sp: ServiceProvider) -> Any:
    """The same with the genuine certificate beside it."""
    response = own_key_value(sp)
    data = etree.SubElement(response.find(f"{DS}Signature/{DS}KeyInfo"), f"{DS}X509Data")
    shown = etree.SubElement(data, f"{DS}X509Certificate")
    shown.text = "".join(sp.provider.certificate.splitlines()[1:-1])
    return response


def _hmac(sp: ServiceProvider, secret: bytes) -> Any:
    """Signed well, but with something that everybody knows as the secret of an HMAC."""
    response = sp.document(name_id=MALLORY)
    signature = xmlsec.template.create(
        response, xmlsec.constants.TransformExclC14N, xmlsec.constants.TransformHmacSha256, ns="ds"
    )
    uri = f"#{response.get('ID')}"
    reference = xmlsec.template.add_reference(signature, xmlsec.constants.TransformSha256, uri=uri)
    xmlsec.template.add_transform(reference, xmlsec.constants.TransformEnveloped)
    xmlsec.template.add_transform(reference, xmlsec.constants.TransformExclC14N)
    response.insert(1, signature)
    xmlsec.tree.add_ids(response, ["ID"])
    context = xmlsec.SignatureContext()
    context.key = xmlsec.Key.from_binary_data(xmlsec.constants.KeyDataHmac, secret)
    context.sign(signature)
    return etree.fromstring(etree.tostring(response))


def hmac_with_the_pem(sp: ServiceProvider) -> Any:
    return _hmac(sp, sp.provider.certificate.encode())


def hmac_with_the_der(sp: ServiceProvider) -> Any:
    return _hmac(sp, base64.b64decode("".join(sp.provider.certificate.splitlines()[1:-1])))


def hmac_with_the_public_key(sp: ServiceProvider) -> Any:
    spki = serialization.PublicFormat.SubjectPublicKeyInfo
    public = sp.provider.key.public_key()
    return _hmac(sp, public.public_bytes(serialization.Encoding.DER, spki))


def rsa_sha1(sp: ServiceProvider) -> Any:
    return sp.provider.sign(sp.document(), method=xmlsec.constants.TransformRsaSha1)


def sha1_digest(sp: ServiceProvider) -> Any:
    return sp.provider.sign(sp.document(), digest=xmlsec.constants.TransformSha1)


def signed_twice(sp: ServiceProvider) -> Any:
    return sp.provider.sign(sp.provider.sign(idp.assertion_of(sp.document())))


def signature_elsewhere(sp: ServiceProvider) -> Any:
    response = sp.signed()
    response.find(f"{SAMLP}Status").append(response.find(f"{DS}Signature"))
    return response


def reference_elsewhere(sp: ServiceProvider) -> Any:
    response = sp.signed()
    reference = response.find(f".//{DS}Reference")
    reference.set("URI", "#" + idp.assertion_of(response).get("ID"))
    return response


def empty_reference(sp: ServiceProvider) -> Any:
    response = sp.signed()
    response.find(f".//{DS}Reference").set("URI", "")
    return response


def two_references(sp: ServiceProvider) -> Any:
    response = sp.signed()
    info = response.find(f".//{DS}SignedInfo")
    info.append(deepcopy(info.find(f"{DS}Reference")))
    return response


def two_signed_infos(sp: ServiceProvider) -> Any:
    """CVE-2025-29775."""
    response = sp.signed()
    signature = response.find(f"{DS}Signature")
    signature.insert(0, deepcopy(signature.find(f"{DS}SignedInfo")))
    return response


def two_signed_infos_last(sp: ServiceProvider) -> Any:
    """The same, the other way round."""
    response = sp.signed()
    signature = response.find(f"{DS}Signature")
    signature.append(deepcopy(signature.find(f"{DS}SignedInfo")))
    return response


def with_object(sp: ServiceProvider) -> Any:
    response = sp.signed()
    etree.SubElement(response.find(f"{DS}Signature"), f"{DS}Object").text = "hidden"
    return response


def object_in_key_info(sp: ServiceProvider) -> Any:
    response = sp.signed()
    etree.SubElement(response.find(f".//{DS}KeyInfo"), f"{DS}Object").text = "hidden"
    return response


def xslt(sp: ServiceProvider) -> Any:
    response = sp.signed()
    transforms = response.find(f".//{DS}Transforms")
    etree.SubElement(
        transforms, f"{DS}Transform", Algorithm="http://www.w3.org/TR/1999/REC-xslt-19991116"
    )
    return response


def inclusive_canonicalization(sp: ServiceProvider) -> Any:
    response = sp.signed()
    method = response.find(f".//{DS}CanonicalizationMethod")
    method.set("Algorithm", "http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments")
    return response


def comment_in_digest(sp: ServiceProvider) -> Any:
    """CVE-2025-29774."""
    response = sp.signed()
    response.find(f".//{DS}DigestValue").append(etree.Comment("x"))
    return response


def relative_namespace(sp: ServiceProvider) -> Any:
    """A namespace that some canonicalizers refuse, so that they digest nothing."""
    genuine = etree.tostring(sp.signed())
    return genuine.replace(b"<saml2p:Response ", b'<saml2p:Response xmlns:ns="1" ', 1)


SIGNATURE: dict[Attack, str] = {
    stripped: "not_signed",
    empty_value: "signature_invalid",
    tampered: "signature_invalid",
    tampered_role: "signature_invalid",
    new_digest: "signature_invalid",
    other_key: "signature_invalid",
    other_key_genuine_certificate: "signature_invalid",
    own_key_value: "signature_invalid",
    own_key_value_beside_the_certificate: "signature_invalid",
    digest_elsewhere: "signature_invalid",
    hmac_with_the_pem: "weak_signature",
    hmac_with_the_der: "weak_signature",
    hmac_with_the_public_key: "weak_signature",
    rsa_sha1: "weak_signature",
    sha1_digest: "weak_signature",
    signed_twice: "signature_count",
    signature_elsewhere: "signature_place",
    reference_elsewhere: "signature_reference",
    empty_reference: "signature_reference",
    two_references: "signature_shape",
    two_signed_infos: "signature_shape",
    two_signed_infos_last: "signature_shape",
    with_object: "signature_shape",
    object_in_key_info: "signature_shape",
    xslt: "signature_shape",
    inclusive_canonicalization: "signature_shape",
    comment_in_digest: "comment",
    relative_namespace: "foreign_namespace",
}

# Meaning: genuinely signed, but not for this door, this moment or this person.


def _says(name: str, **changes: Any) -> Attack:
    """A signed Response with these changes; a callable value is worked out from the provider."""

    def attack(sp: ServiceProvider) -> Any:
        made = {k: v(sp) if callable(v) else v for k, v in changes.items()}
        return sp.signed(**made)

    attack.__name__ = name
    return attack


def _other_acs(sp: ServiceProvider) -> str:
    """Flex's own door, but another connection's."""
    return sp.connection.acs_url.partition("=")[0] + "=" + OTHER_JQ


def _edited(edit: Callable[[Any], object], name: str) -> Attack:
    """A Response whose Assertion was edited before it was signed."""

    def attack(sp: ServiceProvider) -> Any:
        response = sp.document()
        edit(idp.assertion_of(response))
        return sp.provider.sign(response)

    attack.__name__ = name
    return attack


def _drop(tag: str) -> Attack:
    def edit(assertion: Any) -> None:
        found = assertion.find(f".//{SAML}{tag}")
        found.getparent().remove(found)

    return _edited(edit, f"no {tag}")


def _twice(tag: str) -> Attack:
    def edit(assertion: Any) -> None:
        found = assertion.find(f".//{SAML}{tag}")
        found.addnext(deepcopy(found))

    return _edited(edit, f"two {tag}")


def _proxied(assertion: Any) -> None:
    etree.SubElement(assertion.find(f"{SAML}Conditions"), f"{SAML}ProxyRestriction")


SEMANTICS: list[tuple[Attack, str]] = [
    (_says("audience: another Entity ID", audience="urn:flex:JQ0"), "audience"),
    (_says("audience: another connection's", audience="urn:flex:" + OTHER_JQ), "audience"),
    (_says("recipient: another host", recipient="https://evil.example/login"), "recipient"),
    (_says("recipient: another connection's", recipient=_other_acs), "recipient"),
    (_says("destination: another host", destination="https://evil.example/login"), "destination"),
    (_says("destination: empty", destination=""), "destination"),
    (_says("destination: another connection's", destination=_other_acs), "destination"),
    (
        _says(
            "destination and recipient: another connection's",
            destination=_other_acs,
            recipient=_other_acs,
        ),
        "destination",
    ),
    (
        _says(
            "destination: one parameter more", destination=lambda sp: sp.connection.acs_url + "&x=1"
        ),
        "destination",
    ),
    (
        _says(
            "destination: without its query",
            destination=lambda sp: sp.connection.acs_url.partition("?")[0],
        ),
        "destination",
    ),
    (_says("an hour old", now=lambda _: now() - HOUR), "expired"),
    (_says("an hour ahead", now=lambda _: now() + HOUR), "not_yet_valid"),
    (
        _says("confirmation an hour over", confirmed_until=lambda _: now() - HOUR),
        "confirmation_expired",
    ),
    (
        _says(
            "confirmed otherwise than as bearer",
            method="urn:oasis:names:tc:SAML:2.0:cm:sender-vouches",
        ),
        "subject_confirmation",
    ),
    (_says("session over", session_ends=lambda _: now() - 2 * HOUR), "session_ended"),
    (
        _says("session ends within the hour", session_ends=lambda _: now() + HOUR / 2),
        "session_too_short",
    ),
    (
        _says(
            "issuer: another account's, in the assertion",
            issuer="https://accounts.google.com/o/saml2?idpid=C01another",
        ),
        "issuer",
    ),
    (_says("issuer: in capitals", issuer=idp.ISSUER.upper()), "issuer"),
    (
        _says(
            "issuer: another account's, in the response",
            outer_issuer="https://accounts.google.com/o/saml2?idpid=C01another",
        ),
        "issuer",
    ),
    (
        _says(
            "status Requester, with an assertion",
            status="urn:oasis:names:tc:SAML:2.0:status:Requester",
        ),
        "status",
    ),
    (
        _says("answers a request that nobody made", in_response_to=lambda _: idp.new_id()),
        "in_response_to",
    ),
    (_says("name_id: empty", name_id=""), "name_id"),
    (_drop("NameID"), "name_id"),
    (_drop("Issuer"), "issuer"),
    (_drop("Subject"), "subject_confirmation"),
    (_drop("SubjectConfirmation"), "subject_confirmation"),
    (_twice("SubjectConfirmation"), "subject_confirmation"),
    (_drop("Conditions"), "conditions"),
    (_twice("Conditions"), "conditions"),
    (_drop("AudienceRestriction"), "audience"),
    (_drop("Audience"), "audience"),
    (_edited(_proxied, "proxied"), "conditions"),
    (_drop("AuthnStatement"), "authn_statement"),
    (_twice("AuthnStatement"), "authn_statement"),
    (_says("name_id: a comment in it", name_id="ada@acme.example<!---->.evil.example"), "comment"),
    (
        _says("name_id: an instruction in it", name_id="ada@acme.example<?x y?>.evil.example"),
        "comment",
    ),
    (_says("valid until a time that is none", not_on_or_after="tomorrow"), "conditions"),
    (
        _says("valid until a time without a zone", not_on_or_after="2099-01-01T00:00:00"),
        "conditions",
    ),
    (
        _says(
            "roles sent twice",
            attributes="<saml2:AttributeStatement>"
            + 2
            * '<saml2:Attribute Name="roles"><saml2:AttributeValue>admin'
            "</saml2:AttributeValue></saml2:Attribute>" + "</saml2:AttributeStatement>",
        ),
        "duplicate_attribute",
    ),
]

# XML and encoding: refused before anybody looks for a signature.


def _with_head(head: str) -> Attack:
    def attack(sp: ServiceProvider) -> Any:
        return head.encode() + etree.tostring(sp.signed())

    return attack


def _version_1_1(sp: ServiceProvider) -> Any:
    response = sp.document()
    response.set("Version", "1.1")
    return sp.provider.sign(response)


BOMB = (
    '<!DOCTYPE x [<!ENTITY a "ha">'
    + "".join(
        f'<!ENTITY {y} "{f"&{x};" * 10}">' for x, y in zip("abcdefgh", "bcdefghi", strict=True)
    )
    + "]>"
)

ENCODING: list[tuple[str, Attack, str]] = [
    ("nothing", lambda _: "", "missing"),
    ("no base64", lambda _: "~~~~", "not_base64"),
    ("base64url", lambda _: "PD94-_==", "not_base64"),
    ("no XML", lambda _: b"hello", "not_xml"),
    ("doctype", _with_head("<!DOCTYPE x>"), "doctype"),
    ("external", _with_head('<!DOCTYPE x SYSTEM "file:///etc/passwd">'), "doctype"),
    ("laughs", _with_head(BOMB), "doctype"),
    ("quadratic", _with_head(f'<!DOCTYPE x [<!ENTITY a "{"ha" * 50_000}">]>'), "doctype"),
    ("utf-16", lambda sp: etree.tostring(sp.signed(), encoding="UTF-16"), "not_utf8"),
    (
        "utf-16 unsaid",
        lambda sp: etree.tostring(sp.signed()).decode().encode("utf-16-le"),
        "not_utf8",
    ),
    ("latin-1", lambda sp: etree.tostring(sp.signed(), encoding="ISO-8859-1"), "not_utf8"),
    ("assertion", lambda sp: idp.assertion_of(sp.signed()), "not_a_response"),
    ("SAML 1.1", _version_1_1, "not_a_response"),
    ("comment", lambda sp: b"<!-- -->" + etree.tostring(sp.signed()), "comment"),
]


def _sha256(content: bytes) -> bytes:

    return hashlib.sha256(content).digest()


def _number(value: int) -> str:
    return base64.b64encode(value.to_bytes((value.bit_length() + 7) // 8, "big")).decode()
