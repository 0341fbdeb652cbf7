"""From the form field to one tree that is safe to look at: nothing is believed yet.

The order is from cheap to dear, and each step may rely on those before it.
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import Any

from lxml import etree

from sandbox.twilio.rejected import RejectedError

SAMLP = "urn:oasis:names:tc:SAML:2.0:protocol"
SAML = "urn:oasis:names:tc:SAML:2.0:assertion"
DS = "http://www.w3.org/2000/09/xmldsig#"
XS = "http://www.w3.org/2001/XMLSchema"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
SUCCESS = "urn:oasis:names:tc:SAML:2.0:status:Success"
MAX_RESPONSE = 256 * 1024

_DECLARED = re.compile(rb"<\?xml[^>]*encoding\s*=\s*[\"']([^\"']+)[\"']")
_ELEMENTS = frozenset({SAMLP, SAML, DS})
_NAMESPACES = _ELEMENTS | {XS, XSI}


def decode(field: str) -> bytes:
    """The XML in a SAMLResponse field. Base64 may be broken into lines, else it is strict."""
    if not field:
        raise RejectedError("missing")
    if len(field) > MAX_RESPONSE * 4 // 3 + 4:
        raise RejectedError("too_large")
    try:
        return base64.b64decode(field.replace("\r", "").replace("\n", ""), validate=True)
    except (ValueError, binascii.Error):
        raise RejectedError("not_base64") from None


def parse(content: bytes) -> Any:
    """The root samlp:Response: only SAML's own parts, one Assertion, no ID twice."""
    _check_encoding(content)
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise RejectedError("doctype")
    root = _tree(content)
    _check_nodes(root)
    if root.tag != f"{{{SAMLP}}}Response" or root.get("Version") != "2.0":
        raise RejectedError("not_a_response")
    _check_ids(root)
    _check_assertions(root)
    return root


def statuses(root: Any) -> tuple[list[str], str]:
    """Status codes of all levels, and the message: text that anybody may have written."""
    codes = [
        code.get("Value", "") for code in root.iterfind(f"{{{SAMLP}}}Status//{{{SAMLP}}}StatusCode")
    ]
    message = root.findtext(f"{{{SAMLP}}}Status/{{{SAMLP}}}StatusMessage") or ""
    return codes, message.strip()


def _check_encoding(content: bytes) -> None:
    declared = _DECLARED.match(content)
    if declared and declared.group(1).lower() not in {b"utf-8", b"utf8"}:
        raise RejectedError("not_utf8")
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        raise RejectedError("not_utf8") from None
    if b"\0" in content:
        raise RejectedError("not_utf8")


def _tree(content: bytes) -> Any:
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    try:
        return etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise RejectedError("not_xml") from None


def _check_nodes(root: Any) -> None:
    """Comments would cut texts in two; unknown namespaces are where forged parts hide."""
    if root.getroottree().xpath("//comment() | //processing-instruction()"):
        raise RejectedError("comment")
    for element in root.iter():
        if etree.QName(element).namespace not in _ELEMENTS:
            raise RejectedError("foreign_namespace", f"<{element.tag}>")
        foreign = set(element.nsmap.values()) - _NAMESPACES
        if foreign:
            raise RejectedError("foreign_namespace", ", ".join(sorted(foreign)))


def _check_ids(root: Any) -> None:
    ids = [
        element.get(name)
        for element in root.iter()
        for name in ("ID", "Id", "id")
        if name in element.attrib
    ]
    if len(ids) != len(set(ids)):
        raise RejectedError("duplicate_id")


def _check_assertions(root: Any) -> None:
    codes, message = statuses(root)
    found = list(root.iter(f"{{{SAML}}}Assertion"))
    if next(root.iter(f"{{{SAML}}}EncryptedAssertion"), None) is not None:
        raise RejectedError("encrypted")
    if not found and codes[:1] != [SUCCESS]:
        names = " / ".join(code.rpartition(":")[2] for code in codes)
        raise RejectedError("idp_refused", f"It says: {names} {message}".rstrip())
    if len(found) != 1:
        raise RejectedError("assertion_count", f"It has {len(found)}.")
    if found[0].getparent() is not root:
        raise RejectedError("assertion_place")
