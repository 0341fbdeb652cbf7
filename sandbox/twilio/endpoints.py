"""A host's endpoints as a table: what serves each one, and how well it is founded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.routing import Route

from sandbox.parity import Mark, Parity
from sandbox.twilio.errors import METHOD_NOT_ALLOWED, TwilioError, not_found
from sandbox.twilio.forms import FormTooLargeError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.types import ASGIApp


@dataclass(frozen=True)
class Endpoint:
    """`serves` names the method of the handlers' object that answers."""

    method: str
    path: str
    serves: str
    mark: Mark
    note: str = ""


def parity(host: str, endpoints: Sequence[Endpoint]) -> list[Parity]:
    """The rows of the parity table."""
    return [Parity(one.method, host, one.path, one.mark, one.note) for one in endpoints]


def application(endpoints: Sequence[Endpoint], handlers: Any) -> ASGIApp:
    """An application that answers these endpoints, and everything else as Twilio does."""
    return Starlette(
        routes=[
            Route(one.path, getattr(handlers, one.serves), methods=[one.method])
            for one in endpoints
        ],
        exception_handlers={
            TwilioError: _twilio_error,
            FormTooLargeError: _too_large,
            HTTPException: _http_error,
        },
    )


async def _twilio_error(_request: Request, error: Exception) -> Response:
    assert isinstance(error, TwilioError)  # noqa: S101  the table above says so
    return error.answer()


async def _too_large(_request: Request, _error: Exception) -> Response:
    return TwilioError(413, 20413, "The request is larger than 256 kB").answer()


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101  the table above says so
    if error.status_code == 404:
        return not_found(request.scope["path"]).answer()
    code = METHOD_NOT_ALLOWED if error.status_code == 405 else 20000 + error.status_code
    return TwilioError(error.status_code, code, str(error.detail)).answer()
