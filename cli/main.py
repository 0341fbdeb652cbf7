"""`./flexsso`: the commands, wired together.

A command is a module of this package. It brings a function (`app.command`) or, where one noun
has several verbs, a typer app of its own (`app.add_typer`), and one line below. What is slow to
import (Pulumi, vendor SDKs) is imported inside the function, so that `--help` stays quick.

stdout carries data only; notes and errors go to stderr. Exit codes: 0 done, 1 an error that the
last lines explain, 64 a command line that can't be understood (sysexits' EX_USAGE, because `2`
means "waits for a person" in `verify`), 130 interrupted; a command may define others.
"""

from __future__ import annotations

import sys

import typer
from typer._click.exceptions import ClickException, UsageError  # typer exports no common base

from cli import (
    appconfig,
    doctor,
    env,
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
from models.errors import FlexSsoError

USAGE_ERROR = 64
INTERRUPTED = 130

app = typer.Typer(
    name="flexsso",
    help="Google SSO for Twilio Flex, as code.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
app.command("env")(env.env)
app.command("shell", epilog=shell.EPILOG)(shell.shell)
app.command("handoff")(handoff.handoff)
app.command("appconfig", epilog=appconfig.EPILOG)(appconfig.appconfig)
app.command("doctor")(doctor.doctor)
app.command("status")(status.status)
app.command("verify")(verify.verify)
app.command("explain")(explain.explain)
app.command("new", epilog=new.EPILOG)(new.new)
app.command("up", epilog=verbs.UP_EPILOG, context_settings=verbs.PASS_ON)(verbs.up)
app.command("repair", epilog=repair.EPILOG)(repair.repair)
app.command("preview", epilog=verbs.PREVIEW_EPILOG, context_settings=verbs.PASS_ON)(verbs.preview)
app.command("destroy", epilog=verbs.DESTROY_EPILOG, context_settings=verbs.PASS_ON)(verbs.destroy)
app.add_typer(migrate.app, name="migrate")
app.add_typer(fleet.app, name="fleet")
app.add_typer(sandbox.app, name="sandbox")


def run(arguments: list[str]) -> int:
    """Run one command line and return its exit code; the only place that prints errors."""
    try:
        result = app(args=arguments, prog_name="flexsso", standalone_mode=False)
    except FlexSsoError as error:
        typer.echo(f"error: {error}", err=True)
        return 1
    except ClickException as error:
        error.show()
        return USAGE_ERROR if isinstance(error, UsageError) else error.exit_code
    except typer.Abort:
        return INTERRUPTED
    return result if isinstance(result, int) else 0  # typer.Exit arrives as its code


def main() -> None:
    """The command of the root script."""
    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
