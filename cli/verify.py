"""`flexsso verify STACK`: does sign-in work, will it for everybody, and did it.

Exit codes: 0 all good, 1 something is wrong, 2 waits for a person, 3 could not look.
"""

from __future__ import annotations

import contextlib
import json
import sys
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from cli.project import PROJECT
from cli.stacks import Stack
from models.errors import (
    CredentialsError,
    FlexSsoError,
    TenantConfigError,
    UnreachableError,
    VendorApiError,
)
from models.finding import ExitCode

if TYPE_CHECKING:
    from pathlib import Path

    from cli.stack_state import StackState
    from models.finding import Report
    from models.handoff import HandoffScreen
    from models.roles import RoleAssignment

PAUSE_SECONDS = 10


def verify(
    stack: Stack,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    show_values: Annotated[
        bool, typer.Option("--show-values", help="Show people's addresses and values.")
    ] = False,
    person: Annotated[
        list[str] | None,
        typer.Option(metavar="EMAIL", help="Only this person, with what Google would send."),
    ] = None,
    wait: Annotated[
        int, typer.Option(metavar="MINUTES", min=0, help="Look again until all is good.")
    ] = 0,
) -> None:
    """Say whether sign-in works, and for whom it will not.

    Looks at both consoles, predicts each sign-in, reads what real ones left behind.

    Nothing is written. Exit code: 0 all good, 1 something is wrong, 2 waits for a person,
    3 could not look (credentials, network).
    """
    from cli import verify_view as view  # noqa: PLC0415

    try:
        report = _until_good(stack, frozenset(person or ()), wait * 60)
    except TenantConfigError:
        raise  # that is wrong, and exit code 1
    except FlexSsoError as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(ExitCode.COULD_NOT_LOOK) from None
    shown = report if show_values else view.redacted(report)
    if as_json:
        typer.echo(json.dumps(view.as_json(shown), indent=2, ensure_ascii=False))
    else:
        typer.echo(view.as_text(shown))
    raise typer.Exit(report.exit_code)


def _until_good(stack: str, chosen: frozenset[str], seconds: float) -> Report:
    """One look, or as many as fit into the time; a line on stderr tells what is waited for.

    A look that fails is made again, too; what is wrong in the configuration waits for nobody.
    """
    from cli.verify_view import mask_emails, redacted, verdict  # noqa: PLC0415

    began = time.monotonic()
    while True:
        found = _look_once(stack, chosen)
        passed = time.monotonic() - began
        over = passed + PAUSE_SECONDS > seconds
        if isinstance(found, FlexSsoError):
            if over:
                raise found
            said = mask_emails(found.what)
        elif found.exit_code is ExitCode.GOOD or over:
            return found
        else:
            said = verdict(redacted(found))
        clock = f"{_minutes(passed)} of {_minutes(seconds)}"
        sys.stderr.write(f"waiting, {clock}: {said}\n")
        time.sleep(PAUSE_SECONDS)


def _look_once(stack: str, chosen: frozenset[str]) -> Report | FlexSsoError:
    try:
        return report_of(stack, PROJECT, chosen)
    except TenantConfigError:
        raise
    except FlexSsoError as error:
        return error


def _minutes(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


def report_of(stack: str, project: Path, chosen: frozenset[str] = frozenset()) -> Report:
    """One look at a stack of the project, at the chosen people or all.

    Raises FlexSsoError if it can't even be read.
    """
    from cli.stack_state import read_stack_state  # noqa: PLC0415

    return report_on(read_stack_state(stack, project), project, chosen)


def report_on(state: StackState, project: Path, chosen: frozenset[str] = frozenset()) -> Report:
    """One look, with what the engine knows of the stack."""
    from components.verification.expected import expected_of  # noqa: PLC0415
    from components.verification.verify import verify as look  # noqa: PLC0415
    from models.finding import Finding, Result  # noqa: PLC0415
    from models.roles import union  # noqa: PLC0415
    from models.stack import read_stack  # noqa: PLC0415
    from providers.google.groups import people_of_groups  # noqa: PLC0415
    from providers.settings import Settings  # noqa: PLC0415

    now = datetime.now(UTC)
    stack = read_stack(state.name, state.get("tenant"), project / "stacks", now)
    settings = Settings.from_config(state)
    lost: list[Finding] = []
    left_out: list[str] = []
    with contextlib.chdir(project):
        try:
            from_groups = people_of_groups(settings, stack.tenant, left_out.append)
        except (CredentialsError, UnreachableError, VendorApiError) as error:
            from_groups, note = {}, error.what
            gap = Finding(check="groups", result=Result.NOT_CHECKED, note=note, blind=True)
            lost.append(gap)
        people = _chosen(union(stack.people, from_groups), chosen)
        attested = attested_screens(state, stack.folder)
        expected = expected_of(stack, people, state.resources, attested, now)
        more = {"shows_claims": bool(chosen), "screens": vouchable_screens(state)}
        report = look(settings, expected.model_copy(update=more))
    lost += [
        Finding(check="groups", result=Result.MATCH, note=text, warning=True) for text in left_out
    ]
    return report.model_copy(update={"findings": [*report.findings, *lost]})


def _chosen(people: dict[str, RoleAssignment], chosen: frozenset[str]) -> dict[str, RoleAssignment]:
    """Those people only. Raises FlexSsoError for somebody who is not of the stack."""
    unknown = sorted({one.lower() for one in chosen} - people.keys())
    if unknown:
        what = f"{', '.join(unknown)} is nobody of this stack."
        raise FlexSsoError(what, hint="list them in tenant.roles, or in a group of it")
    return {email: people[email] for email in sorted({one.lower() for one in chosen})} or people


def vouchable_screens(state: StackState) -> dict[str, HandoffScreen]:
    """Screens of the last `up`'s hand-off for which a person's word counts, by id."""
    from models.attestation import attestable  # noqa: PLC0415
    from models.handoff import Handoff  # noqa: PLC0415

    if "handoff" not in state.outputs:
        return {}
    return attestable(Handoff.model_validate(state.outputs["handoff"]))


def attested_screens(state: StackState, folder: Path) -> dict[str, str]:
    """Screen of the hand-off → who vouched for the values that it has now, and when."""
    from models.attestation import read_attestations  # noqa: PLC0415

    screens = vouchable_screens(state)
    return {
        id_: str(given)
        for id_, given in read_attestations(folder).items()
        if id_ in screens and given.holds_for(screens[id_])
    }
