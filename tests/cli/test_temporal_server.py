"""`./flexsso fleet server`: a real Temporal server on loopback, until somebody ends it."""

from __future__ import annotations

import asyncio
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from fleet.temporal.connection import Where, connect
from tests.servers import free_port
from tests.temporal_server import TEMPORAL
from tools.temporal.run import TemporalServer

pytestmark = TEMPORAL

PROJECT = Path(__file__).resolve().parents[2]


@contextmanager
def started(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    """The command while it runs; what a failing test leaves running is ended."""
    command = ["./flexsso", "fleet", "server", *arguments]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=PROJECT, stdout=pipe, stderr=pipe, text=True) as server:
        try:
            yield server
        finally:
            server.terminate()


@pytest.mark.usefixtures("temporal")
def test_it_says_where_it_is_and_ends_when_told_to(tmp_path: Path) -> None:
    """Its file is kept, and belongs to one server at a time."""
    port, database = free_port(), tmp_path / "runs.sqlite"
    with started("--port", str(port), "--database", str(database)) as server:
        assert server.stdout
        address = server.stdout.readline().strip()
        client = asyncio.run(connect(Where({}, address)))
        with started("--port", str(free_port()), "--database", str(database)) as second:
            _, refused = second.communicate(timeout=60)
        server.send_signal(signal.SIGTERM)
        _, told = server.communicate(timeout=60)

    assert f"127.0.0.1:{port}" == address
    assert "default" == client.namespace
    assert "another server has" in refused
    assert second.returncode != 0
    assert 0 == server.returncode
    assert f"kept in {database}" in told
    assert f"./flexsso fleet worker --address {address}" in told
    assert database.exists()


def test_a_port_in_use_is_refused(temporal: TemporalServer) -> None:
    port = temporal.address.partition(":")[2]
    with started("--port", port) as server:
        _, told = server.communicate(timeout=60)

    assert 1 == server.returncode
    assert port in told
