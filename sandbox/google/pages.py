"""What Google's pages have in common: templates, links that can be opened, forms with a limit."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse, Response

from sandbox.hosts import ALL_HOSTS, reachable

if TYPE_CHECKING:
    from starlette.requests import Request

MAX_FORM = 256 * 1024

_TEMPLATES = Path(__file__).parent.parent / "templates"


class FormTooLargeError(Exception):
    """A form of more than 256 kB."""


def link(url: str) -> str:
    """A real URL as the visitor of this page can open it."""
    return reachable(url, ALL_HOSTS)


_environment = Environment(
    loader=FileSystemLoader(_TEMPLATES),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_environment.globals["link"] = link


def page(template: str, status: int = 200, **context: Any) -> Response:
    """`google_<template>.html` as a response that no browser keeps."""
    made = _environment.get_template(f"google_{template}.html").render(vendor="Google", **context)
    return HTMLResponse(made, status, headers={"Cache-Control": "no-store"})


async def limited_form(request: Request) -> dict[str, str]:
    """The fields of a urlencoded form. Raises FormTooLargeError beyond 256 kB."""
    content = b""
    async for chunk in request.stream():
        content += chunk
        if len(content) > MAX_FORM:
            raise FormTooLargeError
    return dict(parse_qsl(content.decode("utf-8", "replace"), keep_blank_values=True))
