"""`./flexsso`: the commands, wired together.

A command is a module of this package. It brings a function (`app.command`) or, where one noun
has several verbs, a typer app of its own (`app.add_typer`), one line below, and an example. What
is slow to import (Pulumi, vendor SDKs) is imported inside the function: `--help` stays quick.

stdout carries data only; notes and errors go to stderr. Exit codes: 0 done, 1 an error that the
last lines explain, 64 a command line that can't be understood (sysexits' EX_USAGE, because `2`
means "waits for a person" in `verify`), 130 interrupted; a command may define others.
"""

from __future__ import annotations

import sys
from typing import Annotated

import typer
from typer._click.exceptions import (  # typer exports no common base
    ClickException,
    MissingParameter,
    NoArgsIsHelpError,
    UsageError,
)

from cli import (
    appconfig,
    doctor,
    env,
    examples,
    explain,
    fleet,
    handoff,
    migrate,
    new,
    repair,
    sandbox,
    shell,
    status,
    verify,
)
from cli import pulumi_verbs as verbs
from cli.project import PROJECT
from cli.stacks import stacks_of
from models.errors import FlexSsoError
from models.version import VERSION
from models.whole_list import text_of

USAGE_ERROR = 64
INTERRUPTED = 130
SOME = 8
LAST_HINT = "./flexsso doctor looks at engine, backend, credentials and configuration"
"""For what a vendor refused without a reason that we know."""

app = typer.Typer(
    name="flexsso",
    help="Google SSO for Twilio Flex, as code.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
app.command("new")(new.new)
app.command("doctor")(doctor.doctor)
app.command("up", context_settings=verbs.PASS_ON)(verbs.up)
app.command("preview", context_settings=verbs.PASS_ON)(verbs.preview)
app.command("handoff")(handoff.handoff)
app.command("status")(status.status)
app.command("verify")(verify.verify)
app.command("explain")(explain.explain)
app.command("repair")(repair.repair)
app.command("destroy", context_settings=verbs.PASS_ON)(verbs.destroy)
app.command("appconfig")(appconfig.appconfig)
app.command("env")(env.env)
app.command("shell")(shell.shell)
app.add_typer(migrate.app, name="migrate")
app.add_typer(fleet.app, name="fleet")
app.add_typer(sandbox.app, name="sandbox")
examples.add_to(app)


def _say_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"flexsso {VERSION}")
        raise typer.Exit


@app.callback()
def flexsso(
    version: Annotated[
        bool, typer.Option("--version", callback=_say_version, is_eager=True, help="Say which.")
    ] = False,
) -> None:
    """Google SSO for Twilio Flex, as code."""


def run(arguments: list[str]) -> int:
    """Run one command line and return its exit code; the only place that prints errors."""
    try:
        result = app(args=arguments, prog_name="flexsso", standalone_mode=False)
    except FlexSsoError as error:
        last_resort = error.fix if type(error) is not FlexSsoError else LAST_HINT
        _say_error(text_of(error) if error.hint else f"{error}\nhint: {last_resort}")
        return 1
    except UsageError as error:
        _say_usage(error)
        return USAGE_ERROR
    except ClickException as error:
        _say_error(f"{error.format_message()}\nhint: {LAST_HINT}")
        return error.exit_code
    except typer.Abort:
        return INTERRUPTED
    return result if isinstance(result, int) else 0  # typer.Exit arrives as its code


def _say_usage(error: UsageError) -> None:
    context = error.ctx
    if isinstance(error, NoArgsIsHelpError):
        typer.echo(error.format_message(), err=True)
        return
    if context is not None:
        typer.echo(context.get_usage(), err=True)
    command = context.command_path if context is not None else "flexsso"
    _say_error(f"{error.format_message()}\nhint: {_way_on(error, command)}")


def _way_on(error: UsageError, command: str) -> str:
    """Which stacks there are, where one was not named; else the command's help."""
    parameter = error.param if isinstance(error, MissingParameter) else None
    known = stacks_of(PROJECT) if parameter is not None and parameter.name == "stack" else []
    if not known:
        return f"./{command} --help"
    more = f" (of {len(known):,} in stacks/)" if len(known) > SOME else ""
    return f"one of {', '.join(known[:SOME])}{more}, such as ./{command} {known[0]}"


def _say_error(text: str) -> None:
    typer.echo(f"error: {text}", err=True)


def main() -> None:
    """The command of the root script."""
    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
