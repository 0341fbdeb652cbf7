"""`./flexsso up|preview|destroy <stack>`: Pulumi's own verbs, in the environment they need.

Whatever stands after the stack goes to Pulumi as it is; what Pulumi prints and its exit code come
back as they are. Only at the end, on stderr, stands what the stack says of itself: its phase and
the next step. Plain `pulumi` works just as well, after eval "$(./flexsso env)".
"""

from __future__ import annotations

import os
import signal
import subprocess
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import typer

from cli.engine import cant_run, pulumi_json
from cli.env import engine_environment
from cli.project import PROJECT
from cli.stacks import Stack, require_stack
from models.errors import FlexSsoError
from models.phase import Phase

if TYPE_CHECKING:
    from pathlib import Path

PASS_ON = {"allow_extra_args": True, "ignore_unknown_options": True}

CHANGES_FOUND = 7
"""Pulumi's exit code where --expect-no-changes finds some."""
FAILED = """{stack}: this {verb} did not go through; why stands above
next: put that right, then ./flexsso {verb} {stack}"""
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
    require_stack(PROJECT, stack)
    environment = engine_environment(PROJECT, os.environ)
    code = run_verb(PROJECT, environment, [verb, "--stack", stack, *arguments])
    if code == CHANGES_FOUND:
        typer.echo(DIFFERS.format(stack=stack), err=True)
    else:
        typer.echo(_last_words(verb, stack, code), err=True)
    raise typer.Exit(code)


def run_verb(project: Path, environment: dict[str, str], arguments: list[str]) -> int:
    """Run `pulumi` in this terminal and return its exit code. Raises FlexSsoError without one.

    Ctrl-C reaches Pulumi from the terminal itself; it ends what it has begun, and so we wait. A
    SIGTERM that reaches us only is handed on.
    """
    command = ["pulumi", *arguments]
    try:
        engine = subprocess.Popen(command, cwd=project, env=environment)
    except OSError as error:
        raise cant_run(error) from None
    with engine:
        interrupt = signal.signal(signal.SIGINT, signal.SIG_IGN)
        end = signal.signal(signal.SIGTERM, lambda number, _: engine.send_signal(number))
        try:
            return engine.wait()
        finally:
            signal.signal(signal.SIGINT, interrupt)
            signal.signal(signal.SIGTERM, end)


def _last_words(verb: str, stack: str, code: int) -> str:
    """What the state says now, which after a preview is what it said before."""
    try:
        outputs = pulumi_json(PROJECT, stack, "stack", "output", "--json")
        if code:
            return _failed(verb, stack, outputs)
        page = _page(stack, outputs) if verb == "up" else None
    except FlexSsoError as error:
        if code:
            return _failed(verb, stack, {})
        gone = verb == "destroy"  # with --remove
        return f"{stack}: nothing deployed" if gone else f"{stack}: {error}"
    except OSError as error:
        return f"{stack}: the hand-off page can't be written ({error})"
    return told(stack, outputs, page, when=" at its last `up`" if verb == "preview" else "")


def _failed(verb: str, stack: str, outputs: dict[str, Any]) -> str:
    """The phase that the state has is that of another day, and must not look like this one's."""
    lines = [FAILED.format(stack=stack, verb=verb)]
    if "status" in outputs:
        lines.append(f"(at the last up that did: {outputs['status']})")
    return "\n".join(lines)


def told(stack: str, outputs: dict[str, Any], page: Path | None = None, when: str = "") -> str:
    """Phase and next step, and where the page is that has more of it."""
    if "status" not in outputs:
        return f"{stack}: nothing deployed"
    lines = [f"{stack}: {outputs['status']}{when}", f"next: {outputs['next_step']}"]
    return "\n".join([*lines, *([f"page: {page}"] if page else [])])


def _page(stack: str, outputs: dict[str, Any]) -> Path | None:
    """The hand-off page as it is now. Once nobody is waited for, one that is there is brought
    up to date, and no longer pointed at.
    """
    from cli.handoff import PAGE, write_page  # noqa: PLC0415
    from cli.handoff_stack import folder_of  # noqa: PLC0415
    from cli.handoff_view import view_of  # noqa: PLC0415
    from models.attestation import read_attestations  # noqa: PLC0415

    folder = folder_of(PROJECT, stack)
    verified = outputs.get("status") == Phase.VERIFIED
    if "handoff" not in outputs or (verified and not (folder / PAGE).exists()):
        return None
    page = write_page(folder, view_of(outputs, read_attestations(folder), datetime.now(UTC)))
    return None if verified else page
