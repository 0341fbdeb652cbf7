"""`./flexsso repair <stack>`: after a run that was killed, so that the next `up` can go on.

A killed engine leaves two things that Pulumi never clears by itself: the lock of the stack, and
"pending creates" of which nobody knows whether they happened. Ours are always safe to run again
(each create looks for what is there and adopts it), so they are simply forgotten. What must not
happen is that a lock is taken from somebody who still works: it is broken only if its owner was a
process of this machine that is gone.
"""

from __future__ import annotations

import os
import re
import socket
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from cli.env import engine_environment
from cli.project import PROJECT
from cli.stacks import Stack, require_stack
from fleet.processes import answers
from models.errors import FlexSsoError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

LAST_LINES = 12
_LOCKED = "is currently locked by"
_OWNER = re.compile(
    r"created by (?P<user>\S+)@(?P<host>\S+) \(pid (?P<pid>\d+)\) at (?P<since>\S+)"
)


@dataclass(frozen=True)
class Owner:
    """Who holds a lock, as Pulumi writes it down."""

    user: str
    host: str
    pid: int
    since: str

    def __str__(self) -> str:
        return f"{self.user}@{self.host} (process {self.pid}, since {self.since})"

    @property
    def is_gone(self) -> bool:
        """Whether it was a process of this machine that has ended."""
        return self.host == socket.gethostname() and not answers(self.pid)


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
    if _LOCKED in done.stdout + done.stderr:
        owners = owners_of(done.stdout + done.stderr)
        refuse_living(stack, owners, force=force)
        _pulumi(project, environment, "cancel", "--yes", "--stack", stack)
        notes.append(f"{stack}: the lock of {', '.join(map(str, owners))} was broken")
        done = _refresh(project, environment, stack)
    if done.returncode:
        said = (done.stdout + done.stderr).strip().splitlines()[-LAST_LINES:]
        what = "\n".join([f"{stack} can't be refreshed:", *said])
        raise FlexSsoError(what, hint=f"./flexsso doctor {stack} names what is in the way")
    return [*notes, f"{stack}: ready; ./flexsso up {stack}"]


def owners_of(said: str) -> list[Owner]:
    """The owners in what Pulumi says of a locked stack."""
    found = (match.groupdict() for match in _OWNER.finditer(said))
    return [Owner(one["user"], one["host"], int(one["pid"]), one["since"]) for one in found]


def refuse_living(stack: str, owners: list[Owner], *, force: bool) -> None:
    """Raise FlexSsoError if one of them may still be at work."""
    for owner in owners:
        if owner.is_gone:
            continue
        here = owner.host == socket.gethostname()
        if here or not force:
            hint = "wait for it, or end it" if here else "look there; if it is dead: --force"
            raise FlexSsoError(f"{stack} is in use by {owner}.", hint=hint)
    if not owners and not force:
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
