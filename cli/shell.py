"""`./flexsso shell SHELL`: the lines that let a shell complete commands and stacks.

    eval "$(./flexsso shell bash)"

Typer knows how; only its installer into start-up files is left out.
"""

from __future__ import annotations

import re
import shlex
from enum import StrEnum
from typing import Annotated

import typer
from typer._completion_classes import completion_init  # its public door also adds options
from typer._completion_shared import get_completion_script

from cli.project import PROJECT

NAME, VARIABLE = "flexsso", "_FLEXSSO_COMPLETE"
_ASKED_BY_NAME = re.compile(rf"\b{NAME}(?=\)|\"$)", re.M)
"""Where a script runs the command, which needn't be on PATH (bash runs what was typed)."""
completion_init()


class Shell(StrEnum):
    """Shells that can be taught."""

    BASH = "bash"
    ZSH = "zsh"
    FISH = "fish"


def shell(kind: Annotated[Shell, typer.Argument(help="Which shell.", metavar="SHELL")]) -> None:
    """Print lines that teach a shell to complete.

    It then knows commands, options and stacks.
    """
    script = get_completion_script(prog_name=NAME, complete_var=VARIABLE, shell=kind.value)
    typer.echo(_ASKED_BY_NAME.sub(lambda _: shlex.quote(str(PROJECT / NAME)), script))
