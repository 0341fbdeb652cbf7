"""Processes of a run of the engine: found by who started whom, and killed without a word."""

from __future__ import annotations

import contextlib
import os
import signal
from enum import StrEnum
from pathlib import Path


class Victim(StrEnum):
    """Whom kill -9 meets."""

    ENGINE = "engine"
    PROVIDER = "provider"
    BOTH = "engine and provider"


def kill(victim: Victim, engine: int) -> bool:
    """Kill the engine, its dynamic providers, or both; whether all of the victim was there.

    Nothing is killed, and the answer is no, as long as a part of the victim does not run.
    """
    providers = [pid for pid in offspring(engine) if "dynamic" in command(pid)]
    engines = [engine] if command(engine) else []
    if victim is Victim.ENGINE:
        providers = engines
    elif victim is Victim.PROVIDER:
        engines = providers
    if not engines or not providers:
        return False
    return all([end(pid) for pid in {*engines, *providers}])  # noqa: C419  all, not up to a no


def offspring(pid: int) -> list[int]:
    """All processes that this one started, directly or not."""
    children = [int(one) for path in _tasks(pid) for one in _words(path / "children")]
    return [*children, *(one for child in children for one in offspring(child))]


def command(pid: int) -> str:
    """Its command line, empty if it is gone."""
    return " ".join(_words(Path(f"/proc/{pid}/cmdline"), separator="\0"))


def end(pid: int) -> bool:
    """kill -9; whether it still ran (one that has ended is there until its parent looks)."""
    running = bool(command(pid))
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return running


def alive(pids: list[int]) -> list[int]:
    """Those that still run."""
    return [pid for pid in pids if command(pid)]


def _tasks(pid: int) -> list[Path]:
    with contextlib.suppress(OSError):
        return list(Path(f"/proc/{pid}/task").iterdir())
    return []


def _words(path: Path, separator: str = " ") -> list[str]:
    with contextlib.suppress(OSError):
        return [word for word in path.read_text().strip(separator).split(separator) if word]
    return []
