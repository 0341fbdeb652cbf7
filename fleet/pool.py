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
from functools import partial
from typing import TYPE_CHECKING, Self

from fleet.processes import children_of
from fleet.result import Outcome, Result

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from fleet.job import Job

KILLED = "its process was killed"
_CHUNK = 1 << 16


def default_size() -> int:
    """Cores that this process may use, and one more."""
    return len(os.sched_getaffinity(0)) + 1 if hasattr(os, "sched_getaffinity") else 2


class Nursery:
    """The process that bears stacks' processes (`fleet.nursery`), as seen from here."""

    def __init__(self, project: Path, environment: Mapping[str, str]) -> None:
        """`environment` must hold no credentials: the nursery and all that it starts see it."""
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "fleet.nursery"],
                cwd=project,
                env={**environment, "PYTHONPATH": str(project), "PYTHONDONTWRITEBYTECODE": "1"},
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                start_new_session=True,  # Ctrl-C is for us to handle
            )

    def bear(self, job: Job) -> socket.socket:
        """Start a process for the job. It answers with a line, its pid, and then its result.

        Raises BrokenPipeError if the nursery is dead.
        """
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        with theirs:
            socket.send_fds(self._control, [b"j"], [theirs.fileno()])
        with contextlib.suppress(BrokenPipeError):
            ours.sendall(job.model_dump_json().encode() + b"\n")
        return ours

    @property
    def is_alive(self) -> bool:
        """Whether it can bear any further."""
        return self._process.poll() is None

    def pids(self) -> list[int]:
        """The processes of stacks that run now."""
        return children_of(self._process.pid)

    def close(self) -> None:
        """End it; its children stop their engines and answer."""
        self._control.close()
        self._process.wait()


def result_of(job: Job, answer: bytes) -> Result:
    """What a stack's process answered, without its first line; a failure if it died before."""
    try:
        return Result.model_validate_json(answer)
    except ValueError:
        return Result(stack=job.stack, verb=job.verb, outcome=Outcome.FAILED, said=KILLED)


class Child:
    """A stack's process, as seen from here."""

    def __init__(self, job: Job, own: socket.socket) -> None:
        self.job = job
        self.socket = own
        self.heard = bytearray()

    def result(self) -> Result:
        """What it answered."""
        return result_of(self.job, bytes(self.heard).partition(b"\n")[2])


class Pool:
    """Processes of stacks. A context: leaving it stops what still runs.

    What these answer is in `late` then, for whoever keeps results.
    """

    def __init__(self, project: Path, environment: Mapping[str, str], size: int = 0) -> None:
        """`environment` must hold no credentials: the nursery and all that it starts see it."""
        self.size = size or default_size()
        self._selector = selectors.DefaultSelector()
        self._children: dict[str, Child] = {}
        self._make = partial(Nursery, project, environment)
        self._nursery = self._make()
        self.late: list[Result] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._nursery.close()
        while self._children:
            self.late += self.wait()
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
        """Start a job. There must be room. A nursery that has died is replaced, once a job."""
        try:
            own = self._nursery.bear(job)
        except (BrokenPipeError, ConnectionResetError):
            self._nursery.close()  # its children were told to end by its death
            self._nursery = self._make()
            own = self._nursery.bear(job)
        child = Child(job, own)
        self._children[job.stack] = child
        self._selector.register(child.socket, selectors.EVENT_READ, child)

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
        for pid in self._nursery.pids():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)

    @staticmethod
    def _hear(child: Child) -> bytes:
        try:
            return child.socket.recv(_CHUNK)
        except ConnectionResetError:
            return b""
