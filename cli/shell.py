"""`./flexsso shell SHELL`: the lines that let a shell complete commands and stacks.

    eval "$(./flexsso shell bash)"

Typer knows how; only its installer into start-up files is left out.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer
from typer._completion_classes import completion_init  # its public door also adds options
from typer._completion_shared import get_completion_script

from cli.project import PROJECT

NAME, VARIABLE = "flexsso", "_FLEXSSO_COMPLETE"
EPILOG = """\b
Example:
  eval "$(./flexsso shell bash)"
"""
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
    typer.echo(get_completion_script(prog_name=NAME, complete_var=VARIABLE, shell=kind.value))


def stacks(incomplete: str) -> list[str]:
    """Names of the stacks that have a file, for completion."""
    files = (PROJECT / "stacks").glob("Pulumi.*.yaml")
    names = (file.name.removeprefix("Pulumi.").removesuffix(".yaml") for file in files)
    return sorted(name for name in names if name.startswith(incomplete))
