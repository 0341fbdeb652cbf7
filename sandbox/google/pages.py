"""What Google's pages have in common: templates, links that can be opened, forms with a limit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from sandbox.pages import link, page_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

MAX_FORM = 256 * 1024

__all__ = ["FormTooLargeError", "limited_form", "link", "page"]


class FormTooLargeError(Exception):
    """A form of more than 256 kB."""


def page(template: str, status: int = 200, **context: Any) -> Response:
    """`google_<template>.html`."""
    return page_of("Google", template, status, context)


async def limited_form(request: Request) -> dict[str, str]:
    """The fields of a urlencoded form. Raises FormTooLargeError beyond 256 kB."""
    content = b""
    async for chunk in request.stream():
        content += chunk
        if len(content) > MAX_FORM:
            raise FormTooLargeError
    return dict(parse_qsl(content.decode("utf-8", "replace"), keep_blank_values=True))
