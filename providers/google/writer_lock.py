"""One writer a customer at a time, on this machine.

Google limits concurrent queries by account, and two stacks of one Workspace that write at once
would take each other's quota and read each other's half-done work.
"""

from __future__ import annotations

import fcntl
import os
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def only_writer(customer: str) -> Iterator[float]:
    """Wait until no other run of this user writes to this customer. A crash frees it too.

    Yields for how many seconds nobody has: what the last one used counts for this one's quota.
    """
    folder = Path(tempfile.gettempdir()) / f"flexsso-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    with (folder / f"directory-{customer}.lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            sys.stderr.write(f"waiting: another run is writing to Google customer {customer}\n")
            fcntl.flock(file, fcntl.LOCK_EX)
        try:
            yield max(0.0, time.time() - os.fstat(file.fileno()).st_mtime)
        finally:
            os.utime(file.fileno())
