"""What all pretend pages have in common: templates, and links that their visitor can open."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse, Response

from sandbox.hosts import ALL_HOSTS, reachable


def link(url: str) -> str:
    """A real URL as the visitor of this page can open it."""
    return reachable(url, ALL_HOSTS)


_environment = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_environment.globals["link"] = link


def page_of(vendor: str, template: str, status: int, context: dict[str, Any]) -> Response:
    """`<vendor>_<template>.html` as a response that no browser keeps."""
    name = f"{vendor.lower()}_{template}.html"
    made = _environment.get_template(name).render(vendor=vendor, **context)
    return HTMLResponse(made, status, headers={"Cache-Control": "no-store"})
