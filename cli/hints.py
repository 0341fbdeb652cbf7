"""Hints, each said once: one cause has many effects, and one way out."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from models.checkup import Check
from models.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterable

Row = TypeVar("Row", Check, Finding)


def each_hint_once(rows: Iterable[Row]) -> list[Row]:
    """The rows; a hint that a row before has is left out."""
    told: set[str] = set()
    found = []
    for row in rows:
        again = bool(row.hint) and row.hint in told
        found.append(row.model_copy(update={"hint": ""}) if again else row)
        told.add(row.hint)
    return found
