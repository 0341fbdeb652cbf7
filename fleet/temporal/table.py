"""A worker's own tenant table: the files in its `stacks/`, read again when one has changed."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from fleet.credentials import all_names
from fleet.tenants import read_fleet, select

if TYPE_CHECKING:
    from pathlib import Path

    from fleet.tenants import FleetStack, Selector


class Table:
    """Stacks by name, and the names of everybody's credentials. Used by one thread at a time."""

    def __init__(self, stacks: Path) -> None:
        self._folder = stacks
        self._seen: list[tuple[str, int, int]] | None = None
        self.stacks: dict[str, FleetStack] = {}
        self.credentials: set[str] = set()

    def read(self) -> None:
        """Read the files if any has changed."""
        with os.scandir(self._folder) as entries:
            seen = sorted(
                (entry.name, entry.stat().st_mtime_ns, entry.stat().st_size)
                for entry in entries
                if entry.name.startswith("Pulumi.")
            )
        if seen != self._seen:
            self.stacks = {one.name: one for one in read_fleet(self._folder)}
            self.credentials = all_names(self.stacks.values())
            self._seen = seen

    def chosen(self, selector: Selector) -> tuple[str, ...]:
        """Names of the stacks that the selector takes; a worker knows of no phases."""
        return tuple(one.name for one in select(self.stacks.values(), selector, {}))
