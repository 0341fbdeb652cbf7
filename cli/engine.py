"""`pulumi`, asked for something: the one place where its answer is awaited and read.

What a person should see of Pulumi as it happens is not for here (`pulumi_verbs.run_verb`).
"""

from __future__ import annotations

import json
import os
import subprocess
from typing import TYPE_CHECKING, Any

from cli.env import engine_environment
from cli.stacks import other_name, stacks_of
from fleet.said import lines_of
from models.errors import FlexSsoError

if TYPE_CHECKING:
    from pathlib import Path

TIMEOUT_SECONDS = 120
BACKENDS = "docs/how-to/state-backends.md"


def pulumi(project: Path, stack: str, *verb: str) -> str:
    """What `pulumi VERB --stack STACK` prints, which must not ask anything.

    Raises FlexSsoError with what Pulumi said, and with the way on.
    """
    command = ["pulumi", "--non-interactive", *verb, "--stack", stack]
    try:
        done = subprocess.run(
            command,
            cwd=project,
            env=engine_environment(project, os.environ),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=TIMEOUT_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise cant_run(error) from None
    if done.returncode:
        said = "\n".join(lines_of(done.stderr)) or f"exit code {done.returncode}"
        raise FlexSsoError(f"Pulumi: {said}", hint=_hint(project, stack, said))
    return done.stdout


def pulumi_json(project: Path, stack: str, *verb: str) -> dict[str, Any]:
    """The same, for a verb that prints one JSON object."""
    text = pulumi(project, stack, *verb)
    try:
        return dict(json.loads(text))
    except (ValueError, TypeError):
        what = f"Pulumi: `pulumi {' '.join(verb)}` printed something that is no JSON object."
        raise FlexSsoError(what, hint="./flexsso doctor names the engine in use") from None


def cant_run(error: OSError | subprocess.TimeoutExpired) -> FlexSsoError:
    """There is no answer at all: no engine where `make install` found one, or a silent backend."""
    if isinstance(error, subprocess.TimeoutExpired):
        what = f"Pulumi has not answered for {TIMEOUT_SECONDS} seconds."
        return FlexSsoError(what, hint=f"is the state backend reachable? {BACKENDS}")
    what = f"Pulumi can't be run ({error.strerror or type(error).__name__})."
    return FlexSsoError(what, hint="make install chooses an engine anew")


def init_command(stack: str) -> str:
    """How a stack that has a file is made known to Pulumi."""
    return f'eval "$(./flexsso env)"; pulumi stack init --no-select {stack}'


def _hint(project: Path, stack: str, said: str) -> str:
    if "no stack named" in said:
        known = stack in stacks_of(project)
        return init_command(stack) if known else other_name(project, stack)
    if "currently locked" in said:
        return f"./flexsso repair {stack}"
    if "passphrase" in said:
        return f"set PULUMI_CONFIG_PASSPHRASE as it was when the stack was made: {BACKENDS}"
    if "login" in said or "PULUMI_ACCESS_TOKEN" in said:
        return f"log in to the state backend, or choose another: {BACKENDS}"
    return f"./flexsso doctor {stack} looks at engine, backend and configuration"
