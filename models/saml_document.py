"""A SAML response as XML: what must hold before a single value is read.

Each rule has a code. The order is that of a careful service provider: size, UTF-8, no DTD, one
parse, no comments, known namespaces only, one Response with unique IDs and exactly one Assertion.
Written for `explain` alone: it shares nothing with the sandbox, which judges the same responses.
"""

from __future__ import annotations

import re
from typing import Any, ClassVar, Never

from lxml import etree

from models.errors import FlexSsoError
from models.saml_input import MAX_RESPONSE_BYTES

SAMLP_NS = "urn:oasis:names:tc:SAML:2.0:protocol"
SAML_NS = "urn:oasis:names:tc:SAML:2.0:assertion"
DS_NS = "http://www.w3.org/2000/09/xmldsig#"
EXC_C14N = "http://www.w3.org/2001/10/xml-exc-c14n#"
SAMLP, SAML, DS = f"{{{SAMLP_NS}}}", f"{{{SAML_NS}}}", f"{{{DS_NS}}}"
SUCCESS = "urn:oasis:names:tc:SAML:2.0:status:Success"
ELEMENTS = {SAMLP_NS, SAML_NS, DS_NS, EXC_C14N}
DECLARED = ELEMENTS | {
    "http://www.w3.org/2001/XMLSchema",
    "http://www.w3.org/2001/XMLSchema-instance",
    "http://www.w3.org/XML/1998/namespace",
}
_DECLARED_ENCODING = re.compile(rb"^<\?xml[^>]*\bencoding\s*=\s*[\"']([^\"']+)[\"']")


class SamlRefusal(FlexSsoError):  # noqa: N818  a verdict on somebody's document, not a failure
    """The response must not be believed, and nothing in it can be read any further."""

    cause: ClassVar[str] = "it is not signed, was changed on its way, or is no response of Google's"
    fix: ClassVar[str] = "`./flexsso explain FILE --stack STACK` names the rule that it breaks"

    def __init__(self, code: str, what: str, *, hint: str = "") -> None:
        self.code = code
        super().__init__(what, hint=hint)


def refuse(code: str, what: str) -> Never:
    """Raise SamlRefusal."""
    raise SamlRefusal(code, what) from None


def parse_response(xml: bytes) -> Any:
    """The root element, samlp:Response, of a document that keeps the rules above."""
    _check_bytes(xml)
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    try:
        root = etree.fromstring(xml, parser)
    except etree.XMLSyntaxError:
        refuse("not_xml", "it is not well-formed XML: it was cut or changed")
    _check_nodes(root)
    if root.tag != f"{SAMLP}Response":
        refuse("not_a_response", f"it is a {etree.QName(root).localname}, not a Response")
    if root.get("Version") != "2.0":
        refuse("not_a_response", f"it is SAML {root.get('Version')}, not 2.0")
    _check_ids(root)
    return root


def the_assertion(root: Any) -> Any:
    """The one Assertion, a child of the Response."""
    if root.find(f".//{SAML}EncryptedAssertion") is not None:
        refuse("encrypted_assertion", "the Assertion is encrypted, which Flex does not support")
    found = list(root.iter(f"{SAML}Assertion"))
    if len(found) != 1:
        refuse("assertion_count", f"it has {len(found)} Assertions, not one")
    if found[0].getparent() is not root:
        refuse("assertion_place", "the Assertion is hidden in another element")
    return found[0]


def status_of(root: Any) -> tuple[str, str]:
    """(the innermost status code's last word, the message); ("", "") if there is no status."""
    codes = root.findall(f"{SAMLP}Status//{SAMLP}StatusCode")
    if not codes:
        return "", ""
    message = root.findtext(f"{SAMLP}Status/{SAMLP}StatusMessage") or ""
    words = [str(code.get("Value", "")).rpartition(":")[2] for code in codes]
    return "/".join(words), message.strip()


def _check_bytes(xml: bytes) -> None:
    if len(xml) > MAX_RESPONSE_BYTES:
        refuse("too_large", f"it has {len(xml):,} bytes, a response about 7,000")
    if b"\x00" in xml:
        refuse("not_utf8", "it is in UTF-16 or UTF-32, not in UTF-8")
    try:
        xml.decode("utf-8")
    except UnicodeDecodeError:
        refuse("not_utf8", "it is not in UTF-8")
    declared = _DECLARED_ENCODING.match(xml.removeprefix(b"\xef\xbb\xbf"))
    if declared and declared[1].lower() not in {b"utf-8", b"utf8", b"us-ascii"}:
        refuse("not_utf8", f"it says that it is in {declared[1].decode('latin-1')}, not UTF-8")
    if b"<!DOCTYPE" in xml.upper() or b"<!ENTITY" in xml.upper():
        refuse("doctype", "it has a DOCTYPE or entities, which Google's never has")


def _check_nodes(root: Any) -> None:
    for node in root.getroottree().xpath("//comment() | //processing-instruction()"):
        kind = "comment" if node.tag is etree.Comment else "processing instruction"
        refuse("comment", f"there is a {kind} in it, which Google's never has")
    for element in root.iter():
        if not isinstance(element.tag, str) or etree.QName(element).namespace not in ELEMENTS:
            refuse("foreign_namespace", f"it has an element that SAML does not know: {element.tag}")
        for uri in element.nsmap.values():
            if uri not in DECLARED:
                refuse(
                    "foreign_namespace", f"it declares a namespace that SAML has no use for: {uri}"
                )


def _check_ids(root: Any) -> None:
    ids = [element.get("ID") for element in root.iter() if element.get("ID") is not None]
    if len(ids) != len(set(ids)):
        refuse("duplicate_id", "two elements have the same ID")
