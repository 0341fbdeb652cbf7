"""roles.csv: a person a line, `email,roles[,full_name][,attribute …]`.

Roles are separated by spaces, commas or semicolons. Further columns are fields of the custom
schema, by name or display name; several values of one are separated by semicolons or commas, since
a skill's name may hold spaces. An empty cell says nothing. An apostrophe before =, +, - or @ is for
spreadsheets, which would take the cell for a formula; it is not part of the value.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from models.custom_schema import SchemaField

COLUMNS = ("email", "roles", "full_name")
_FORMULA = re.compile(r"'*[=+\-@\t\r]")
"""What a spreadsheet takes for the beginning of a formula, behind any number of apostrophes."""


def write_rows(rows: Iterable[Iterable[str]]) -> str:
    """Rows as CSV that is safe to open: an apostrophe before what looks like a formula.

    `parse_roles_csv` takes it away again.
    """
    table = io.StringIO()
    csv.writer(table, lineterminator="\n").writerows(
        [_guarded(cell) for cell in row] for row in rows
    )
    return table.getvalue()


def _guarded(cell: str) -> str:
    return f"'{cell}" if _FORMULA.match(cell) else cell


def _unguarded(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


class CsvProblem(BaseModel):
    """A line of roles.csv that can't be used."""

    line: int
    what: str
    hint: str = ""


@dataclass(frozen=True)
class CsvRow:
    """One person's line."""

    line: int
    roles: list[str]
    full_name: str | None = None
    attributes: dict[str, str | list[str]] = field(default_factory=dict)


def parse_roles_csv(
    text: str, fields: Mapping[str, SchemaField] | None = None
) -> tuple[dict[str, CsvRow], list[CsvProblem]]:
    """Read people by e-mail. `fields` are the schema's further fields.

    Returns people, and the lines that are wrong.
    """
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")), strict=True)
    people: dict[str, CsvRow] = {}
    problems: list[CsvProblem] = []
    try:
        header = list(reader.fieldnames or [])
        columns = {name: known for name in header if (known := _field_of(name, fields or {}))}
        problems += _column_problems(header, columns)
        for row in [] if problems else reader:
            _read_row(row, reader.line_num, columns, fields or {}, people, problems)
    except csv.Error as error:
        line = reader.line_num + 1  # counted after a whole record was read
        problems.append(CsvProblem(line=line, what=f"not readable as CSV: {error}"))
    return people, problems


def _field_of(column: str, fields: Mapping[str, SchemaField]) -> str | None:
    """The schema field that a column means."""
    wanted = column.strip().casefold()
    for name, known in fields.items():
        if wanted in {name.casefold(), known.display_name.casefold()}:
            return name
    return None


def _column_problems(header: list[str], columns: Mapping[str, str]) -> list[CsvProblem]:
    hint = "the first line names the columns: email,roles,full_name"
    missing = [
        CsvProblem(line=1, what=f"column '{name}' is missing", hint=hint)
        for name in ("email", "roles")
        if name not in header
    ]
    unknown = sorted(set(header) - set(COLUMNS) - set(columns))
    other = f"{hint}, and fields of tenant.google.custom_schema.fields"
    missing += [CsvProblem(line=1, what=f"unknown column '{name}'", hint=other) for name in unknown]
    meant = [columns.get(name, name) for name in header]
    twice = sorted({name for name in meant if meant.count(name) > 1})
    return missing + [CsvProblem(line=1, what=f"column '{name}' comes twice") for name in twice]


def _read_row(  # noqa: PLR0913  the row, what it is read by, and where it goes
    row: dict[str, Any],
    line: int,
    columns: Mapping[str, str],
    fields: Mapping[str, SchemaField],
    people: dict[str, CsvRow],
    problems: list[CsvProblem],
) -> None:
    email = _unguarded((row["email"] or "").strip()).lower()
    roles = str(row["roles"] or "").replace(";", " ").replace(",", " ").split()
    if None in row:
        hint = 'several roles are separated by spaces or put in quotes: "agent,supervisor"'
        problems.append(CsvProblem(line=line, what="too many columns", hint=hint))
    elif email in people:
        what = f"{email} is listed twice (first on line {people[email].line})"
        problems.append(CsvProblem(line=line, what=what))
    elif email or roles:
        name = _unguarded((row.get("full_name") or "").strip()) or None
        attributes = {
            name_of: value
            for column, name_of in columns.items()
            if (value := _cell(row[column], many=fields[name_of].multi_valued))
        }
        people[email] = CsvRow(line, roles, name, attributes)


def _cell(text: str | None, *, many: bool) -> str | list[str]:
    text = _unguarded((text or "").strip())
    if not many:
        return text
    return [item.strip() for item in text.replace(",", ";").split(";") if item.strip()]
