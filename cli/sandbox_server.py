"""The sandbox's process: started detached, found again by its pid file, stopped by its pid only.

`<state dir>/pid` holds `{"pid": …, "port": …}`. A pid is believed to be ours only while that
process's command line names this state folder, so a recycled number is never signalled.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cli.project import PROJECT
from models.errors import FlexSsoError, UnreachableError

if TYPE_CHECKING:
    from collections.abc import Callable

HOST = "127.0.0.1"
START_SECONDS = 30.0
STOP_SECONDS = 10.0
LOG_LINES = 15


@dataclass(frozen=True)
class Server:
    """A sandbox process that is running."""

    pid: int
    port: int

    @property
    def address(self) -> str:
        """The base under which every pretend host lives."""
        return address(self.port)


def address(port: int) -> str:
    """`http://127.0.0.1:<port>`."""
    return f"http://{HOST}:{port}"


def find(state_dir: Path) -> Server | None:
    """The process that the pid file names, if it is still that process."""
    try:
        server = Server(**json.loads((state_dir / "pid").read_text()))
    except (OSError, ValueError, TypeError):
        return None
    return server if _is_ours(server.pid, state_dir) else None


def require_free(port: int) -> None:
    """Raise FlexSsoError if something listens on the port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the server does
        try:
            probe.bind((HOST, port))
        except OSError as error:
            what = f"Port {port} can't be used: {error.strerror}."
            hint = "choose another with --port, or stop what uses it"
            raise FlexSsoError(what, hint=hint) from error


def start(state_dir: Path, port: int, *, reset: bool, tenants: int = 0) -> Server:
    """Start the server in a session of its own and wait until it answers."""
    state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (state_dir / "log").open("w") as log:
        process = subprocess.Popen(
            _command(state_dir, port, reset=reset, tenants=tenants),
            cwd=PROJECT,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    server = _remember(state_dir, process.pid, port)
    if _wait(lambda: process.poll() is not None or is_healthy(port), START_SECONDS):
        if process.poll() is None:
            return server
        problem = f"stopped at once (exit code {process.returncode})"
    else:
        process.kill()
        problem = f"did not answer within {START_SECONDS:.0f} seconds"
    (state_dir / "pid").unlink(missing_ok=True)
    what = f"The sandbox {problem}.\n{_tail(state_dir)}"
    raise FlexSsoError(what, hint=f"see {state_dir / 'log'}")


def become(state_dir: Path, port: int, *, reset: bool, tenants: int = 0) -> None:
    """Turn this process into the server; does not return."""
    state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    _remember(state_dir, os.getpid(), port)
    os.chdir(PROJECT)
    command = _command(state_dir, port, reset=reset, tenants=tenants)
    os.execv(command[0], command)  # noqa: S606  our own interpreter, a fixed command


def stop(state_dir: Path, server: Server) -> None:
    """Ask the process to end, insist after ten seconds, and forget its pid."""
    _signal(server.pid, signal.SIGTERM)
    if not _wait(lambda: not _is_ours(server.pid, state_dir), STOP_SECONDS):
        _signal(server.pid, signal.SIGKILL)
    (state_dir / "pid").unlink(missing_ok=True)


def reset(server: Server) -> None:
    """Plant the world afresh."""
    status = _request(server.port, "POST", "/_sandbox/reset")
    if status != 200:
        what = f"The sandbox at {server.address} did not reset (status {status})."
        hint = "./flexsso sandbox down, then ./flexsso sandbox up --reset"
        raise UnreachableError(what, hint=hint)


def is_healthy(port: int) -> bool:
    """Whether the server answers."""
    return _request(port, "GET", "/_sandbox/health") == 200


def _request(port: int, method: str, path: str) -> int | None:
    # http.client because it knows no proxies: loopback must never be asked through one.
    connection = http.client.HTTPConnection(HOST, port, timeout=10)
    try:
        connection.request(method, path)
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def _command(state_dir: Path, port: int, *, reset: bool, tenants: int) -> list[str]:
    flags = ["--port", str(port), "--state-dir", str(state_dir)]
    flags += ["--reset"] if reset else []
    flags += ["--tenants", str(tenants)] if tenants else []
    return [sys.executable, "-m", "sandbox", *flags]


def _remember(state_dir: Path, pid: int, port: int) -> Server:
    server = Server(pid=pid, port=port)
    (state_dir / "pid").write_text(json.dumps(asdict(server)) + "\n")
    return server


def _is_ours(pid: int, state_dir: Path) -> bool:
    command = f"{_command_line(pid)} "
    return " -m sandbox " in command and f" --state-dir {state_dir} " in command


def _command_line(pid: int) -> str:
    """A process's command line; "" when it is gone, or only waits to be reaped."""
    if Path("/proc/self").exists():
        try:
            return Path(f"/proc/{pid}/cmdline").read_text(errors="replace").replace("\0", " ")
        except OSError:
            return ""
    shown = subprocess.run(  # macOS: no /proc
        ["/bin/ps", "-ww", "-o", "command=", "-p", str(pid)],
        capture_output=True,
        text=True,
        check=False,
    )
    return shown.stdout.strip()


def _signal(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


def _wait(done: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if done():
            return True
        time.sleep(0.05)
    return done()


def _tail(state_dir: Path) -> str:
    return "\n".join((state_dir / "log").read_text().splitlines()[-LOG_LINES:])
