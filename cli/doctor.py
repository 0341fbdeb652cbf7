"""`flexsso doctor [STACK]`: what a stack needs, before its first `up`. Only reads are made,
unless `--repair` asks for what `./flexsso repair` does.

Exit codes: 0 nothing failed, 1 something did.
"""

from __future__ import annotations

import contextlib
import json
import os
import platform
import subprocess
import sys
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.hints import each_hint_once
from cli.project import PROJECT
from cli.stacks import other_name, stacks
from models.checkup import Check, State, failed, of_error, ok, skipped
from models.errors import FlexSsoError, TenantConfigError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from models.stack import Stack
    from providers.settings import Settings

CLOCK_TOLERANCE_SECONDS = 60
NAMESPACE = "flex-google-sso:"
LONGEST_LINE = 200


def doctor(
    stack: Annotated[
        str | None,
        typer.Argument(
            help="<tenant>.<environment>; without one, this machine only.", autocompletion=stacks
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    repair: Annotated[
        bool, typer.Option("--repair", help="First what ./flexsso repair STACK does.")
    ] = False,
) -> None:
    """Say what is missing before the first `up`.

    Looks at tools, credentials, scopes, privileges and the clock.

    One line each, with a hint for what failed. Nothing is written, except by --repair. Exit
    code: 0 nothing failed, 1 something did.
    """
    if repair:
        _repair(stack)
    checks = check_machine(PROJECT) + (check_stack(stack, PROJECT) if stack else [])
    if as_json:
        document = [one.model_dump(mode="json", exclude_defaults=True) for one in checks]
        typer.echo(json.dumps({"stack": stack, "checks": document}, indent=2, ensure_ascii=False))
    else:
        for one in each_hint_once(checks):
            typer.echo(line_of(one))
    raise typer.Exit(int(any(one.state is State.FAILED for one in checks)))


def _repair(stack: str | None) -> None:
    from cli.repair import repair  # noqa: PLC0415

    if stack is None:
        hint = "./flexsso doctor STACK --repair"
        raise FlexSsoError("--repair needs a stack: which one was killed?", hint=hint)
    repair(stack)


def line_of(check: Check) -> str:
    """One line, and one for the hint."""
    note = " ".join(check.note.split())[:LONGEST_LINE]
    line = f"{check.state:<8} {check.name}: {note}"
    return f"{line}\n{'':9}hint: {check.hint}" if check.hint and check.state != State.OK else line


def check_machine(project: Path) -> list[Check]:
    """Python, the engine that `make install` chose, and where state is kept."""
    from cli.doctor_backend import check_backend  # noqa: PLC0415

    return [_python(project), _pulumi(project), *check_backend(project)]


def _python(project: Path) -> Check:
    version = platform.python_version()
    if not sys.prefix.startswith(str(project)):
        place = Check(name="python", state=State.WARNING, note=f"{version} in {sys.prefix}")
        return place.model_copy(update={"hint": "./flexsso uses the project's own: make install"})
    return ok("python", version)


def _pulumi(project: Path) -> Check:
    from cli.env import engine_environment  # noqa: PLC0415

    try:
        environment = engine_environment(project, os.environ)
        done = subprocess.run(
            ["pulumi", "version"],  # noqa: S607
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
    except FlexSsoError as error:
        return of_error("pulumi", error)
    except (OSError, subprocess.TimeoutExpired) as error:
        return failed("pulumi", f"can't be run ({type(error).__name__})", "make install")
    if done.returncode:
        return failed("pulumi", done.stderr.strip(), "make install")
    return ok("pulumi", done.stdout.strip())


# The stack ---------------------------------------------------------------------------------------


def check_stack(name: str, project: Path) -> list[Check]:
    """Configuration, clock, then both vendors; what needs a failed check is not tried."""
    from providers.settings import Settings  # noqa: PLC0415

    try:
        config = read_stack_file(name, project)
        stack = _stack(name, config, project)
    except (FlexSsoError, ValueError) as error:
        return [_bad_configuration(error), *(skipped(n, "needs it") for n in ("google", "twilio"))]
    settings = Settings.from_config(Source(config))
    with contextlib.chdir(project):
        return [
            ok("configuration", f"stacks/Pulumi.{name}.yaml, {len(stack.people)} people listed"),
            *_metadata(stack),
            _clock(settings),
            *_guarded(_google, settings, stack),
            *_guarded(_twilio, settings, stack),
        ]


class Source(dict[str, Any]):
    """Configuration by key, as `Settings` asks for it."""


def read_stack_file(name: str, project: Path) -> Source:
    """The stack's YAML file itself: Pulumi need not know the stack yet. Raises FlexSsoError."""
    import yaml  # noqa: PLC0415

    path = project / "stacks" / f"Pulumi.{name}.yaml"
    try:
        config = yaml.safe_load(path.read_text(encoding="utf-8"))["config"]
        return Source({key.removeprefix(NAMESPACE): value for key, value in config.items()})
    except FileNotFoundError:
        what = f"There is no stacks/Pulumi.{name}.yaml."
        raise FlexSsoError(what, hint=other_name(project, name)) from None
    except (OSError, yaml.YAMLError, KeyError, TypeError, AttributeError) as error:
        what = f"stacks/Pulumi.{name}.yaml can't be read ({type(error).__name__})."
        raise FlexSsoError(what, hint="compare it with stacks/Pulumi.example.prod.yaml") from None


def _stack(name: str, config: Source, project: Path) -> Stack:
    from models.stack import read_stack  # noqa: PLC0415

    now, endpoints = datetime.now(UTC), config.get("endpoints")
    return read_stack(name, config.get("tenant"), project / "stacks", now, endpoints)


def _metadata(stack: Stack) -> list[Check]:
    """A file of another account is allowed, and hardly ever meant."""
    from models.idp_metadata import parse_idp_metadata  # noqa: PLC0415
    from models.metadata_file import other_account  # noqa: PLC0415

    if stack.idp_metadata is None:
        return []
    metadata = parse_idp_metadata(stack.idp_metadata.encode(), allow_any_host=True)
    what = other_account(metadata, stack.tenant.google.customer)
    hint = f"./flexsso handoff {stack.name} --metadata FILE, with the file of that account"
    return [Check(name="metadata", state=State.WARNING, note=what, hint=hint)] if what else []


def _bad_configuration(error: Exception) -> Check:
    if isinstance(error, TenantConfigError):
        mistakes = "; ".join(f"{key} {what}" for key, what, _ in error.problems)
        hints = [hint for *_, hint in error.problems if hint]
        return failed("configuration", mistakes, hints[0] if hints else "")
    hint = error.hint if isinstance(error, FlexSsoError) else ""
    return failed("configuration", str(error).splitlines()[0], hint)


def _guarded(
    check: Callable[[Settings, Stack], list[Check]], settings: Settings, stack: Stack
) -> list[Check]:
    try:
        return check(settings, stack)
    except FlexSsoError as error:
        return [of_error(check.__name__.strip("_"), error)]


def _google(settings: Settings, stack: Stack) -> list[Check]:
    from components.verification.preflight_google import check_google  # noqa: PLC0415

    return check_google(settings, stack.tenant)


def _twilio(settings: Settings, stack: Stack) -> list[Check]:
    from components.verification.preflight_twilio import check_twilio  # noqa: PLC0415

    return check_twilio(settings, stack.tenant)


def _clock(settings: Settings) -> Check:
    """This machine's clock against a vendor's Date header: tokens are refused beyond minutes."""
    import httpx  # noqa: PLC0415

    url = settings.endpoints.url("https://accounts.google.com/")
    try:
        answer = httpx.head(url, timeout=settings.endpoints.timeout_seconds)
        theirs = parsedate_to_datetime(answer.headers["date"])
    except (httpx.HTTPError, KeyError, ValueError) as error:
        note = f"accounts.google.com does not tell the time ({type(error).__name__})"
        return failed("network and clock", note, settings.endpoints.hint)
    return clock_check((datetime.now(UTC) - theirs).total_seconds())


def clock_check(seconds: float) -> Check:
    """`seconds` that this machine is ahead of Google."""
    if abs(seconds) > CLOCK_TOLERANCE_SECONDS:
        note = f"this machine is {abs(seconds):.0f} s {'ahead' if seconds > 0 else 'behind'}"
        return failed("network and clock", note, "set its clock (NTP): Google refuses its tokens")
    return ok("network and clock", f"within {max(1, abs(round(seconds)))} s of Google's")
