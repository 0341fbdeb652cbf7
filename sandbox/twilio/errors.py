"""Twilio's error body, the same on every host: `{"code", "message", "more_info", "status"}`.

TwilioError
├── unauthorized()   401 20003  no or wrong credentials
├── forbidden()      403 45003  right credentials, another account's thing
├── invalid()        400 45004  a value that Flex refuses
└── not_found()      404 20404  no such path or resource
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.requests import Request
    from starlette.routing import BaseRoute

MORE_INFO = "https://www.twilio.com/docs/errors/"

_CODE_OF_STATUS = {404: 20404, 405: 20004}


class TwilioError(Exception):
    """An answer that is an error. `code` is Twilio's, `status` is HTTP's."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message

    def response(self) -> Response:
        """The error as an HTTP response."""
        return error_response(self.status, self.code, self.message)


def unauthorized() -> TwilioError:
    """No credentials, or wrong ones."""
    return TwilioError(401, 20003, "Authenticate")


def forbidden(message: str) -> TwilioError:
    """Credentials of somebody else."""
    return TwilioError(403, 45003, message)


def invalid(message: str) -> TwilioError:
    """A value that fails Flex's validation."""
    return TwilioError(400, 45004, message)


def not_found(path: str) -> TwilioError:
    """Nothing at this path."""
    return TwilioError(404, 20404, f"The requested resource {path} was not found")


def error_response(status: int, code: int, message: str) -> Response:
    """Twilio's error body with its HTTP status."""
    body = {"code": code, "message": message, "more_info": f"{MORE_INFO}{code}", "status": status}
    return JSONResponse(body, status)


async def _answer(_request: Request, error: Exception) -> Response:
    assert isinstance(error, TwilioError)  # noqa: S101  registered for this class only
    return error.response()


async def _answer_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101  registered for this class only
    if error.status_code == 404:
        return not_found(request.scope["path"]).response()
    code = _CODE_OF_STATUS.get(error.status_code, 20001)
    return error_response(error.status_code, code, HTTPStatus(error.status_code).phrase)


def application(routes: Sequence[BaseRoute]) -> Starlette:
    """An application whose errors, unknown paths included, have Twilio's body."""
    handlers = {TwilioError: _answer, HTTPException: _answer_http}
    app = Starlette(routes=list(routes), exception_handlers=handlers)
    app.router.redirect_slashes = False
    return app
