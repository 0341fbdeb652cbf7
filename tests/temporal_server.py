"""A real Temporal server for tests, as `./flexsso fleet server` starts it.

Tests that use it belong to one group (`pytestmark = TEMPORAL`), so that one server serves them all.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest

from tests.servers import free_port
from tools.temporal.__main__ import PROGRAM
from tools.temporal.run import TemporalServer

TEMPORAL = pytest.mark.xdist_group("temporal")


@pytest.fixture(scope="session")
def temporal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TemporalServer]:
    """Skips where there is no Go to build it with; where the build failed, so do the tests."""
    if not PROGRAM.exists() and shutil.which("go") is None:
        pytest.skip("no Go here to build the Temporal server with")
    server = TemporalServer(tmp_path_factory.mktemp("temporal") / "runs.sqlite", free_port())
    with server:
        yield server
