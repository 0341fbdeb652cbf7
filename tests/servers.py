"""A pretend world served for real, on a free port of loopback, in a thread of the tests."""

from __future__ import annotations

import socket
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sandbox.hosts import HostRouter
from sandbox.world import World

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from starlette.types import ASGIApp


def free_port() -> int:
    """A port of loopback that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def served(state_dir: Path, make_app: Callable[[World], ASGIApp]) -> Iterator[World]:
    """Serve a world that nothing was planted in yet."""
    import uvicorn  # noqa: PLC0415  most tests need no server

    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    world = World(base=f"http://127.0.0.1:{listener.getsockname()[1]}", state_dir=state_dir)
    server = uvicorn.Server(uvicorn.Config(make_app(world), log_level="error"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield world
    server.should_exit = True
    thread.join(timeout=5)


def one_room(room: Any) -> Callable[[World], ASGIApp]:
    """An application of one vendor's hosts alone, without control routes."""
    return lambda world: HostRouter(room.hosts(world), _no_control)


async def _no_control(scope: Any, receive: Any, send: Any) -> None:
    raise AssertionError(scope["path"])
