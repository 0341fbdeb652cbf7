"""Stale locks: a stack whose last engine was killed stays locked for ever.

The engine says who holds a lock: `created by USER@HOST (pid N) at TIME`. Ours to break is only one
whose owner was on this machine and is dead. One of another machine is left alone: nobody here
can know.
"""

from __future__ import annotations

import re
import socket
from typing import NamedTuple

from fleet.processes import is_alive

_LOCKED = "the stack is currently locked by"
_OWNER = re.compile(r"created by (?P<user>\S+)@(?P<host>\S+) \(pid (?P<pid>\d+)\)")


class Owner(NamedTuple):
    """Who took a lock."""

    user: str
    host: str
    pid: int

    def __str__(self) -> str:
        return f"{self.user}@{self.host}, pid {self.pid}"

    @property
    def is_dead(self) -> bool:
        """Whether it ran on this machine and runs no more."""
        return self.host == socket.gethostname() and not is_alive(self.pid)


def owners(said: str) -> list[Owner]:
    """Who holds the lock, if that is what the engine complained of."""
    if _LOCKED not in said:
        return []
    return [Owner(one["user"], one["host"], int(one["pid"])) for one in _OWNER.finditer(said)]


def is_stale(said: str) -> bool:
    """Whether every owner that the engine names is dead."""
    named = owners(said)
    return bool(named) and all(owner.is_dead for owner in named)
