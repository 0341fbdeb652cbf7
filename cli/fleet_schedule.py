"""`flexsso fleet schedule …` and `fleet collect`: runs that the server begins by itself."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Annotated

import typer

from cli.fleet_report import LEDGER
from cli.fleet_temporal import QUEUE, Address, Namespace, Queue, where_of
from cli.project import PROJECT
from cli.stacks import Environments, Labels, Names, Tenants
from fleet.verb import Verb

if TYPE_CHECKING:
    from datetime import datetime

LOOK = "cli.verify:report_of"

app = typer.Typer(
    no_args_is_help=True, help="Runs that Temporal begins by itself.", rich_markup_mode=None
)

Many = list[str] | None


@app.command("add")
def add(  # noqa: PLR0913  one for each option
    verb: Annotated[Verb, typer.Argument(help="What to do.")],
    names: Names = None,
    when: Annotated[
        str, typer.Option("--cron", help="When: minute hour day month weekday.")
    ] = "17 2 * * *",
    zone: Annotated[str, typer.Option("--time-zone", help="Of those hours.")] = "UTC",
    name: Annotated[str, typer.Option(help="What to call it; else as the verb.")] = "",
    tenant: Tenants = None,
    environment: Environments = None,
    label: Labels = None,
    phase: Annotated[Many, typer.Option("--phase", help="Refused: workers know no phases.")] = None,
    canary: Annotated[int, typer.Option(min=0, help="So many first.")] = 0,
    max_failures: Annotated[
        int | None, typer.Option(min=0, help="End when more than this fail.")
    ] = None,
    address: Address = "",
    namespace: Namespace = "",
    queue: Queue = QUEUE,
) -> None:
    """Have the server begin a run again and again, say drift each night.

    Stacks are chosen when it is due. `fleet collect` fetches what the runs came to.
    """
    where = where_of(address, namespace)
    from fleet.temporal import schedules  # noqa: PLC0415
    from fleet.temporal.connection import connect  # noqa: PLC0415
    from fleet.temporal.tasks import FleetOrder, How  # noqa: PLC0415
    from fleet.tenants import Selector  # noqa: PLC0415

    order = FleetOrder(
        how=How(verb=verb, queue=queue, look=LOOK if verb is Verb.VERIFY else ""),
        selector=Selector(
            names=tuple(names or ()),
            tenants=tuple(tenant or ()),
            environments=tuple(environment or ()),
            labels=tuple(label or ()),
            phases=tuple(phase or ()),
        ),
        canary=canary,
        max_failures=max_failures,
    )
    timetable = schedules.Timetable(name or verb.value, when, zone)

    async def do() -> None:
        await schedules.add(await connect(where), queue, timetable, order)

    asyncio.run(do())
    typer.echo(f"added: {timetable.name}: {verb.value} at {when} {zone}", err=True)


@app.command("list")
def listed(
    address: Address = "",
    namespace: Namespace = "",
    queue: Queue = QUEUE,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON array.")] = False,
) -> None:
    """List the schedules: verb, last run, next run."""
    where = where_of(address, namespace)
    from fleet.temporal import schedules  # noqa: PLC0415
    from fleet.temporal.connection import connect  # noqa: PLC0415

    async def do() -> list[schedules.Listed]:
        return await schedules.listed(await connect(where), queue)

    found = asyncio.run(do())
    if as_json:
        rows = [one._asdict() | {"last": _at(one.last), "next": _at(one.next)} for one in found]
        typer.echo(json.dumps(rows, indent=2))
        return
    for one in found:
        typer.echo(f"{one.name:12} {one.verb:8} last {_at(one.last)}, next {_at(one.next)}")


@app.command("remove")
def remove(
    name: Annotated[str, typer.Argument(help="As `list` shows it.")],
    address: Address = "",
    namespace: Namespace = "",
    queue: Queue = QUEUE,
) -> None:
    """Forget a schedule; a run that it has begun goes on."""
    where = where_of(address, namespace)
    from fleet.temporal import schedules  # noqa: PLC0415
    from fleet.temporal.connection import connect  # noqa: PLC0415

    async def do() -> None:
        await schedules.remove(await connect(where), queue, name)

    asyncio.run(do())
    typer.echo(f"removed: {name}", err=True)


def collect(address: Address = "", namespace: Namespace = "", queue: Queue = QUEUE) -> None:
    """Write runs of schedules, and of others, into this ledger.

    `fleet report`, `fleet metrics`, `fleet runs` and the choice by phase then know of them. Fetches
    all that have ended and that the server still keeps; safe to repeat.
    """
    where = where_of(address, namespace)
    from fleet.ledger import Ledger  # noqa: PLC0415
    from fleet.temporal.collect import Collected  # noqa: PLC0415
    from fleet.temporal.collect import collect as fetch  # noqa: PLC0415
    from fleet.temporal.connection import connect  # noqa: PLC0415

    async def do() -> list[Collected]:
        return await fetch(await connect(where), queue, Ledger(PROJECT / LEDGER))

    for one in asyncio.run(do()):
        typer.echo(f"{one.run.id}  {one.run.verb:8} {one.results} results")


def _at(time: datetime | None) -> str:
    return f"{time:%Y-%m-%dT%H:%MZ}" if time else "-"
