"""Twilio's error codes, and its error body: `{"code", "message", "more_info", "status"}`.

The same on every host. Source: Twilio's error dictionary; what a code is used for here is marked
in the parity table.
"""

from __future__ import annotations

from starlette.responses import JSONResponse, Response

MORE_INFO = "https://www.twilio.com/docs/errors/"

INVALID_PARAMETER = 20001
UNAUTHENTICATED = 20003
METHOD_NOT_ALLOWED = 20004
INVALID_TOKEN = 20101
NOT_FOUND = 20404
PRECONDITION_FAILED = 20412
FORBIDDEN = 45003
VALIDATION = 45004
MISSING_ATTRIBUTES = 45050
BAD_TOKEN = 45775
UNTRUSTED_DOMAIN = 70002
SAML_REJECTED = 70004
NO_CERTIFICATE = 70251


class TwilioError(Exception):
    """An answer that is an error. `code` is Twilio's, `status` is HTTP's."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message

    def body(self) -> dict[str, str | int]:
        """The JSON body."""
        return {
            "code": self.code,
            "message": self.message,
            "more_info": f"{MORE_INFO}{self.code}",
            "status": self.status,
        }

    def answer(self) -> Response:
        """The error as an HTTP response."""
        return JSONResponse(self.body(), self.status)


def invalid(message: str) -> TwilioError:
    """A value that fails Flex's validation."""
    return TwilioError(400, VALIDATION, message)


def forbidden(message: str) -> TwilioError:
    """Good credentials for another account's thing."""
    return TwilioError(403, FORBIDDEN, message)


def not_found(path: str) -> TwilioError:
    """Nothing at this path."""
    return TwilioError(404, NOT_FOUND, f"The requested resource {path} was not found")
