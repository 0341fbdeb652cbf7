"""The text from which a picture is drawn: a heading line of names, then arrows.

participants: A | B          or   chain: a | b
A -> B: what goes along
"""

from __future__ import annotations

from typing import NamedTuple


class Arrow(NamedTuple):
    """From one name to another, with a label."""

    source: str
    target: str
    label: str


class Picture(NamedTuple):
    """A parsed text. `kind` is `participants` or `chain`."""

    kind: str
    title: str
    names: list[str]
    arrows: list[Arrow]


def parse(text: str) -> Picture:
    """Read a text; its first comment is the title.

    Raises ValueError for a line that is none of the above, or an arrow of the first kind between
    names that nobody introduced.
    """
    first, *lines = [line for line in text.splitlines() if line.strip()]
    title = first.removeprefix("# ").partition(". ")[0]
    kind, _, names = lines[0].partition(": ")
    found = [name.strip() for name in names.split("|")]
    arrows = [_arrow(line) for line in lines[1:]]
    for arrow in arrows:
        unknown = {arrow.source, arrow.target} - set(found)
        if kind == "participants" and unknown:
            raise ValueError(f"nobody introduced {', '.join(sorted(unknown))}")
    return Picture(kind, title, found, arrows)


def _arrow(line: str) -> Arrow:
    ends, colon, label = line.partition(": ")
    source, sign, target = ends.partition(" -> ")
    if not (colon and sign):
        raise ValueError(f"expected A -> B: label, got {line!r}")
    return Arrow(source.strip(), target.strip(), label.strip())
