"""`./flexsso up|preview|destroy <stack>`: Pulumi's own verbs, in the environment they need.

Whatever stands after the stack goes to Pulumi as it is; what Pulumi prints and its exit code come
back as they are. Only at the end, on stderr, stands what the stack says of itself: its phase and
the next step. Plain `pulumi` works just as well, after eval "$(./flexsso env)".
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
from typing import TYPE_CHECKING, Annotated

import typer

from cli.env import engine_environment
from cli.project import PROJECT
from cli.shell import stacks
from models.errors import FlexSsoError

if TYPE_CHECKING:
    from pathlib import Path

PASS_ON = {"allow_extra_args": True, "ignore_unknown_options": True}
UP_EPILOG = """\b
Example:
  ./flexsso up acme.prod --yes
"""
PREVIEW_EPILOG = """\b
Example, which fails if a console was changed by hand:
  ./flexsso preview acme.prod --refresh --expect-no-changes
"""
DESTROY_EPILOG = """\b
Example:
  ./flexsso destroy acme.dev
"""
Stack = Annotated[
    str, typer.Argument(help="Its name: <tenant>.<environment>.", autocompletion=stacks)
]

CHANGES_FOUND = 7
"""Pulumi's exit code where --expect-no-changes finds some."""
DIFFERS = """{stack}: not as the stack has it; what differs is named above
next: ./flexsso verify {stack} says who puts it right where; \
./flexsso up {stack} --refresh writes back what has an API"""


def up(context: typer.Context, stack: Stack) -> None:
    """Bring a stack to what its file says: pulumi up.

    Further arguments go to Pulumi; its exit code is kept.
    """
    _pass_on("up", stack, context.args)


def preview(context: typer.Context, stack: Stack) -> None:
    """Say what up would do: pulumi preview.

    Further arguments go to Pulumi; its exit code is kept.
    """
    _pass_on("preview", stack, context.args)


def destroy(context: typer.Context, stack: Stack) -> None:
    """Take back what was written for a stack: pulumi destroy.

    The schema, the SAML app and the SSO form stay. Further arguments go to Pulumi; its exit code
    is kept.
    """
    _pass_on("destroy", stack, context.args)


def _pass_on(verb: str, stack: str, arguments: list[str]) -> None:
    if not (PROJECT / "stacks" / f"Pulumi.{stack}.yaml").is_file():
        raise FlexSsoError(f"There is no stack {stack}.", hint=f"./flexsso new {stack}")
    environment = engine_environment(PROJECT, os.environ)
    code = run_verb(PROJECT, environment, [verb, "--stack", stack, *arguments])
    if code == CHANGES_FOUND:
        typer.echo(DIFFERS.format(stack=stack), err=True)
    else:
        typer.echo(_last_words(stack, _outputs(PROJECT, environment, stack)), err=True)
    raise typer.Exit(code)


def run_verb(project: Path, environment: dict[str, str], arguments: list[str]) -> int:
    """Run `pulumi` in this terminal and return its exit code.

    Ctrl-C reaches Pulumi from the terminal itself; it ends what it has begun, and so we wait. A
    SIGTERM that reaches us only is handed on.
    """
    command = ["pulumi", *arguments]
    with subprocess.Popen(command, cwd=project, env=environment) as engine:
        interrupt = signal.signal(signal.SIGINT, signal.SIG_IGN)
        end = signal.signal(signal.SIGTERM, lambda number, _: engine.send_signal(number))
        try:
            return engine.wait()
        finally:
            signal.signal(signal.SIGINT, interrupt)
            signal.signal(signal.SIGTERM, end)


def _outputs(project: Path, environment: dict[str, str], stack: str) -> dict[str, str]:
    command = ["pulumi", "stack", "output", "--json", "--stack", stack]
    done = subprocess.run(
        command, cwd=project, env=environment, capture_output=True, text=True, check=False
    )
    try:
        return dict(json.loads(done.stdout))
    except ValueError:
        return {}


def _last_words(stack: str, outputs: dict[str, str]) -> str:
    """What the state says now, which after a preview or a failure is what it said before."""
    if "status" not in outputs:
        return f"{stack}: nothing deployed"
    return f"{stack}: {outputs['status']}\nnext: {outputs['next_step']}"
