"""What a request carries: forms of either encoding and JSON objects, never more than 256 kB."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from sandbox.twilio.errors import TwilioError, invalid

if TYPE_CHECKING:
    from starlette.requests import Request

MAX_BODY = 256 * 1024


class FormTooLargeError(Exception):
    """A body of more than 256 kB."""


async def body(request: Request) -> bytes:
    """The body. Raises FormTooLargeError before reading too much."""
    if int(request.headers.get("content-length") or 0) > MAX_BODY:
        raise FormTooLargeError
    content = b""
    async for chunk in request.stream():
        content += chunk
        if len(content) > MAX_BODY:
            raise FormTooLargeError
    return content


async def form(request: Request) -> dict[str, str]:
    """The text fields of a form; of a repeated one the last."""
    if request.headers.get("content-type", "").startswith("multipart/form-data"):
        if int(request.headers.get("content-length") or MAX_BODY + 1) > MAX_BODY:
            raise FormTooLargeError
        parts = await request.form()
        return {name: text for name, text in parts.multi_items() if isinstance(text, str)}
    return dict(parse_qsl((await body(request)).decode("utf-8", "replace"), keep_blank_values=True))


async def json_object(request: Request) -> dict[str, Any]:
    """The JSON object of a body. Raises TwilioError 415 for another type, 400 for no object."""
    if request.headers.get("content-type", "").split(";")[0].strip() != "application/json":
        raise TwilioError(415, 20415, "Content-Type must be application/json")
    found = parse_object(await body(request))
    if found is None:
        raise invalid("The request body must be a JSON object")
    return found


def parse_object(content: bytes | str) -> dict[str, Any] | None:
    """The JSON object that `content` is; None if it is none, or could not be shown again.

    That is so with NaN, with half a surrogate pair and with nesting deeper than Python's stack.
    """
    try:
        found = json.loads(content)
        json.dumps(found, allow_nan=False, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
