"""Google's error bodies, one function a row of what the APIs are known to answer.

Envelope: {"error": {"code": N, "message": M, "errors": [{"message": M, "domain": "global",
"reason": R}]}}. Rows marked inferred in their docstring are likely but unproven.
"""

from __future__ import annotations

from typing import Any


class GoogleError(Exception):
    """An answer of an API that is not a success: HTTP status, reason, message, headers."""

    def __init__(
        self, status: int, reason: str, message: str, headers: dict[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.reason = reason
        self.message = message
        self.headers = headers or {}

    def body(self) -> dict[str, Any]:
        """The JSON body."""
        error: dict[str, Any] = {"code": self.status, "message": self.message}
        if self.reason:
            detail = {"message": self.message, "domain": "global", "reason": self.reason}
            error["errors"] = [detail]
        return {"error": error}


def invalid(what: str = "") -> GoogleError:
    """400 for a value that breaks a rule; `what` follows the colon."""
    return GoogleError(400, "invalid", f"Invalid Input: {what}" if what else "Invalid Input")


def invalid_custom_schema() -> GoogleError:
    """400 for an unknown schema or field, or a value of the wrong shape."""
    return invalid("custom_schema")


def bad_request(message: str = "Bad Request") -> GoogleError:
    """400 for a request that does not fit the published description."""
    return GoogleError(400, "badRequest", message)


def parse_error() -> GoogleError:
    """400 for a body that is not JSON."""
    return GoogleError(400, "parseError", "Parse Error")


def required(what: str) -> GoogleError:
    """400 for a missing member of the body (message inferred)."""
    return GoogleError(400, "required", f"Missing required field: {what}")


def login_required() -> GoogleError:
    """401 without a token."""
    return GoogleError(401, "required", "Login Required", {"WWW-Authenticate": "Bearer"})


def invalid_credentials() -> GoogleError:
    """401 for a token that is unknown or over."""
    header = {
        "WWW-Authenticate": 'Bearer realm="https://accounts.google.com/", error=invalid_token'
    }
    return GoogleError(401, "authError", "Invalid Credentials", header)


def not_authorized() -> GoogleError:
    """403 for a caller who is no administrator, or an object of somebody else."""
    return GoogleError(403, "forbidden", "Not Authorized to access this resource/api")


def insufficient_scopes(scopes: list[str]) -> GoogleError:
    """403 for a token without a fitting scope."""
    header = 'Bearer realm="https://accounts.google.com/", error="insufficient_scope", scope="{}"'
    return GoogleError(
        403,
        "insufficientPermissions",
        "Request had insufficient authentication scopes.",
        {"WWW-Authenticate": header.format(" ".join(scopes))},
    )


def user_rate_limit_exceeded() -> GoogleError:
    """403 above the queries per minute (message inferred)."""
    return GoogleError(403, "userRateLimitExceeded", "User Rate Limit Exceeded")


def not_found(what: str) -> GoogleError:
    """404; `what` is the name of the path parameter, such as userKey (schemaKey: inferred)."""
    return GoogleError(404, "notFound", f"Resource Not Found: {what}")


def unknown_url() -> GoogleError:
    """404 for a URL that no API has (Google answers a web page; the body here is inferred)."""
    return GoogleError(404, "notFound", "Not Found")


def duplicate() -> GoogleError:
    """409 for a name or address that is taken."""
    return GoogleError(409, "duplicate", "Entity already exists.")


def condition_not_met() -> GoogleError:
    """412 for a write in the seconds after a user was created."""
    return GoogleError(412, "conditionNotMet", "User creation is not complete.")


def too_large(what: str) -> GoogleError:
    """413 for values that do not fit into a profile."""
    return GoogleError(413, "", f"Profile quota is exceeded.: Data is too large for {what}")


def field_in_use() -> GoogleError:
    """500 without a reason: a field or schema that Google refuses to delete."""
    return GoogleError(500, "", "Cannot delete a field in use.resource.fields")


def not_emulated(operation: str) -> GoogleError:
    """501: Google has this, the sandbox does not. No vendor answers so."""
    return GoogleError(501, "notImplemented", f"The sandbox does not emulate {operation}.")
