"""`./flexsso repair <stack>`: after a run that was killed, so that the next `up` can go on.

A killed engine leaves two things that Pulumi never clears by itself: the lock of the stack, and
"pending creates" of which nobody knows whether they happened. Ours are always safe to run again
(each create looks for what is there and adopts it), so they are simply forgotten. What must not
happen is that a lock is taken from somebody who still works: it is broken only if its owner was a
process of this machine that is gone.
"""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING, Annotated

import typer

from cli.env import engine_environment
from cli.project import PROJECT
from cli.stacks import Stack, require_stack
from fleet.locks import LOCKED, owners
from models.errors import FlexSsoError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from fleet.locks import Owner

LAST_LINES = 12


def repair(
    stack: Stack,
    force: Annotated[
        bool, typer.Option(help="Break the lock of another machine's run, if you know it is dead.")
    ] = False,
) -> None:
    """Make a stack usable again after a run was killed.

    Breaks the lock of a process that is gone, and refreshes. Nothing is lost by it.
    """
    require_stack(PROJECT, stack)
    environment = engine_environment(PROJECT, os.environ)
    for line in repaired(PROJECT, environment, stack, force=force):
        typer.echo(line, err=True)


def repaired(
    project: Path, environment: Mapping[str, str], stack: str, *, force: bool = False
) -> list[str]:
    """Repair it; returns what was done. Raises FlexSsoError if somebody works or it won't do."""
    notes = []
    done = _refresh(project, environment, stack)
    if LOCKED in done.stdout + done.stderr:
        holders = owners(done.stdout + done.stderr)
        refuse_living(stack, holders, force=force)
        _pulumi(project, environment, "cancel", "--yes", "--stack", stack)
        notes.append(f"{stack}: the lock of {', '.join(map(str, holders))} was broken")
        done = _refresh(project, environment, stack)
    if done.returncode:
        said = (done.stdout + done.stderr).strip().splitlines()[-LAST_LINES:]
        what = "\n".join([f"{stack} can't be refreshed:", *said])
        raise FlexSsoError(what, hint=f"./flexsso doctor {stack} names what is in the way")
    return [*notes, f"{stack}: ready; ./flexsso up {stack}"]


def refuse_living(stack: str, holders: list[Owner], *, force: bool) -> None:
    """Raise FlexSsoError if one of them may still be at work."""
    for owner in holders:
        if owner.is_gone:
            continue
        if owner.is_here or not force:
            hint = (
                "wait for it, or end it" if owner.is_here else "look there; if it is dead: --force"
            )
            raise FlexSsoError(f"{stack} is in use by {owner}.", hint=hint)
    if not holders and not force:
        hint = "if no run is under way anywhere: --force"
        raise FlexSsoError(f"{stack} is locked, and Pulumi does not say by whom.", hint=hint)


def _refresh(
    project: Path, environment: Mapping[str, str], stack: str
) -> subprocess.CompletedProcess[str]:
    flags = ["--yes", "--skip-preview", "--clear-pending-creates", "--suppress-outputs"]
    return _pulumi(project, environment, "refresh", *flags, "--stack", stack)


def _pulumi(
    project: Path, environment: Mapping[str, str], *arguments: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["pulumi", "--non-interactive", *arguments],  # noqa: S607  found by the environment's PATH
        cwd=project,
        env=dict(environment),
        capture_output=True,
        text=True,
        check=False,
    )
