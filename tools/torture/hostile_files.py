"""Metadata files and roles.csv that nobody should believe, by name; and what is a fair answer.

`refused` files must be refused. The others may be taken, but what is taken must lead nowhere else
than the genuine file: to Google's own SSO URL, to people whose address is a real one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

ROOTS = (
    ("a Response", "<samlp:Response xmlns:samlp='urn:oasis:names:tc:SAML:2.0:protocol'/>"),
    ("several providers", "<EntitiesDescriptor xmlns='urn:oasis:names:tc:SAML:2.0:metadata'/>"),
    ("another namespace", "<EntityDescriptor xmlns='urn:other' entityID='x'/>"),
    ("SVG", "<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
    ("HTML", "<!doctype html><html><title>Sign in - Google Accounts</title></html>"),
    ("JSON", '{"entityID": "https://accounts.google.com/o/saml2?idpid=C01sandbx"}'),
    ("YAML", "!!python/object/apply:os.system ['true']"),
    ("nothing", ""),
    ("spaces", " \n\t "),
    ("a NUL", "\0"),
    ("binary", "\x7fELF\x02\x01"),
    (
        "XInclude",
        "<x xmlns:xi='http://www.w3.org/2001/XInclude'><xi:include href='/etc/passwd'/></x>",
    ),
)
DTDS = {
    "entity bomb": '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;"><!ENTITY c "&b;&b;">]>',
    "XXE file": '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
    "XXE address": '<!DOCTYPE x [<!ENTITY a SYSTEM "http://127.0.0.1:9/x">]>',
    "parameter entity": '<!DOCTYPE x [<!ENTITY % a SYSTEM "http://127.0.0.1:9/x"> %a;]>',
    "external DTD": '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">',
    "public DTD": '<!DOCTYPE x PUBLIC "-//W3C//DTD XHTML 1.0//EN" "http://127.0.0.1:9/x.dtd">',
    "empty DTD": "<!DOCTYPE x>",
    "attribute list": '<!DOCTYPE x [<!ATTLIST x y CDATA "z">]>',
}
SSO_URLS = (
    "http://accounts.google.com/o/saml2/idp?idpid=C01sandbx",
    "https://accounts.google.com.evil.example/o/saml2/idp?idpid=C01sandbx",
    "https://evil.example/o/saml2/idp?idpid=C01sandbx",
    "https://accounts.google.com@evil.example/o/saml2/idp?idpid=C01sandbx",
    "https://evil.example#accounts.google.com/o/saml2/idp?idpid=C01sandbx",
    "https://evil.example\\@accounts.google.com/o/saml2/idp?idpid=C01sandbx",
    "https://accounts.google.com:8443@evil.example/?idpid=C01sandbx",
    "https://accounts-google.com/o/saml2/idp?idpid=C01sandbx",
    "https://ассоunts.google.com/o/saml2/idp?idpid=C01sandbx",  # noqa: RUF001  the point
    "https://accounts.google.com。evil.example/?idpid=C01sandbx",
    "javascript:alert(1)",
    "data:text/html,x",
    "file:///etc/passwd",
    "//evil.example/o/saml2/idp?idpid=C01sandbx",
    "/o/saml2/idp?idpid=C01sandbx",
    "https://",
    "https://[::1",
    "https://accounts.google.com/o/saml2/idp?idpid=C0evil000",
    "",
)


class Hostile(NamedTuple):
    """One file."""

    name: str
    content: bytes
    refused: bool = False


def metadata(genuine: bytes) -> Iterator[Hostile]:
    """Made from a genuine file that is taken."""
    text = genuine.decode()
    body = text.partition("?>")[2]
    for name, content in ROOTS:
        yield Hostile(f"root: {name}", content.encode(), refused=True)
    for name, dtd in DTDS.items():
        yield Hostile(f"DTD: {name}", f'<?xml version="1.0"?>{dtd}{body}'.encode(), refused=True)
    location = re.search(r'Location="([^"]+)"', text)
    for url in SSO_URLS if location else ():
        changed = text.replace(location[1], url) if location else text
        yield Hostile(f"SSO URL: {url[:60]}", changed.encode(), refused=True)
    for encoding in ("utf-16", "utf-32", "utf-7", "cp037", "utf-16-le"):
        yield Hostile(f"encoding: {encoding}", text.encode(encoding), refused=True)
    yield from _large(text)
    yield from _moved(text)
    for tenth in range(1, 20):
        yield Hostile(f"cut at {tenth * 5}%", genuine[: len(genuine) * tenth // 20], refused=True)


def _large(text: str) -> Iterator[Hostile]:
    yield Hostile("65 kB of comment", f"{text}<!--{'x' * 65_000}-->".encode(), refused=True)
    yield Hostile("100 MB", b" " * 100_000_000, refused=True)
    for depth in (100, 5000, 8000):
        content = f"{'<a>' * depth}{'</a>' * depth}".encode()
        yield Hostile(f"{depth} levels", content, refused=True)
    attributes = " ".join(f'a{number}="x"' for number in range(5000))
    yield Hostile("5000 attributes", f"<x {attributes}/>".encode(), refused=True)


def _moved(text: str) -> Iterator[Hostile]:
    """Parts missing, doubled, or with something in their middle."""
    for element in ("IDPSSODescriptor", "SingleSignOnService", "KeyDescriptor", "X509Certificate"):
        other = text.replace(f":{element}", f":Other{element}")
        yield Hostile(f"no {element}", other.encode(), refused=True)
    certificate = re.search(r"<ds:X509Certificate>(.*?)</ds:X509Certificate>", text, re.DOTALL)
    for name, inside in {
        "a comment": "<!-- -->",
        "an element": "<b/>",
        "another character": "!",
        "an instruction": "<?x y?>",
    }.items():
        if certificate:
            broken = certificate[1][:80] + inside + certificate[1][80:]
            yield Hostile(f"certificate with {name}", text.replace(certificate[1], broken).encode())
    key = "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----"
    yield Hostile("a private key in a comment", f"{text}<!--{key}-->".encode(), refused=True)
    yield Hostile("text after the end", f"{text}<x/>".encode(), refused=True)
    yield Hostile("a BOM", b"\xef\xbb\xbf" + text.encode())
    yield Hostile("line ends of DOS", text.replace("\n", "\r\n").encode())
    yield Hostile("a NUL inside", text.replace("idpid", "idp\0id", 1).encode(), refused=True)


HEADER = "email,roles,full_name\n"
ADDRESSES = {
    "a Cyrillic letter": "аda@acme.example",  # noqa: RUF001  the point
    "a wide @": "ada＠acme.example",  # noqa: RUF001
    "a zero-width space": "ada\u200b@acme.example",
    "right to left": "\u202eada@acme.example",
    "a soft hyphen": "a\u00adda@acme.example",
    "a look-alike domain": "ada@аcme.example",  # noqa: RUF001
    "two @": "ada@evil.example@acme.example",
    "no @": "ada",
    "no domain": "ada@",
    "a space": "a da@acme.example",
    "a formula": "=cmd|'/c calc'!A0",
    "a NUL": "a\0da@acme.example",
    "a bell": "a\x07da@acme.example",
}
ROLES = {
    "unknown": "agnet",
    "formula": "=1+1",
    "look-alike": "аgent",  # noqa: RUF001
    "empty": "",
    "markup": "<b>",
    "upper case": "AGENT",
}
LINES = {
    "an open quote": 'ada@acme.example,"agent\n',
    "text after a quote": '"ada@acme.example"x,agent\n',
    "too many columns": "ada@acme.example,agent,Ada,x,y\n",
    "somebody twice": "ada@acme.example,agent\nADA@acme.example,admin\n",
    "a field of 1 MB": f"ada@acme.example,agent,{'x' * 1_000_000}\n",
}
HEADERS = (
    "",
    "email\n",
    "roles\n",
    "email;roles\n",
    "email,roles,roles\n",
    "email,roles,x\n",
    "\0\n",
)


def people() -> Iterator[Hostile]:
    """Files for `tenant.roles.file`."""
    for name, address in ADDRESSES.items():
        yield Hostile(f"address: {name}", f"{HEADER}{address},agent\n".encode(), refused=True)
    for name, role in ROLES.items():
        content = f"{HEADER}ada@acme.example,{role}\n".encode()
        yield Hostile(f"role: {name}", content, refused=name != "upper case")
    for name, lines in LINES.items():
        yield Hostile(f"line: {name}", f"{HEADER}{lines}".encode(), refused=True)
    for header in HEADERS:
        content = f"{header}ada@acme.example,agent\n".encode()
        yield Hostile(f"header: {header!r}", content, refused=True)
    for encoding in ("utf-16", "cp037"):
        content = f"{HEADER}ada@acme.example,agent\n".encode(encoding)
        yield Hostile(f"encoding: {encoding}", content, refused=True)
    for start in "=+-@\t":
        content = f'{HEADER}ada@acme.example,agent,"{start}cmd()"\n'.encode()
        yield Hostile(f"full name that begins with {start!r}", content)
