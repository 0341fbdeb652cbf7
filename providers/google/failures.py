"""What Google's error answers mean, and which of them are worth another try.

Bodies are {"error": {"code", "message", "errors": [{"message", "domain", "reason"}]}}; now and then
one is plain text. Source: Directory API "Limits and Quotas", "Handle errors".
"""

from __future__ import annotations

import json

from models.errors import (
    ConflictError,
    NotFoundError,
    PermissionDeniedError,
    RateLimitedError,
    VendorApiError,
)
from providers.plain_text import plain
from providers.retry import LONGEST_WAIT_SECONDS, asked_wait

_RETRIED = {
    "userRateLimitExceeded": "the quota of queries a minute is used up",
    "rateLimitExceeded": "the account's limit of concurrent queries is reached",
    "quotaExceeded": "the limit of concurrent queries is reached",
    "backendError": "Google's servers ask for another try",
    "conditionNotMet": "the user is so new that writes do not reach it yet",
}
_RETRIED_STATUSES = {429, 500, 502, 503, 504}
_PLAIN_QUOTA = ("Request rate higher than configured", "quotaExceeded")
"""Texts of a 403 without JSON. Source: the Google Workspace provider of Terraform, issue 159."""
_PERMANENT_500 = "Cannot delete a field in use"


def parse(content: bytes | str) -> tuple[str, str]:
    """(reason, message) of an error body; the reason is empty where Google gives none."""
    text = content.decode("utf-8", "replace") if isinstance(content, bytes) else content
    try:
        error = json.loads(text)["error"]
        details = error.get("errors") or [{}]
        return str(details[0].get("reason", "")), plain(str(error.get("message", "")))
    except (ValueError, KeyError, TypeError, AttributeError, IndexError):
        return "", plain(text)


def retry_reason(status: int, reason: str, message: str = "") -> str | None:
    """Why this answer is worth another try, or None."""
    if _PERMANENT_500 in message:
        return None
    if reason in _RETRIED:
        return _RETRIED[reason]
    if status == 403 and not reason and message.startswith(_PLAIN_QUOTA):
        return _RETRIED["quotaExceeded"]
    if status in _RETRIED_STATUSES:
        return f"Google answered {status}"
    return None


_HINTS = {
    "insufficientPermissions": "grant the missing scope to the service account's client id"
    " (Security > API controls > Manage Domain Wide Delegation)",
    "forbidden": "the acting administrator lacks a privilege (Users, Custom schemas, Groups or"
    " Reports), or the customer id is another account's",
    "authError": "the credentials are expired or for another project",
    "required": "no credentials were sent: check tenant.credentials.google",
}


def translate(
    status: int, content: bytes | str, doing: str, retry_after: str | None = None
) -> VendorApiError:
    """Our error for Google's answer to what we were `doing`."""
    reason, message = parse(content)
    wait = asked_wait(retry_after)
    temporary = retry_reason(status, reason, message) is not None
    what = f"Google answered {status} while {doing}: {message or 'no message'}"
    if wait is not None and wait > LONGEST_WAIT_SECONDS:
        what, temporary = f"{what} (it asks to wait {wait:.0f} s)", False
    kind: type[VendorApiError] = VendorApiError
    if status == 429 or (temporary and status == 403):
        kind = RateLimitedError
    elif status in {401, 403}:
        kind = PermissionDeniedError
    elif status == 404:
        kind = NotFoundError
    elif status == 409:
        kind = ConflictError
    return kind(
        what,
        hint=_HINTS.get(reason, ""),
        status=status,
        reason=reason,
        temporary=temporary,
        retry_after=wait,
    )
