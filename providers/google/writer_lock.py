"""One writer a customer at a time, on this machine.

Google limits concurrent queries by account, and two stacks of one Workspace that write at once
would take each other's quota and read each other's half-done work.
"""

from __future__ import annotations

import fcntl
import json
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO
from urllib.parse import urlsplit

from models.private_file import open_private, state_folder

if TYPE_CHECKING:
    from collections.abc import Iterator


class Ledger:
    """What the last writer asked of Google just before it ended: it counts for the next one."""

    def __init__(self, file: TextIO) -> None:
        self._file = file

    def read(self) -> list[tuple[float, int]]:
        """(seconds ago, queries). Nothing if the last run was killed."""
        self._file.seek(0)
        try:
            noted = json.loads(self._file.read() or "[]")
        except ValueError:
            return []
        return [(time.time() - at, count) for at, count in noted]

    def write(self, queries: list[tuple[float, int]]) -> None:
        """Note what was asked in the last minute."""
        self._file.seek(0)
        self._file.truncate()
        json.dump([(time.time() - age, count) for age, count in queries], self._file)


@contextmanager
def only_writer(customer: str, base: str | None = None) -> Iterator[Ledger]:
    """Wait until no other run of this user writes to this customer (of the sandbox at `base`).

    A crash frees it too. Raises UnsafeFileError.
    """
    with open_private(state_folder() / f"directory-{customer}{_suffix(base)}.lock") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            sys.stderr.write(f"waiting: another run is writing to Google customer {customer}\n")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield Ledger(file)


def _suffix(base: str | None) -> str:
    return f"-{urlsplit(base).netloc.replace(':', '-')}" if base else ""
