"""`./flexsso sandbox …`: start, look at and stop the pretend world of this checkout.

The world is a program of its own (`python -m sandbox`) and shares no code with the product; what
is known of it here is its command line, its port, its file and `/_sandbox/*`. It listens on
loopback only.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from cli import sandbox_server as server
from cli.project import PROJECT
from models.errors import FlexSsoError

app = typer.Typer(help="The pretend Google and Twilio, on this machine only.", no_args_is_help=True)
StateDir = Annotated[
    Path,
    typer.Option(
        help="Where its world, log and pid are.", show_default=".sandbox", resolve_path=True
    ),
]
DEFAULT_PORT = 8765
STATE_DIR = PROJECT / ".sandbox"
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
Port = Annotated[int, typer.Option(help="Port on 127.0.0.1.", min=1, max=65535)]


@app.command()
def up(  # noqa: PLR0913  one for each option
    port: Port = DEFAULT_PORT,
    foreground: Annotated[bool, typer.Option("--foreground", help="Stay in this shell.")] = False,
    reset: Annotated[bool, typer.Option("--reset", help="Forget the last world first.")] = False,
    tenants: Annotated[
        int, typer.Option(min=0, help="A new world: so many Workspaces and Flex accounts.")
    ] = 0,
    as_json: AsJson = False,
    state_dir: StateDir = STATE_DIR,
) -> None:
    """Start the sandbox and wait until it answers."""
    if foreground and as_json:
        raise typer.BadParameter("choose one of --foreground and --json")
    running = server.find(state_dir)
    is_new = reset or bool(tenants) or not (state_dir / "world.sqlite").exists()
    if running is None:
        server.require_free(port)
        if foreground:
            _note(f"sandbox at {server.address(port)}, Ctrl-C stops it")
            server.become(state_dir, port, reset=reset, tenants=tenants)
        running = server.start(state_dir, port, reset=reset, tenants=tenants)
    elif running.port != port:
        what = f"The sandbox is running on port {running.port} already."
        raise FlexSsoError(what, hint=f"./flexsso sandbox down, or use {running.address}")
    elif tenants:
        what = "The sandbox is running already, and its world would be lost."
        raise FlexSsoError(what, hint="./flexsso sandbox down, then this again")
    elif reset:
        server.reset(running)
    log = state_dir / "log"
    facts = {"address": running.address, "pid": running.pid, "log": str(log)}
    typer.echo(json.dumps(facts) if as_json else running.address)
    _note(f"sandbox is up (process {running.pid}, log in {log})")
    _note(f"who lives there: {running.address}/_sandbox/")
    if is_new:
        _note(f"next: {_first_stack(tenants)}")
    if port != DEFAULT_PORT:
        _note(f"for this port, set endpoints.base of stacks made earlier to {running.address}")


@app.command()
def down(as_json: AsJson = False, state_dir: StateDir = STATE_DIR) -> None:
    """Stop the sandbox.

    Its world is kept for the next `up`.
    """
    running = server.find(state_dir)
    if running is None:
        _note("sandbox is not running")
    else:
        server.stop(state_dir, running)
        _note(f"sandbox stopped (process {running.pid})")
    if as_json:
        typer.echo(json.dumps({"stopped": running.pid if running else None}))


@app.command()
def status(
    as_json: AsJson = False,
    state_dir: StateDir = STATE_DIR,
) -> None:
    """Say whether the sandbox runs, and where.

    Exit code 0 only if it answers.
    """
    running = server.find(state_dir)
    healthy = running is not None and server.is_healthy(running.port)
    if as_json:
        facts = {"address": running.address, "pid": running.pid} if running else {}
        typer.echo(json.dumps({"running": running is not None, "healthy": healthy, **facts}))
    elif running is None:
        typer.echo("not running: ./flexsso sandbox up starts it")
    else:
        answers = "answers" if healthy else "does not answer"
        typer.echo(f"running at {running.address} (process {running.pid}), {answers}")
    if not healthy:
        raise typer.Exit(1)


@app.command()
def reset(as_json: AsJson = False, state_dir: StateDir = STATE_DIR) -> None:
    """Forget all that happened in the world."""
    running = server.find(state_dir)
    if running is None:
        raise FlexSsoError("The sandbox is not running.", hint="./flexsso sandbox up --reset")
    server.reset(running)
    _note("sandbox is as new")
    if as_json:
        typer.echo(json.dumps({"reset": running.address}))


def _first_stack(tenants: int) -> str:
    """What to do in a new world; in one that goes on, whoever made it knows."""
    if tenants:
        return "./flexsso new t0000.dev --sandbox (what to answer: that page)"
    return "./flexsso new acme.dev --sandbox (what to answer: docs/tutorial.md)"


def _note(text: str) -> None:
    typer.echo(text, err=True)
