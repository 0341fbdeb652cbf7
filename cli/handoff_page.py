"""The hand-off as one HTML file: readable without a network, nothing secret in it."""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from cli.self_contained import environment, parts

if TYPE_CHECKING:
    from cli.handoff_view import View


def render_html(view: View) -> str:
    """The whole page."""
    pages = environment()
    pages.filters["code"] = _code
    pages.filters["base64"] = lambda text: base64.b64encode(text.encode()).decode()
    return pages.get_template("handoff.html").render(view=view, **parts("handoff"))


def _code(text: str) -> Markup:
    """Escaped, and what stands in `backticks` as code."""
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text))))  # noqa: S704
