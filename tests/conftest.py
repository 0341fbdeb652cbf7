"""Fixtures that several rooms share: a pretend world served for real on loopback."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.world import Options, World

pytest_plugins = ["tests.idp_files"]


@pytest.fixture(scope="session")
def served_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One server for the session, on a free port; use `pretend_world` for a clean one."""
    import uvicorn  # noqa: PLC0415  most tests need no server

    from sandbox.app import create_app  # noqa: PLC0415

    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    state_dir: Path = tmp_path_factory.mktemp("sandbox")
    world = World(base=f"http://127.0.0.1:{listener.getsockname()[1]}", state_dir=state_dir)
    server = uvicorn.Server(uvicorn.Config(create_app(world), log_level="error"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield world
    server.should_exit = True
    thread.join(timeout=5)


@pytest.fixture
def pretend_world(served_world: World) -> World:
    """The served world, freshly planted with the default seed and default options."""
    from sandbox import seed  # noqa: PLC0415  most tests need no server

    served_world.options = Options()
    served_world.set_clock(0)
    seed.plant(served_world, seed.DEFAULT)
    return served_world
