"""Stale locks: a stack whose last engine was killed stays locked for ever.

The engine says who holds a lock: `created by USER@HOST (pid N) at TIME`. Ours to break is only one
whose owner was on this machine and is gone. One of another machine is left alone, for nobody here
can know; unless whoever calls does know, and names that machine as gone.

A number that lives may be somebody else's by now. It is taken for that only where its process began
after the lock was taken *and* is no engine, or one of another stack: the machine's clock may have
been set in between, and to rob somebody who works is worse than to keep a lock.
"""

from __future__ import annotations

import re
import socket
from datetime import datetime
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from fleet.processes import command_of, is_alive, started_at

if TYPE_CHECKING:
    from collections.abc import Collection

LOCKED = "is currently locked by"
_OWNER = re.compile(
    r"(?:/(?P<stack>[^/\s]+)/[^/\s]+\.json: )?"
    r"created by (?P<user>\S+)@(?P<host>\S+) \(pid (?P<pid>\d+)\) at (?P<since>\S+)"
)
_ROUNDED_SECONDS = 5.0
"""The lock's time is in whole seconds, and clocks are slewed."""


class Owner(NamedTuple):
    """Who took a lock, and when (RFC 3339). `stack` is empty where the engine does not say it."""

    user: str
    host: str
    pid: int
    since: str
    stack: str = ""

    def __str__(self) -> str:
        return f"{self.user}@{self.host} (process {self.pid}, since {self.since})"

    @property
    def is_here(self) -> bool:
        """Whether it is, or was, on this machine."""
        return self.host == socket.gethostname()

    @property
    def is_gone(self) -> bool:
        """Whether it was a process of this machine that has ended."""
        return self.is_here and (not is_alive(self.pid) or self._is_another())

    def _is_another(self) -> bool:
        """Whether its number was given to another process since."""
        began = started_at(self.pid)
        try:
            since = datetime.fromisoformat(self.since).timestamp()
        except ValueError:
            return False
        return began > since + _ROUNDED_SECONDS and not self._may_work_on_it(command_of(self.pid))

    def _may_work_on_it(self, command: list[str]) -> bool:
        """Whether the command is an engine that names this stack, or none."""
        if not command or command[0].rpartition("/")[2] != "pulumi":
            return False
        told = " ".join(command).replace("=", " ").split()
        named = [after for word, after in pairwise(told) if word in {"-s", "--stack"}]
        return not named or not self.stack or named[-1].rpartition("/")[2] == self.stack


def owners(said: str) -> list[Owner]:
    """Who holds the lock, if that is what the engine complained of."""
    if LOCKED not in said:
        return []
    found = (match.groupdict() for match in _OWNER.finditer(said))
    return [
        Owner(one["user"], one["host"], int(one["pid"]), one["since"], one["stack"] or "")
        for one in found
    ]


def is_stale(said: str, gone: Collection[str] = ()) -> bool:
    """Whether every owner that the engine names is gone. `gone` are machines that run no more."""
    named = owners(said)
    return bool(named) and all(owner.host in gone or owner.is_gone for owner in named)
