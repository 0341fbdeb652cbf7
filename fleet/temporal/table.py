"""A worker's own tenant table: the files in its `stacks/`, each read again when it has changed."""

from __future__ import annotations

import os
import threading
import time
from typing import TYPE_CHECKING, NamedTuple

from fleet.credentials import all_names
from fleet.tenants import FleetStack, read_stack, select
from models.errors import FlexSsoError

if TYPE_CHECKING:
    from pathlib import Path

    from fleet.tenants import Selector


class _Entry(NamedTuple):
    """A file as it was read, with its time of change and its size."""

    stamp: tuple[int, int]
    stack: FleetStack


class Table:
    """Stacks by name, and the names of everybody's credentials. For many threads.

    A file that can't be opened any more fails its own stack, and what it named stays hidden.
    """

    def __init__(self, stacks: Path, every: float = 1.0) -> None:
        """Looks at the folder at most once in `every` seconds."""
        self._folder = stacks
        self._every = every
        self._next = 0.0
        self._entries: dict[str, _Entry] = {}
        self._lock = threading.Lock()
        self.stacks: dict[str, FleetStack] = {}
        self.credentials: set[str] = set()

    def read(self) -> None:
        """Read the files that have changed. Not for an event loop: 10,000 files take a while."""
        with self._lock:
            if time.monotonic() < self._next:
                return
            found = self._scanned()
            if found != self._entries:
                self._take(found)
            self._next = time.monotonic() + self._every

    def chosen(self, selector: Selector) -> tuple[str, ...]:
        """Names of the stacks that the selector takes; a worker knows of no phases."""
        return tuple(one.name for one in select(self.stacks.values(), selector, {}))

    def _scanned(self) -> dict[str, _Entry]:
        found = {}
        with os.scandir(self._folder) as files:
            for file in files:
                if file.name.startswith("Pulumi.") and file.name.endswith(".yaml"):
                    name = file.name.removeprefix("Pulumi.").removesuffix(".yaml")
                    status = file.stat()
                    stamp = (status.st_mtime_ns, status.st_size)
                    before = self._entries.get(name)
                    fresh = before is not None and before.stamp == stamp
                    found[name] = before if fresh and before else self._entry(name, stamp)
        return dict(sorted(found.items()))

    def _entry(self, name: str, stamp: tuple[int, int]) -> _Entry:
        try:
            return _Entry(stamp, read_stack(self._folder / f"Pulumi.{name}.yaml"))
        except FlexSsoError as error:
            if (before := self._entries.get(name)) is None:
                raise  # nobody knows whose credentials it names
            return _Entry(stamp, before.stack.model_copy(update={"mistake": str(error)}))

    def _take(self, found: dict[str, _Entry]) -> None:
        self._entries = found
        self.stacks = {name: one.stack for name, one in found.items()}
        self.credentials = all_names(self.stacks.values())
