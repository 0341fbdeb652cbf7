"""`flexsso fleet VERB`: a verb on many stacks at once, on this machine or by Temporal's workers.

Exit codes: 0 all good, 1 some failed or drifted, 2 some wait for a person, 3 the run ended before
all stacks were done (`--resume` goes on), or was refused before it began.
"""

from __future__ import annotations

import contextlib
import json
import signal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from cli import fleet_prune, fleet_report, fleet_schedule, fleet_temporal
from cli.fleet_backend import allowed, fit_for
from cli.fleet_live import progress
from cli.fleet_report import LEDGER
from cli.fleet_view import Summary
from cli.project import PROJECT
from cli.stacks import Environments, Labels, Names, Tenants
from models.errors import FlexSsoError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cli.fleet_live import Progress
    from fleet.ledger import Ledger, Run
    from fleet.run import FleetRun, Options
    from fleet.temporal.run import TemporalRun
    from fleet.tenants import FleetStack, Selector

LOOK = "cli.verify:report_of"
REFUSED = 3

app = typer.Typer(no_args_is_help=True, help="Many stacks at once.", rich_markup_mode=None)

Phases = Annotated[list[str] | None, typer.Option("--phase", help="The last known phase.")]
File = Annotated[
    Path | None, typer.Option("--file", metavar="FILE", help="Names, one a line; - for stdin.")
]
Size = Annotated[int, typer.Option("--at-once", min=0, help="Stacks at once; 0: cores + 1.")]
PerAccount = Annotated[
    int,
    typer.Option("--per-account", min=1, help="The same, of one customer or account."),
]
Canary = Annotated[int, typer.Option(min=0, help="So many first; go on only if none fails.")]
MaxFailures = Annotated[int | None, typer.Option(min=0, help="End when more than this fail.")]
Resume = Annotated[
    str | None, typer.Option(metavar="RUN", help="Go on with a run; `last` is the last one.")
]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Only list the stacks, in their order, or why it can't.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


class Wanted(NamedTuple):
    """A verb on some stacks, or the rest of the run `resume`."""

    verb: str
    selector: Selector
    options: Options
    resume: str | None


class Plan(NamedTuple):
    """Every stack there is, the names of those to be done in their order, and the run to resume."""

    fleet: list[FleetStack]
    names: list[str]
    run: Run | None


def _command(verb: str, help_text: str) -> None:
    def command(  # noqa: PLR0913  one for each option
        names: Names = None,
        tenant: Tenants = None,
        environment: Environments = None,
        label: Labels = None,
        phase: Phases = None,
        file: File = None,
        size: Size = 0,
        per_account: PerAccount = 1,
        canary: Canary = 0,
        max_failures: MaxFailures = None,
        resume: Resume = None,
        dry_run: DryRun = False,
        as_json: AsJson = False,
        engine: fleet_temporal.Engine = fleet_temporal.EngineName.POOL,
        address: fleet_temporal.Address = "",
        namespace: fleet_temporal.Namespace = "",
        queue: fleet_temporal.Queue = fleet_temporal.QUEUE,
    ) -> None:
        from fleet.run import Options  # noqa: PLC0415
        from fleet.tenants import Selector  # noqa: PLC0415

        selector = Selector(
            names=(*(names or ()), *_names_in(file)),
            tenants=tuple(tenant or ()),
            environments=tuple(environment or ()),
            labels=tuple(label or ()),
            phases=tuple(phase or ()),
        )
        look = LOOK if verb == "verify" else ""
        options = Options(
            size=size,
            per_account=per_account,
            max_failures=max_failures,
            canary=canary,
            look=look,
        )
        wanted = Wanted(verb, selector, options, resume)
        via = fleet_temporal.Via(engine, address, namespace, queue)
        try:
            code = _list(wanted, via, as_json) if dry_run else _run(wanted, via, as_json)
        except FlexSsoError as error:
            typer.echo(f"error: {error}", err=True)
            code = REFUSED
        raise typer.Exit(code)

    app.command(verb, help=help_text)(command)


_command("preview", "Say what up would do, for each.")
_command("up", "Bring each to what its file says.")
_command("refresh", "Look at both consoles and write down what is there.")
_command("drift", "Find what differs from the stacks; nothing is written.")
_command("verify", "Look, predict and read what sign-ins left behind, for each.")
fleet_temporal.add_to(app)
app.add_typer(fleet_schedule.app, name="schedule")
app.command("collect")(fleet_schedule.collect)
app.command("report")(fleet_report.report)
app.command("metrics")(fleet_report.metrics)
app.command("prune")(fleet_prune.prune)


