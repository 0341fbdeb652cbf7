"""The stack's dynamic providers, served from a fork of this process instead of a Python anew.

The engine's own way starts a shell and a Python, which imports the SDK, the models and the vendors'
libraries again: two fifths of what an unchanged stack costs. Here the same `pulumi.dynamic` runs in
a fork that has them loaded, and the engine is told to attach to it (PULUMI_DEBUG_PROVIDERS). The
fork is made for one stack and ends with it: `pulumi.dynamic` keeps its first configuration for as
long as it lives, so one that served two tenants would give one's credentials to the other.

Linux only; elsewhere the engine starts its own.
"""

from __future__ import annotations

import contextlib
import os
import runpy
import signal
import socket
import sys
import threading
import time
from typing import TYPE_CHECKING, Any

from google.protobuf import empty_pb2
from pulumi.runtime.proto import provider_pb2_grpc

from fleet.processes import die_with_parent
from fleet.tenants import NAMESPACE

if TYPE_CHECKING:
    from collections.abc import Iterator

PROJECT_NAME = NAMESPACE.removesuffix(":")
_GRACE_SECONDS = 90.0
_POLL_SECONDS = 0.1


@contextlib.contextmanager
def provider_host() -> Iterator[int]:
    """Serve them until the block ends; yields the process id, 0 where it can't be done.

    Sets PULUMI_DEBUG_PROVIDERS for the engine. Only a process without threads may call this.
    """
    if sys.platform != "linux" or threading.active_count() > 1:
        yield 0
        return
    reading, writing = os.pipe()
    sys.stdout.flush()
    parent, pid = os.getpid(), os.fork()
    if pid == 0:
        os.close(reading)
        _host(writing, parent)
    os.close(writing)
    try:
        with os.fdopen(reading, "rb") as pipe:
            port = int(pipe.readline() or 0)
        if port:  # otherwise it has failed, and the engine starts its own
            os.environ["PULUMI_DEBUG_PROVIDERS"] = f"pulumi-python:{port}"
        yield pid
    finally:
        os.environ.pop("PULUMI_DEBUG_PROVIDERS", None)
        with contextlib.suppress(ProcessLookupError, ChildProcessError):
            os.kill(pid, signal.SIGKILL)  # the engine has ended: nothing is under way
            os.waitpid(pid, 0)


def _host(writing: int, parent: int) -> None:
    """All that the forked process does; it writes its port to the pipe, as `main` does."""
    try:
        engines: list[str] = []
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, lambda *_: _end_after(engines))
        die_with_parent()
        if os.getppid() != parent:
            os._exit(1)
        os.dup2(writing, 1)
        os.environ["PULUMI_PROJECT"] = PROJECT_NAME  # as the engine sets it for its plugins

        def attach(_self: Any, request: Any, _context: Any) -> empty_pb2.Empty:
            engines.append(request.address)
            return empty_pb2.Empty()

        # It is what pulumi.dynamic lacks.
        setattr(provider_pb2_grpc.ResourceProviderServicer, "Attach", attach)  # noqa: B010  mypy
        runpy.run_module("pulumi.dynamic", run_name="__main__")
    finally:
        os._exit(1)


def _end_after(engines: list[str]) -> None:
    """Whoever forked us is gone; its engine ends what it has begun, and needs us until then."""

    def wait() -> None:
        deadline = time.monotonic() + _GRACE_SECONDS
        while time.monotonic() < deadline and any(map(_answers, engines)):
            time.sleep(_POLL_SECONDS)
        os._exit(0)

    threading.Thread(target=wait, daemon=True).start()


def _answers(address: str) -> bool:
    host, _, port = address.rpartition(":")
    try:
        with socket.create_connection((host, int(port)), timeout=1):
            return True
    except (OSError, ValueError):
        return False
