"""Where a login may end: the addresses that a connection trusts.

Trusted are the account's own page at Flex, Flex's bare origin (which the hosted UI sends), the
default redirect URL, and the trusted domains, for example `http://localhost:3000` or
`https://example.com/flex`: scheme, host and port must be the same, a path stands for everything
under it. There are no wildcards.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import SplitResult, unquote, urlsplit

if TYPE_CHECKING:
    from sandbox.twilio.accounts import Account, Connection

FLEX = "https://flex.twilio.com"
SDK_CALLBACK = "https://services.twilio.com/v1/Flex/Authentication/Callback"
_PORTS = {"https": 443, "http": 80}


def is_trusted(account: Account, connection: Connection, url: str) -> bool:
    """True if a login of this connection may end at `url`."""
    target = _split(url)
    if target is None or target.username is not None or target.fragment:
        return False
    hosted = [account.login_link, SDK_CALLBACK]
    named = [*hosted, connection.default_redirect_url, *connection.trusted_domains]
    patterns = (_split(one.strip()) for one in named)
    covered = any(pattern is not None and _covers(pattern, target) for pattern in patterns)
    return covered or url.rstrip("/") == FLEX


def is_web_address(url: str) -> bool:
    """http or https, with a host, and nothing that would break a header."""
    return _split(url) is not None and url.isprintable()


def _covers(pattern: SplitResult, target: SplitResult) -> bool:
    if _origin(pattern) != _origin(target) or ".." in unquote(target.path).split("/"):
        return False
    folder = pattern.path.rstrip("/")
    return target.path.rstrip("/") == folder or target.path.startswith(folder + "/")


def _origin(parts: SplitResult) -> tuple[str, str | None, int]:
    return parts.scheme, parts.hostname, parts.port or _PORTS[parts.scheme]


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        usable = parts.scheme in _PORTS and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return None
    # Browsers read a backslash as a slash, so the host would not be the one that was compared.
    return parts if usable and "\\" not in url else None
