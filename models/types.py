"""The trade's words as types: each knows its own shape and says what is expected."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, HttpUrl


def _matching(pattern: str, expected: str) -> Callable[[str], str]:
    compiled = re.compile(pattern)

    def check(value: str) -> str:
        if not compiled.fullmatch(value):
            raise ValueError(f"expected {expected}, got {value!r}")
        return value

    return check


def _https(value: str) -> str:
    HttpUrl(value)
    if not value.startswith("https://"):
        raise ValueError(f"expected an address that starts with https://, got {value!r}")
    return value


def _https_or_loopback(value: str) -> str:
    """Plain http would show a network what is sent, so it is for this machine alone."""
    parts = urlsplit(value)
    if parts.scheme == "http" and parts.hostname in {"127.0.0.1", "localhost", "::1"}:
        HttpUrl(value)
        return value
    return _https(value)


def _email(value: str) -> str:
    value = value.strip().lower()
    if not re.fullmatch(r"[^@\s\"'<>,;]+@[a-z0-9-]+(\.[a-z0-9-]+)+", value):
        raise ValueError(f"expected an e-mail address, got {value!r}")
    return value


def _runtime_domain(value: str) -> str:
    """The API writes `name.twil.io`, links use the part before it: we keep that part."""
    return _matching(r"[a-z0-9][a-z0-9-]*", "a Flex runtime domain such as iris-macaw-7585")(
        value.removesuffix(".twil.io")
    )


EmailAddress = Annotated[str, AfterValidator(_email)]
AccountSid = Annotated[
    str, AfterValidator(_matching(r"AC[0-9a-fA-F]{32}", "an Account SID: AC and 32 hex digits"))
]
ConnectionSid = Annotated[
    str, AfterValidator(_matching(r"JQ[0-9a-fA-F]{32}", "a connection: JQ and 32 hex digits"))
]
CustomerId = Annotated[
    str,
    AfterValidator(
        _matching(
            r"my_customer|C[0-9a-zA-Z]{7,9}",
            "a Google customer id such as C0123abcd (Account > Account settings), or my_customer",
        )
    ),
]
Domain = Annotated[
    str, AfterValidator(_matching(r"[a-z0-9-]+(\.[a-z0-9-]+)+", "a domain such as acme.example"))
]
RuntimeDomain = Annotated[str, AfterValidator(_runtime_domain)]
HttpsUrl = Annotated[str, AfterValidator(_https)]
HttpsOrLoopbackUrl = Annotated[str, AfterValidator(_https_or_loopback)]
Fingerprint = Annotated[
    str,
    AfterValidator(
        _matching(r"[0-9A-F]{2}(:[0-9A-F]{2}){31}", "a SHA-256 fingerprint such as AB:CD:…")
    ),
]
