"""`flexsso fleet server | worker`, and runs through Temporal: `--engine temporal`.

`temporalio` is an optional part: nothing of it is imported before one of these is used.
"""

from __future__ import annotations

import asyncio
import os
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from cli.fleet_backend import fit_for
from cli.project import PROJECT
from models.errors import FlexSsoError

if TYPE_CHECKING:
    from fleet.run import Options
    from fleet.temporal.connection import Where
    from fleet.temporal.run import TemporalRun

QUEUE = "flexsso"

Address = Annotated[
    str, typer.Option(metavar="HOST:PORT", help="Temporal server; else as TEMPORAL_ADDRESS says.")
]
Namespace = Annotated[str, typer.Option(help="Temporal namespace; else TEMPORAL_NAMESPACE.")]
Queue = Annotated[str, typer.Option(help="Name of the fleet on the server.")]


class EngineName(StrEnum):
    """Who does the stacks: a pool on this machine, or the workers of a Temporal server."""

    POOL = "pool"
    TEMPORAL = "temporal"


Engine = Annotated[EngineName, typer.Option(help="This machine's pool, or Temporal's workers.")]


class Via(NamedTuple):
    """The way to the workers."""

    engine: EngineName
    address: str
    namespace: str
    queue: str

    def run(self, options: Options) -> TemporalRun:
        """A run through it. Raises FlexSsoError for options that are not the run's to say."""
        if options.size:
            raise FlexSsoError(
                "With --engine temporal each worker says how many stacks it does at once.",
                hint=f"./flexsso fleet worker --at-once {options.size}",
            )
        where = where_of(self.address, self.namespace)
        from fleet.temporal.run import TemporalRun  # noqa: PLC0415

        return TemporalRun(where, options, self.queue)


def where_of(address: str, namespace: str) -> Where:
    """The server, as told by options or the environment. Raises FlexSsoError without temporalio."""
    try:
        from fleet.temporal.connection import Where  # noqa: PLC0415
    except ModuleNotFoundError as error:
        if error.name != "temporalio":
            raise
        raise FlexSsoError(
            "Temporal's Python SDK is not installed.",
            hint="make install, or: .venv/bin/pip install temporalio",
        ) from None
    return Where(dict(os.environ), address, namespace)


def server(
    port: Annotated[int, typer.Option(help="Port on 127.0.0.1.", min=1, max=65535)] = 7233,
    database: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Keep its runs in this SQLite file.")
    ] = None,
    namespace: Annotated[str, typer.Option(help="Namespace to make.")] = "default",
) -> None:
    """Start a Temporal server for trying, on this machine only."""
    from cli import temporal_server  # noqa: PLC0415

    raise typer.Exit(temporal_server.serve(port, database, namespace))


def worker(  # noqa: PLR0913  one for each option
    address: Address = "",
    namespace: Namespace = "",
    queue: Queue = QUEUE,
    size: Annotated[int, typer.Option("--at-once", min=0, help="Stacks; 0: cores + 1.")] = 0,
    rate: Annotated[
        float, typer.Option(min=0, help="Stacks begun a second for each Google customer; 0: any.")
    ] = 5.0,
    grace: Annotated[
        float, typer.Option(min=0, help="Seconds for stacks in flight when told to end.")
    ] = 120.0,
) -> None:
    """Do stacks of a fleet until told to end; SIGTERM drains."""
    where = where_of(address, namespace)
    from fleet.temporal.activities import Place  # noqa: PLC0415
    from fleet.temporal.table import Table  # noqa: PLC0415
    from fleet.temporal.worker import Duty, work  # noqa: PLC0415

    table = Table(PROJECT / "stacks")
    table.read()
    sound = [name for name, stack in table.stacks.items() if not stack.mistake]
    place = Place.of(PROJECT, fit_for(sound, size))
    duty = Duty(queue=queue, size=size, rate=rate, grace=grace)
    asyncio.run(work(where, place, table, duty))


def add_to(app: typer.Typer) -> None:
    """Add the commands to those of the fleet."""
    app.command("server")(server)
    app.command("worker")(worker)
