"""The stack's program, `__main__.py`, served to the engine from this process.

The engine's own way starts a language host, asks it for the packages (`pip list`, half a second)
and then a Python of its own. Here the program runs where its imports are loaded already; it is the
same file, run the same way (`runpy`), so resources and outputs are the same.

`pulumi.automation` serves inline programs with this class but makes five more engine calls around
it; the class is private, so its name and use are pinned by a test.
"""

from __future__ import annotations

import runpy
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING

import grpc
from pulumi.automation._server import LanguageServer
from pulumi.runtime.proto import language_pb2_grpc

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def served_program(project: Path) -> Iterator[str]:
    """Serve the project's program on loopback; yields the address for the engine's `--client`."""
    server = grpc.server(ThreadPoolExecutor(max_workers=4))
    language_pb2_grpc.add_LanguageRuntimeServicer_to_server(
        LanguageServer(lambda: run_program(project)), server
    )
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield f"127.0.0.1:{port}"
    finally:
        server.stop(grace=None).wait()


def run_program(project: Path) -> None:
    """Run it once, as the engine's language host does."""
    runpy.run_path(str(project / "__main__.py"), run_name="__main__")
