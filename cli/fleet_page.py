"""The fleet's page: counts and a time line in HTML, the rows as JSON for the page's own script.

The script makes so many rows of the table as are looked at, so ten thousand cost no more than a
hundred. Without a script the page still tells the counts.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from markupsafe import Markup

from cli.self_contained import environment, parts
from fleet.report import BEYOND, Row

if TYPE_CHECKING:
    from fleet.report import Overview

COLUMNS = {
    "stack": "Stack",
    "phase": "Phase",
    "outcome": "Last run",
    "waits_for": "Waits for",
    "why": "Next step, or why",
    "certificate_ends": "Certificate ends",
    "last_login": "Last verified login",
    "heard": "Heard of",
    "labels": "Labels",
}
"""Field of Row → head of its column, in this order."""


def render_page(seen: Overview) -> str:
    """The whole page."""
    # What lies beyond the line is no month and must not dwarf them.
    months = [span.number for span in seen.certificates if span.label != BEYOND]
    return (
        environment()
        .get_template("fleet.html")
        .render(
            seen=seen,
            most=max(months, default=0) or 1,
            columns=COLUMNS,
            made_at=seen.made_at.strftime("%Y-%m-%d %H:%M UTC"),
            rows=_as_json(seen),
            **parts("fleet"),
        )
    )


def _as_json(seen: Overview) -> Markup:
    """Rows as lists in the order of Row; sentences, which are often the same, are written once."""
    sentences: dict[str, int] = {}
    at = Row._fields.index("why")
    rows = []
    for row in seen.rows:
        cells: list[object] = list(row)
        cells[at] = sentences.setdefault(row.why, len(sentences))
        rows.append(cells)
    document = {"fields": Row._fields, "sentences": list(sentences), "rows": rows}
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    # Nothing in it may end the element that it stands in, or begin another.
    return Markup(text.translate({ord(one): f"\\u{ord(one):04x}" for one in "<>&\u2028\u2029"}))  # noqa: S704
