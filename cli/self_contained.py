"""A page as one HTML file: readable without a network, style and script in the page itself.

They are allowed by their hashes and nothing else is (Content-Security-Policy); every value is
escaped.
"""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

TEMPLATES = Path(__file__).parent / "templates"


def environment() -> Environment:
    """For the templates in `templates/`."""
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def parts(name: str, *more_style: str) -> dict[str, Any]:
    """`style`, `script` and their hashes, for a template: NAME.css (after others) and NAME.js."""
    style = Markup("").join(_part(f"{one}.css") for one in (*more_style, name))
    script = _part(f"{name}.js")
    hashes = {"style_hash": _hash(style), "script_hash": _hash(script)}
    return {"style": style, "script": script, **hashes}


def _part(name: str) -> Markup:
    """A file of ours, which needs no escaping."""
    return Markup((TEMPLATES / name).read_text(encoding="utf-8"))  # noqa: S704


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"
