"""`python -m sandbox`: run the pretend world in the foreground, on loopback."""

from __future__ import annotations

import argparse
from pathlib import Path

import uvicorn

from sandbox import seed
from sandbox.app import create_app
from sandbox.many import fleet_seed
from sandbox.store import Store
from sandbox.world import World


def main() -> None:
    """Parse the command line, open or plant the world, serve it."""
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    parser.add_argument("--port", type=int, default=8765)
    parser.add_argument("--state-dir", type=Path, default=Path(".sandbox"))
    parser.add_argument("--reset", action="store_true", help="forget the last world first")
    parser.add_argument("--tenants", type=int, default=0, help="a new world of so many tenants")
    chosen = parser.parse_args()

    chosen.state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    world = World(
        base=f"http://127.0.0.1:{chosen.port}",
        state_dir=chosen.state_dir,
        store=Store(chosen.state_dir / "world.sqlite"),
    )
    if chosen.tenants:
        seed.plant(world, fleet_seed(chosen.tenants))
    elif chosen.reset or not world.store.page("google_customer", limit=1):
        seed.plant(world, seed.DEFAULT)
    uvicorn.run(
        create_app(world), host="127.0.0.1", port=chosen.port, log_level="warning", access_log=False
    )


if __name__ == "__main__":
    main()
