"""What torture of a fleet has in common: kills, waits, and what should be at the end."""

from __future__ import annotations

import os
import signal
import sqlite3
import time
from contextlib import closing, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from tools.fleet.project import FleetProject

PATIENCE_SECONDS = 120.0


def slain(*pids: int) -> int:
    """kill -9; how many were there."""
    count = 0
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
            count += 1
    return count


def unlike_once(project: FleetProject) -> list[str]:
    """Tenants that the world does not hold exactly once."""
    file = project.root / ".sandbox" / "world.sqlite"
    with closing(sqlite3.connect(file, timeout=30)) as world:
        rows = world.execute("SELECT key FROM document WHERE kind = 'google_schema'").fetchall()
    number = len(project.names)
    return [] if len(rows) == number else [f"{len(rows)} schemas for {number} tenants: {rows}"]


def until(holds: Callable[[], object], what: str, seconds: float = PATIENCE_SECONDS) -> None:
    """Wait for it. Raises TimeoutError."""
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited for {seconds:.0f} s until {what}")
        time.sleep(0.05)
