"""The embedded default: a bounded pool on this machine, with no server.

One process a stack, forked by the nursery; `size` of them at a time. The engine is bound by the
processor, so a core and one more is what keeps all busy.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import socket
import subprocess
import sys
from typing import TYPE_CHECKING, Self

from fleet.processes import children_of
from fleet.result import Outcome, Result

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from fleet.job import Job

_CHUNK = 1 << 16


def default_size() -> int:
    """Cores that this process may use, and one more."""
    return len(os.sched_getaffinity(0)) + 1 if hasattr(os, "sched_getaffinity") else 2


class Child:
    """A stack's process, as seen from here."""

    def __init__(self, job: Job, own: socket.socket) -> None:
        self.job = job
        self.socket = own
        self.heard = bytearray()

    def result(self) -> Result:
        """What it answered; a failure if it died before it could."""
        try:
            return Result.model_validate_json(bytes(self.heard))
        except ValueError:
            said = "its process was killed"
            return Result(
                stack=self.job.stack, verb=self.job.verb, outcome=Outcome.FAILED, said=said
            )


class Pool:
    """Processes of stacks. A context: leaving it stops what still runs."""

    def __init__(self, project: Path, environment: Mapping[str, str], size: int = 0) -> None:
        """`environment` must hold no credentials: the nursery and all that it starts see it."""
        self.size = size or default_size()
        self._selector = selectors.DefaultSelector()
        self._children: dict[str, Child] = {}
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        self._control = ours
        with theirs:
            self._nursery = subprocess.Popen(
                [sys.executable, "-P", "-m", "fleet.nursery"],
                cwd=project,
                env={**environment, "PYTHONPATH": str(project), "PYTHONDONTWRITEBYTECODE": "1"},
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                start_new_session=True,  # Ctrl-C is for us to handle
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._control.close()  # the nursery ends, and with it its children
        self._nursery.wait()
        while self._children:
            self.wait()
        self._selector.close()

    @property
    def is_full(self) -> bool:
        """Whether no further job can be started now."""
        return len(self._children) >= self.size

    @property
    def running(self) -> list[str]:
        """Stacks at work."""
        return list(self._children)

    def start(self, job: Job) -> None:
        """Start a job. There must be room."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        with theirs:
            socket.send_fds(self._control, [b"j"], [theirs.fileno()])
        child = Child(job, ours)
        with contextlib.suppress(BrokenPipeError):
            ours.sendall(job.model_dump_json().encode() + b"\n")
        self._children[job.stack] = child
        self._selector.register(ours, selectors.EVENT_READ, child)

    def wait(self, seconds: float | None = None) -> list[Result]:
        """Results that came in; waits for one at most that long."""
        done = []
        for key, _ in self._selector.select(seconds):
            child: Child = key.data
            heard = self._hear(child)
            if heard:
                child.heard += heard
                continue
            self._selector.unregister(child.socket)
            child.socket.close()
            del self._children[child.job.stack]
            done.append(child.result())
        return done

    def stop(self) -> None:
        """Ask every engine to end what it has begun. Their results still come in."""
        for pid in self._pids():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)

    @staticmethod
    def _hear(child: Child) -> bytes:
        try:
            return child.socket.recv(_CHUNK)
        except ConnectionResetError:
            return b""

    def _pids(self) -> list[int]:
        return children_of(self._nursery.pid)
