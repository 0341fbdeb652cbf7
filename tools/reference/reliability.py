"""docs/explanation/reliability.md: its table of figures, from what `make torture` has kept."""

from __future__ import annotations

from tools.reference.page import code, table
from tools.torture.figures import FIGURES
from tools.torture.record import FOLDER, Measured, kept

PAGE = FOLDER / "reliability.md"
COLUMNS = ("figure", "cases", "wrong", "measured by")
BEGIN = "<!-- figures: kept by make torture, written by make docs -->\n"
END = "<!-- end of figures -->\n"


def render() -> str:
    """The page with a row for every figure; the words around the table stay as they are."""
    text = PAGE.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{rows(kept())}\n{END}{after}"


def rows(measured: dict[str, Measured]) -> str:
    """The table, in the order in which the figures are measured."""
    return table(COLUMNS, [_row(name, measured.get(name)) for name in FIGURES])


def _row(name: str, found: Measured | None) -> tuple[str, ...]:
    if found is None:
        return (name, "", "", "not measured yet")
    return (found.what, found.shown, str(found.wrong), f"{found.date}, {code(found.command)}")
