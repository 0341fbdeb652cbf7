"""Names of stacks, as a command line takes them: those that there are, completed and corrected."""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path
from typing import Annotated

import typer

from cli.project import PROJECT
from models.errors import FlexSsoError
from models.stack import NAME


def stacks_of(project: Path) -> list[str]:
    """Those that have a file in `stacks/`, in order."""
    files = (project / "stacks").glob("Pulumi.*.yaml")
    return sorted(file.name.removeprefix("Pulumi.").removesuffix(".yaml") for file in files)


def stacks(incomplete: str) -> list[str]:
    """Those of this checkout that begin so, for a shell's completion."""
    return [name for name in stacks_of(PROJECT) if name.startswith(incomplete)]


def tenants(incomplete: str) -> list[str]:
    """What stands before the dots of their names, for a shell's completion."""
    found = {name.partition(".")[0] for name in stacks_of(PROJECT)}
    return sorted(name for name in found if name.startswith(incomplete))


def environments(incomplete: str) -> list[str]:
    """What stands after the dots of their names, for a shell's completion."""
    found = {name.partition(".")[2] for name in stacks_of(PROJECT)}
    return sorted(name for name in found if name.startswith(incomplete))


HELP = "Its name: <tenant>.<environment>, such as acme.prod."
Stack = Annotated[str, typer.Argument(help=HELP, autocompletion=stacks)]
Names = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[STACK]...", help="Names, with * and ?; or all.", autocompletion=stacks
    ),
]
Tenants = Annotated[
    list[str] | None,
    typer.Option("--tenant", help="The part before the dot.", autocompletion=tenants),
]
Environments = Annotated[
    list[str] | None,
    typer.Option("--environment", "-e", help="The part after it.", autocompletion=environments),
]
Labels = Annotated[
    list[str] | None, typer.Option("--label", metavar="KEY=VALUE", help="As labels in its file.")
]


def require_stack(project: Path, stack: str) -> None:
    """Raise FlexSsoError, with the name that was probably meant, unless the stack has a file."""
    if not (project / "stacks" / f"Pulumi.{stack}.yaml").is_file():
        raise FlexSsoError(f"There is no stack {stack}.", hint=other_name(project, stack))


def other_name(project: Path, stack: str) -> str:
    """What to do about a name that no stack has."""
    near = get_close_matches(stack, stacks_of(project), n=1)
    meant = f"did you mean {near[0]}? " if near else ""
    if not NAME.fullmatch(stack):
        return f"{meant}Stacks are named <tenant>.<environment>, for example acme.prod"
    return f"{meant}A new one begins with ./flexsso new {stack}"
