"""Who gets which roles: what is wanted, what Google has, and the plan between the two.

A person's values are a JSON object by schema field: {"Roles": ["agent"], "Full_Name": "Ada"}.
Many-valued fields are compared as sets; absent, empty and None are the same.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, field_validator

from models.types import EmailAddress

Values = dict[str, Any]
People = dict[str, Values]


class Mode(StrEnum):
    """`additive` touches listed people only; `authoritative` also clears our fields on others."""

    ADDITIVE = "additive"
    AUTHORITATIVE = "authoritative"


class RoleAssignment(BaseModel):
    """What one person should have. No `full_name` means the directory's own."""

    model_config = ConfigDict(extra="forbid")

    roles: list[str] = Field(min_length=1)
    full_name: str | None = None

    @field_validator("roles")
    @classmethod
    def _sorted_once(cls, roles: list[str]) -> list[str]:
        return sorted({role.strip() for role in roles if role.strip()})


def union(*sources: dict[EmailAddress, RoleAssignment]) -> dict[EmailAddress, RoleAssignment]:
    """One assignment a person: the union of the roles, the first full name that is given."""
    merged: dict[EmailAddress, RoleAssignment] = {}
    for source in sources:
        for email, given in source.items():
            had = merged.get(email)
            merged[email] = RoleAssignment(
                roles=given.roles + (had.roles if had else []),
                full_name=(had.full_name if had else None) or given.full_name,
            )
    return dict(sorted(merged.items()))


def role_counts(people: dict[EmailAddress, RoleAssignment]) -> dict[str, int]:
    """How many people have each role, by role."""
    counts = Counter(role for person in people.values() for role in person.roles)
    return dict(sorted(counts.items()))


class CsvProblem(BaseModel):
    """A line of roles.csv that can't be used."""

    line: int
    what: str
    hint: str = ""


def parse_roles_csv(
    text: str,
) -> tuple[dict[str, tuple[int, list[str], str | None]], list[CsvProblem]]:
    """Read `email,roles[,full_name]`, roles separated by spaces, commas or semicolons.

    Returns people by e-mail as (line, roles, full name), and the lines that are wrong.
    """
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")), strict=True)
    people: dict[str, tuple[int, list[str], str | None]] = {}
    problems: list[CsvProblem] = []
    try:
        columns = set(reader.fieldnames or [])
        problems += _column_problems(columns)
        for row in [] if problems else reader:
            _read_row(row, reader.line_num, people, problems)
    except csv.Error as error:
        line = reader.line_num + 1  # counted after a whole record was read
        problems.append(CsvProblem(line=line, what=f"not readable as CSV: {error}"))
    return people, problems


def _column_problems(columns: set[str]) -> list[CsvProblem]:
    hint = "the first line names the columns: email,roles,full_name"
    missing = [
        CsvProblem(line=1, what=f"column '{name}' is missing", hint=hint)
        for name in ("email", "roles")
        if name not in columns
    ]
    unknown = sorted(columns - {"email", "roles", "full_name"})
    return missing + [
        CsvProblem(line=1, what=f"unknown column '{name}'", hint=hint) for name in unknown
    ]


def _read_row(
    row: dict[str, Any],
    line: int,
    people: dict[str, tuple[int, list[str], str | None]],
    problems: list[CsvProblem],
) -> None:
    email = (row["email"] or "").strip().lower()
    roles = (row["roles"] or "").replace(";", " ").replace(",", " ").split()
    if None in row:
        hint = 'several roles are separated by spaces or put in quotes: "agent,supervisor"'
        problems.append(CsvProblem(line=line, what="too many columns", hint=hint))
    elif email in people:
        what = f"{email} is listed twice (first on line {people[email][0]})"
        problems.append(CsvProblem(line=line, what=what))
    elif email or roles:
        people[email] = (line, roles, (row.get("full_name") or "").strip() or None)


class RolePlan(BaseModel):
    """The writes that lead from what is there to what is wanted.

    `changes` holds only the fields to write, None to clear one. `strays` have our values but are
    not listed. `missing` are listed but not in the directory.
    """

    changes: People
    strays: list[str]
    missing: list[str]


def plan_changes(wanted: People, live: People, mode: Mode) -> RolePlan:
    """Compare field by field, as sets. Only people that differ are written."""
    strays = sorted(email for email, values in live.items() if values and email not in wanted)
    changes = {
        email: change
        for email, values in wanted.items()
        if email in live and (change := _difference(values, live[email]))
    }
    if mode is Mode.AUTHORITATIVE:
        changes |= {email: dict.fromkeys(live[email]) for email in strays}
    missing = sorted(email for email in wanted if email not in live)
    return RolePlan(changes=changes, strays=strays, missing=missing)


def _difference(wanted: Values, live: Values) -> Values:
    return {
        field: value for field, value in wanted.items() if not same_value(value, live.get(field))
    }


def same_value(one: Any, other: Any) -> bool:
    """Equality as Google stores things: lists are sets, and empty is nothing."""
    return bool(_canonical(one) == _canonical(other))


def _canonical(value: Any) -> Any:
    if isinstance(value, list):
        return sorted({str(item) for item in value}) or None
    return None if value is None or value == "" else str(value)


class ValueFields(BaseModel):
    """The API names of the schema's two fields."""

    model_config = ConfigDict(frozen=True)

    roles: str
    full_name: str

    def wanted(self, person: RoleAssignment, directory_name: str) -> Values:
        """The values that Google should hold for this person."""
        return {
            self.roles: sorted(person.roles),
            self.full_name: person.full_name or directory_name,
        }

    def seen(self, values: Values, directory_name: str, wanted: Values | None) -> Values:
        """Live values in the words of the stack: a name that is the directory's goes unsaid."""
        roles = values.get(self.roles) or []
        name = values.get(self.full_name)
        said: Values = {"roles": sorted({str(role) for role in roles})}
        if name != directory_name or (wanted or {}).get("full_name"):
            said["full_name"] = name or ""
        return said
