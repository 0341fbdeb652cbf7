"""Fixtures that several rooms share: a pretend world served for real on loopback."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sandbox.world import Options, World
from tests.servers import served

pytest_plugins = ["tests.idp_files", "tests.temporal_server"]


@pytest.fixture(scope="session")
def served_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One server for the session, on a free port; use `pretend_world` for a clean one."""
    from sandbox.app import create_app  # noqa: PLC0415  most tests need no server

    with served(tmp_path_factory.mktemp("sandbox"), create_app) as world:
        yield world


@pytest.fixture
def pretend_world(served_world: World) -> World:
    """The served world, freshly planted with the default seed and default options."""
    from sandbox import seed  # noqa: PLC0415  most tests need no server

    served_world.options = Options()
    served_world.set_clock(0)
    seed.plant(served_world, seed.DEFAULT)
    return served_world
