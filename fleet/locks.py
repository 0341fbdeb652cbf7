"""Stale locks: a stack whose last engine was killed stays locked for ever.

The engine says who holds a lock: `created by USER@HOST (pid N) at TIME`. Ours to break is only one
whose owner was on this machine and is dead. One of another machine is left alone, for nobody here
can know; unless whoever calls does know, and names that machine as gone.
"""

from __future__ import annotations

import re
import socket
from typing import TYPE_CHECKING, NamedTuple

from fleet.processes import is_alive

if TYPE_CHECKING:
    from collections.abc import Collection

_LOCKED = "the stack is currently locked by"
_OWNER = re.compile(r"created by (?P<user>\S+)@(?P<host>\S+) \(pid (?P<pid>\d+)\)")


class Owner(NamedTuple):
    """Who took a lock."""

    user: str
    host: str
    pid: int

    def __str__(self) -> str:
        return f"{self.user}@{self.host}, pid {self.pid}"

    def is_dead(self, gone: Collection[str] = ()) -> bool:
        """Whether it ran on this machine, or one of the `gone`, and runs no more."""
        return self.host in gone or (self.host == socket.gethostname() and not is_alive(self.pid))


def owners(said: str) -> list[Owner]:
    """Who holds the lock, if that is what the engine complained of."""
    if _LOCKED not in said:
        return []
    return [Owner(one["user"], one["host"], int(one["pid"])) for one in _OWNER.finditer(said)]


def is_stale(said: str, gone: Collection[str] = ()) -> bool:
    """Whether every owner that the engine names is dead. `gone` are machines that run no more."""
    named = owners(said)
    return bool(named) and all(owner.is_dead(gone) for owner in named)
