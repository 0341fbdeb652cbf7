"""What Twilio's error answers mean, and which of them are worth another try.

Bodies are {"code", "message", "more_info", "status"}. Source: Flex Configuration REST API, and the
codes of Flex's clients.
"""

from __future__ import annotations

import json
from typing import Any

from models.errors import (
    ConflictError,
    NotFoundError,
    PermissionDeniedError,
    RateLimitedError,
    VendorApiError,
)
from providers.plain_text import plain
from providers.retry import LONGEST_WAIT_SECONDS, asked_wait

_RETRIED_CODES = {45010: "Flex limits the rate of requests", 45780: "another request is under way"}
_HINTS = {
    20003: "the API key or its secret is wrong, or the key is another account's",
    70051: "the API key lacks a permission: make a standard or main key",
    45004: "Twilio does not let this property be changed",
    70002: "add this address to Trusted domains in the SSO form",
    70251: "the SSO form has no valid certificate: paste the whole PEM again",
}
_BY_STATUS: dict[int, type[VendorApiError]] = {
    401: PermissionDeniedError,
    403: PermissionDeniedError,
    404: NotFoundError,
    409: ConflictError,
    429: RateLimitedError,
}


def parse(text: str) -> tuple[int, str]:
    """(code, message) of an error body; 0 where there is no code."""
    try:
        body: Any = json.loads(text)
        return int(body.get("code") or 0), plain(str(body.get("message") or ""))
    except (ValueError, AttributeError, TypeError):
        return 0, plain(text)


def translate(status: int, text: str, doing: str, retry_after: str | None = None) -> VendorApiError:
    """Our error for Twilio's answer to what we were `doing`."""
    code, message = parse(text)
    wait = asked_wait(retry_after)
    temporary = status == 429 or status >= 500 or code in _RETRIED_CODES
    number = f" (code {code})" if code else ""
    if wait is not None and wait > LONGEST_WAIT_SECONDS:
        number, temporary = f"{number} (it asks to wait {wait:.0f} s)", False
    kind = RateLimitedError if code in _RETRIED_CODES else _BY_STATUS.get(status, VendorApiError)
    return kind(
        f"Twilio answered {status} while {doing}: {message or 'no message'}{number}",
        hint=_HINTS.get(code, ""),
        status=status,
        reason=str(code or ""),
        temporary=temporary,
        retry_after=wait,
    )
