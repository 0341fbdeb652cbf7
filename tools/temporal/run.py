"""The built server as a child process that can be killed and started again on its file."""

from __future__ import annotations

import socket
import subprocess
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Self

from tools.temporal.__main__ import PROGRAM

if TYPE_CHECKING:
    from pathlib import Path

_START_SECONDS = 60.0


class TemporalServer:
    """A server on a port of loopback. A context: leaving it ends the server."""

    def __init__(self, database: Path, port: int) -> None:
        self.address = f"127.0.0.1:{port}"
        self._port = port
        self._database = database
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait()

    def start(self) -> None:
        """Start it on its file. Raises TimeoutError if it does not answer."""
        command = [str(PROGRAM), "-port", str(self._port), "-database", str(self._database)]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline and self._process.poll() is None:
            with suppress(OSError), socket.create_connection(("127.0.0.1", self._port), timeout=1):
                return
            time.sleep(0.05)
        raise TimeoutError(f"the Temporal server does not answer; see {self._database}.log")

    def kill(self) -> int:
        """kill -9; how many were killed."""
        if self._process is None:
            return 0
        self._process.kill()
        self._process.wait()
        return 1
