"""What happens to the engine when we die, and what is left over of it.

The engine puts its plugins into process groups of their own, so no signal to its group reaches
them; a plugin that outlives the engine goes on writing, with the tenant's credentials. Hence:

- the engine gets SIGTERM when its parent dies (`die_with_parent`): it ends what it has begun,
  records it and frees the lock;
- our process adopts and reaps what the engine leaves behind (`adopt_orphans`, `end_orphans`);
- all of them carry the stack's name, so that a later run finds those that even outlived ours
  (`end_leftovers`): a program that was started has it in its environment, a fork, whose environment
  the system goes on showing as it was, in the name of an open file (`carry`).

Linux only; elsewhere these do nothing, and a killed engine may leave a plugin behind.
"""

from __future__ import annotations

import contextlib
import ctypes
import hashlib
import os
import signal
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MARK = "FLEXSSO_FLEET_STACK"
_PR_SET_PDEATHSIG, _PR_SET_CHILD_SUBREAPER = 1, 36
_GRACE_SECONDS = 10.0
_LAUNCH = """
import ctypes, os, sys
ctypes.CDLL(None).prctl(1, 15)
if os.getppid() == int(sys.argv[1]):
    os.execvp(sys.argv[2], sys.argv[2:])
"""
_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def mark_of(project: Path, stack: str) -> str:
    """The value of MARK in the environment of a stack's processes."""
    return f"{project.resolve()}#{stack}"


def carry(mark: str) -> None:
    """Have this process and its forks carry the mark until they end; programs they start don't."""
    if sys.platform == "linux":
        os.memfd_create(_file_of(mark), os.MFD_CLOEXEC)


def _file_of(mark: str) -> str:
    """A name that is short enough, whatever the project's path is."""
    return f"{MARK}-{hashlib.sha256(mark.encode()).hexdigest()[:32]}"


def die_with_parent() -> None:
    """Ask for a SIGTERM when the parent ends."""
    if _LIBC is not None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def dying_with_parent(command: list[str]) -> list[str]:
    """The command, in a launcher that has it get SIGTERM when we end, whatever ends us.

    Not done by `preexec_fn`: that forks this process with gRPC's threads in it, whose handlers
    then close files of the engine's.
    """
    if _LIBC is None:
        return command
    return [sys.executable, "-I", "-S", "-c", _LAUNCH, str(os.getpid()), *command]


def adopt_orphans() -> None:
    """Become the parent of whatever our descendants leave behind."""
    if _LIBC is not None:
        _LIBC.prctl(_PR_SET_CHILD_SUBREAPER, 1)


def end_orphans(but: int = 0) -> int:
    """End our children (their engine is gone) `but` that one; returns how many there were."""
    return _end(lambda: [pid for pid in children_of(os.getpid()) if pid != but])


def end_leftovers(mark: str) -> int:
    """End processes of an earlier run that carry this mark; returns how many there were.

    Only to be called by who has the right to work on the stack.
    """
    return _end(lambda: [pid for pid in _marked(mark) if not _descends(pid, os.getpid())])


def is_alive(pid: int) -> bool:
    """Whether a process of that number runs on this machine (a zombie does not)."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except OSError:
        return _answers(pid) if not Path("/proc/self").exists() else False
    return stat.rpartition(")")[2].split()[0] != "Z"


def started_at(pid: int) -> float:
    """When it began, in seconds of Unix time by today's clock; 0 where nobody can tell."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
        uptime = float(Path("/proc/uptime").read_text(encoding="utf-8").split()[0])
    except OSError:
        return 0.0
    ticks = int(stat.rpartition(")")[2].split()[19])
    return time.time() - uptime + ticks / os.sysconf("SC_CLK_TCK")


def command_of(pid: int) -> list[str]:
    """What it was called with; empty where nobody can tell."""
    try:
        text = Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return []
    return text.decode(errors="replace").rstrip("\0").split("\0")


def _answers(pid: int) -> bool:
    """Whether the system knows a process of that number here (a zombie too)."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _end(listed: Callable[[], list[int]]) -> int:
    """SIGTERM, then SIGKILL after the grace, until none is listed."""
    found: set[int] = set()
    deadline = time.monotonic() + _GRACE_SECONDS
    while pids := listed():
        late = time.monotonic() > deadline
        for pid in pids:
            if pid not in found or late:
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.kill(pid, signal.SIGKILL if late else signal.SIGTERM)
        found |= set(pids)
        _reap()
        time.sleep(0.02)
    return len(found)


def _reap() -> None:
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def children_of(parent: int) -> list[int]:
    """Process ids of whoever was started by `parent` and still runs."""
    return [pid for pid in _all() if _parent_of(pid) == parent and is_alive(pid)]


def _marked(mark: str) -> list[int]:
    wanted, file = f"{MARK}={mark}".encode(), f"/memfd:{_file_of(mark)} "
    found = [pid for pid in _all() if wanted in _environment(pid) or file in _open_files(pid)]
    return [pid for pid in found if is_alive(pid) and pid != os.getpid()]


def _environment(pid: int) -> list[bytes]:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    return []


def _open_files(pid: int) -> str:
    """What its descriptors show, in one text; empty where that is not for us to see."""
    shown = ""
    with contextlib.suppress(OSError):
        for handle in Path(f"/proc/{pid}/fd").iterdir():
            with contextlib.suppress(OSError):
                shown += f"{handle.readlink()}\n"
    return shown


def _descends(pid: int, ancestor: int) -> bool:
    while pid > 1:
        if pid == ancestor:
            return True
        pid = _parent_of(pid)
    return False


def _all() -> Iterator[int]:
    if Path("/proc/self").exists():
        yield from (int(one) for one in os.listdir("/proc") if one.isdigit())  # noqa: PTH208


def _parent_of(pid: int) -> int:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except OSError:
        return 0
    return int(stat.rpartition(")")[2].split()[1])
