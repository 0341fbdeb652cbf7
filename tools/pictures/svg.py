"""Pictures as SVG: legible on light and dark pages, with a title for those who can't see them."""

from __future__ import annotations

from html import escape

from tools.pictures.text import Arrow, Picture

COLUMN, ROW, BOX, MARGIN = 240, 44, 34, 20
CHAIN_WIDTH, CHAIN_STEP = 190, 84
HEAD = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" \
aria-label="{title}" font-family="system-ui, sans-serif" font-size="13">
<title>{title}</title>
<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" \
orient="auto"><path d="M0 0L8 4L0 8z" fill="#5f6b7a"/></marker></defs>
<rect width="{width}" height="{height}" rx="8" fill="#ffffff"/>
"""


def draw(picture: Picture) -> str:
    """The whole SVG document."""
    return _sequence(picture) if picture.kind == "participants" else _chain(picture)


def _sequence(picture: Picture) -> str:
    """Participants side by side; time goes down."""
    width = COLUMN * len(picture.names) + 2 * MARGIN
    height = BOX + ROW * (len(picture.arrows) + 1) + 2 * MARGIN
    middle = {name: MARGIN + COLUMN * (n + 0.5) for n, name in enumerate(picture.names)}
    parts = [HEAD.format(width=width, height=height, title=escape(picture.title))]
    for name, x in middle.items():
        parts.append(_box(x, MARGIN, COLUMN - 30, name))
        parts.append(_line(x, MARGIN + BOX, x, height - MARGIN, "#d5dae1"))
    for number, arrow in enumerate(picture.arrows, start=1):
        y = MARGIN + BOX + ROW * number
        start, end = middle[arrow.source], middle[arrow.target]
        parts.append(_line(start, y, end, y, "#5f6b7a", tip=True))
        parts.append(_text((start + end) / 2, y - 7, f"{number}. {arrow.label}", halo=True))
    return "".join([*parts, "</svg>\n"])


def _chain(picture: Picture) -> str:
    """Names under each other, labels at the arrows between them; others stand at the side."""
    names = picture.names
    height = CHAIN_STEP * (len(names) - 1) + BOX + 2 * MARGIN
    x, aside, width = MARGIN + CHAIN_WIDTH / 2, 570, 690
    top = {name: MARGIN + CHAIN_STEP * n for n, name in enumerate(names)}
    parts = [HEAD.format(width=width, height=height, title=escape(picture.title))]
    parts += [_box(x, y, CHAIN_WIDTH, name) for name, y in top.items()]
    others = dict.fromkeys(name for a in picture.arrows for name in a[:2] if name not in top)
    parts += [_box(aside, top[names[-1]], CHAIN_WIDTH, name) for name in others]
    for arrow in picture.arrows:
        parts += _beside(arrow, top) if arrow.target in top and arrow.source in top else []
    for n, arrow in enumerate(a for a in picture.arrows if {a.source, a.target} & set(others)):
        y = top[names[-1]] + (8 if n == 0 else 26)
        ends = (x + CHAIN_WIDTH / 2, aside - CHAIN_WIDTH / 2)
        start, end = ends if arrow.source in top else ends[::-1]
        parts.append(_line(start, y, end, y, "#5f6b7a", tip=True))
        parts.append(_text(sum(ends) / 2, y + (-6 if n == 0 else 18), arrow.label))
    return "".join([*parts, "</svg>\n"])


def _beside(arrow: Arrow, top: dict[str, int]) -> list[str]:
    x, start, end = MARGIN + CHAIN_WIDTH / 2, top[arrow.source] + BOX, top[arrow.target]
    label = _text(x + 12, (start + end) / 2 + 4, arrow.label, anchor="start")
    return [_line(x, start, x, end, "#5f6b7a", tip=True), label]


def _box(x: float, y: float, width: float, name: str) -> str:
    left = x - width / 2
    return (
        f'<rect x="{left:g}" y="{y:g}" width="{width:g}" height="{BOX}" rx="6" fill="#eef3fb"'
        f' stroke="#4a6fa5"/>\n{_text(x, y + BOX / 2 + 5, name)}'
    )


def _line(*points: float | str, tip: bool = False) -> str:
    *ends, colour = points
    x1, y1, x2, y2 = (f"{end:g}" for end in ends if not isinstance(end, str))
    marker = ' marker-end="url(#tip)"' if tip else ""
    return f'<line x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}" stroke="{colour}"{marker}/>\n'


def _text(x: float, y: float, text: str, anchor: str = "middle", *, halo: bool = False) -> str:
    around = ' paint-order="stroke" stroke="#ffffff" stroke-width="4"' if halo else ""
    return (
        f'<text x="{x:g}" y="{y:g}" text-anchor="{anchor}" fill="#1d2733"{around}>'
        f"{escape(text)}</text>\n"
    )
