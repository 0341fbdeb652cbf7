"""The Temporal server for trying: one process on loopback, built from its Go modules when missing.

It has no authentication, and is for no production (docs/how-to/fleet-temporal.md).
"""

from __future__ import annotations

import contextlib
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from cli.project import PROJECT
from cli.sandbox_server import HOST, require_free
from models.errors import FlexSsoError

if TYPE_CHECKING:
    from collections.abc import Iterator

PROGRAM = PROJECT / ".tools" / "temporal" / "flexsso-temporal"
BUILDER = PROJECT / "tools" / "temporal"
_START_SECONDS = 60.0


def serve(port: int, database: Path | None, namespace: str) -> int:
    """Run it until SIGTERM or Ctrl-C; returns its exit code."""
    require_built()
    require_free(port)
    with _kept_or_temporary(database) as file:
        from fleet.processes import dying_with_parent  # noqa: PLC0415

        command = [str(PROGRAM), "-port", str(port), "-namespace", namespace]
        process = subprocess.Popen(dying_with_parent([*command, "-database", str(file)]))
        signal.signal(signal.SIGTERM, lambda *_: process.terminate())
        signal.signal(signal.SIGINT, lambda *_: process.terminate())
        try:
            if _answers(port, process):
                _announce(port, database)
            return process.wait()
        finally:
            process.kill()


def require_built() -> None:
    """Build the server where it is missing or old; raises FlexSsoError if that can't be done."""
    if BUILDER.exists():
        done = subprocess.run([sys.executable, "-m", "tools.temporal"], cwd=PROJECT, check=False)
        if done.returncode == 0:
            return
    elif PROGRAM.exists():
        return
    raise FlexSsoError(
        "There is no Temporal server here to start.",
        hint="install Go, or use a server that runs: --address of fleet worker and fleet up",
    )


@contextlib.contextmanager
def _kept_or_temporary(database: Path | None) -> Iterator[Path]:
    if database is not None:
        yield database.resolve()
        return
    with tempfile.TemporaryDirectory(prefix="flexsso-temporal-") as folder:
        yield Path(folder) / "temporal.sqlite"


def _answers(port: int, process: subprocess.Popen[bytes]) -> bool:
    deadline = time.monotonic() + _START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection((HOST, port), timeout=1):
            return True
        time.sleep(0.05)
    return False


def _announce(port: int, database: Path | None) -> None:
    kept = f"kept in {database}" if database else "forgotten when it stops (--database keeps it)"
    typer.echo(f"{HOST}:{port}")
    typer.echo(f"Temporal is up; Ctrl-C stops it; its runs are {kept}", err=True)
    other = "" if port == 7233 else f" --address {HOST}:{port}"
    typer.echo(f"next, in another shell: ./flexsso fleet worker{other}", err=True)
    typer.echo(f"then: ./flexsso fleet up --engine temporal{other}", err=True)
