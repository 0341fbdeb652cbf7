"""What the file backend keeps for ever: a history record, a whole checkpoint and a backup for each
`up` and `refresh`, even of one that changed nothing. Ten thousand tenants a night are gigabytes.

Only old copies are removed. The stack's present state, its last copies, locks, and every stack that
somebody is working on stay as they are.
"""

from __future__ import annotations

import re
from collections import defaultdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from fleet.tenants import NAMESPACE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

PROJECT_NAME = NAMESPACE.removesuffix(":")
FOLDERS = ("history", "backups")
_COPY = re.compile(
    r"[-.](?P<nanoseconds>\d{15,})(?:\.(?:history|checkpoint))?\.json(?:\.gz|\.zst)?(?:\.attrs)?"
)
"""What follows the stack's name in the name of a copy."""


class Pruned(NamedTuple):
    """What was removed of one stack, or would be; `size` in bytes. `busy`: locked, left alone."""

    stack: str
    files: int
    size: int
    busy: bool = False


def prune(
    backend: Path, stacks: Iterable[str], keep: int, older: datetime | None = None, *, dry: bool
) -> Iterator[Pruned]:
    """Of each stack, remove copies beyond the newest `keep` runs (1 at least).

    With `older` only those from before it. `backend` is the folder `.pulumi`.
    """
    for stack in stacks:
        if any((backend / "locks").glob(f"**/{PROJECT_NAME}/{stack}/*.json")):
            yield Pruned(stack, 0, 0, busy=True)
            continue
        old = [path for kind in FOLDERS for path in _old(backend, kind, stack, keep, older)]
        size = sum(path.stat().st_size for path in old)
        for path in () if dry else old:
            path.unlink(missing_ok=True)
        yield Pruned(stack, len(old), size)


def _old(backend: Path, kind: str, stack: str, keep: int, older: datetime | None) -> Iterator[Path]:
    """Files of runs that are beyond the newest `keep`, and from before `older`."""
    runs: defaultdict[int, list[Path]] = defaultdict(list)
    folder = backend / kind / PROJECT_NAME / stack
    for path in folder.iterdir() if folder.is_dir() else ():
        found = _COPY.fullmatch(path.name.removeprefix(stack))
        if found and path.name.startswith(stack) and path.is_file() and not path.is_symlink():
            runs[int(found["nanoseconds"])].append(path)
    # A run writes its files within a moment, a backup a little after: each folder by itself.
    for at in sorted(runs, reverse=True)[max(1, keep) :]:
        if older is None or datetime.fromtimestamp(at / 1e9, UTC) < older:
            yield from runs[at]