@app.command("runs")
def runs(as_json: AsJson = False) -> None:
    """List the runs that the ledger knows, newest first."""
    from fleet.ledger import Ledger  # noqa: PLC0415

    listed = Ledger(PROJECT / LEDGER).runs()
    if as_json:
        document = [{**run._asdict(), "counts": _told(counts)} for run, counts in listed]
        typer.echo(json.dumps(document, indent=2))
        return
    for run, counts in listed:
        told = ", ".join(f"{number} {name}" for name, number in _told(counts).items())
        typer.echo(f"{run.id}  {run.verb:8} {run.began[:19]}  {told}")


def _told(counts: dict[str, int]) -> dict[str, int]:
    return {name or "not done": number for name, number in counts.items()}


def _names_in(file: Path | None) -> tuple[str, ...]:
    if file is None:
        return ()
    try:
        text = typer.get_text_stream("stdin").read() if str(file) == "-" else file.read_text()
    except OSError as error:
        what = f"Can't read {file}: {error.strerror}."
        raise FlexSsoError(what, hint="a file with one name a line, or - for stdin") from None
    lines = (line.partition("#")[0].strip() for line in text.splitlines())
    found = tuple(line for line in lines if line)
    if not found:
        raise FlexSsoError(f"{file} names no stack.", hint="one name a line")
    return found


def _plan(wanted: Wanted, ledger: Ledger) -> Plan:
    """What would be done. Raises FlexSsoError where nothing can be."""
    from fleet.tenants import read_fleet, select  # noqa: PLC0415

    selector = wanted.selector
    fleet = read_fleet(PROJECT / "stacks")
    if apart := [one.name for one in fleet if not one.member and not selector.names]:
        typer.echo(f"left out, as their files say: {', '.join(apart)}", err=True)
    names = [one.name for one in select(fleet, selector, ledger.phases())]
    if not names:
        raise FlexSsoError("No stack fits.", hint="fewer conditions; ./flexsso fleet report")
    if wanted.resume is None:
        return Plan(fleet, names, None)
    run = ledger.find(wanted.resume)
    if run.verb != wanted.verb:
        what = f"The run {run.id} is a {run.verb}."
        raise FlexSsoError(what, hint=f"./flexsso fleet {run.verb} --resume {run.id}")
    return Plan(fleet, [name for name in ledger.left(run) if name in set(names)], run)


def _list(wanted: Wanted, via: fleet_temporal.Via, as_json: bool) -> int:
    from fleet.ledger import Ledger  # noqa: PLC0415

    plan = _plan(wanted, Ledger(PROJECT / LEDGER))
    if via.engine is fleet_temporal.EngineName.POOL:
        allowed(_sound(plan), wanted.options.size)
    if first := plan.names[: wanted.options.canary]:
        typer.echo(f"canaries: {', '.join(first)}", err=True)
    typer.echo(json.dumps(plan.names) if as_json else "\n".join(plan.names))
    return 0


def _run(wanted: Wanted, via: fleet_temporal.Via, as_json: bool) -> int:
    from fleet.ledger import Ledger  # noqa: PLC0415

    ledger = Ledger(PROJECT / LEDGER)
    plan = _plan(wanted, ledger)
    fleet_run = _engine_of(plan, wanted.options, via)
    # Only now: a run that was refused must not be the `last` one.
    run = plan.run or ledger.begin(wanted.verb, plan.names)
    with progress(wanted.verb) as shown, _signals(fleet_run, shown):
        shown.begin(fleet_run)
        ending = fleet_run.go(run, plan.names, ledger, shown.tell)
    summary = Summary(run, ending, ledger.results(run), ledger.left(run))
    typer.echo(json.dumps(summary.as_json(), indent=2) if as_json else summary.as_text())
    return summary.exit_code


def _engine_of(plan: Plan, options: Options, via: fleet_temporal.Via) -> FleetRun | TemporalRun:
    """Whoever does the run. Raises FlexSsoError where it can't be done."""
    from fleet.run import FleetRun  # noqa: PLC0415

    if via.engine is fleet_temporal.EngineName.TEMPORAL:
        return via.run(options)
    environment = fit_for(_sound(plan), options.size)
    return FleetRun(PROJECT, plan.fleet, environment, options)


def _sound(plan: Plan) -> list[str]:
    """Names of stacks that fail by themselves are not held against the others."""
    sound = {one.name for one in plan.fleet if not one.mistake}
    return [name for name in plan.names if name in sound]


@contextlib.contextmanager
def _signals(run: FleetRun | TemporalRun, shown: Progress) -> Iterator[None]:
    """Ctrl-C drains; a second one, or SIGTERM, also asks the engines in flight to end."""
    asked = 0

    def interrupt(*_: object) -> None:
        nonlocal asked
        asked += 1
        if asked == 1:
            shown.say(f"draining: {len(run.running)} in flight; Ctrl-C again to stop them")
            run.drain()
        else:
            run.stop()

    before = signal.signal(signal.SIGINT, interrupt)
    end = signal.signal(signal.SIGTERM, lambda *_: run.stop())
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        signal.signal(signal.SIGTERM, end)
