"""`flexsso handoff STACK`: what to paste where, for the two steps that have no API.

Everything shown comes from the stack's outputs and from `stacks/<stack>/attestations.json`.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.project import PROJECT
from cli.stacks import Stack
from models.errors import FlexSsoError

if TYPE_CHECKING:
    from pathlib import Path

    from cli.handoff_view import View

PAGE = "handoff.html"


def handoff(  # noqa: PLR0913  one for each option
    stack: Stack,
    as_json: Annotated[bool, typer.Option("--json", help="Print it as one JSON object.")] = False,
    as_markdown: Annotated[bool, typer.Option("--markdown", help="Print it for a ticket.")] = False,
    metadata: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Check and keep Google's metadata file; - for stdin."),
    ] = None,
    any_account: Annotated[
        bool, typer.Option("--any-account", help="… though it names another Google account.")
    ] = False,
    attest: Annotated[
        str | None, typer.Option(metavar="STEP", help="Say that a step is done that nothing shows.")
    ] = None,
    by: Annotated[str, typer.Option(metavar="NAME", help="Who says so.")] = "",
) -> None:
    """Write the hand-off page, and print its path.

    The page lies in the stack's folder: open it in a browser.
    """
    if sum((as_json, as_markdown, metadata is not None)) > 1:
        raise typer.BadParameter("choose one of --json, --markdown and --metadata")
    if metadata is not None:
        _keep_metadata(stack, metadata, any_account=any_account)
        return
    now = datetime.now(UTC)
    view = _view(stack, attest, by, now)
    if as_json:
        typer.echo(json.dumps(as_document(view), indent=2, ensure_ascii=False))
    elif as_markdown:
        from cli.handoff_markdown import render_markdown  # noqa: PLC0415

        typer.echo(render_markdown(view), nl=False)
    else:
        typer.echo(write_page(PROJECT / "stacks" / stack, view))


def _view(stack: str, attest: str | None, by: str, now: datetime) -> View:
    from cli.handoff_stack import folder_of, read_outputs  # noqa: PLC0415
    from cli.handoff_view import view_of  # noqa: PLC0415
    from models import attestation  # noqa: PLC0415
    from models.handoff import Handoff  # noqa: PLC0415

    folder = folder_of(PROJECT, stack)
    outputs = read_outputs(PROJECT, stack)
    if attest is not None:
        document = Handoff.model_validate(outputs["handoff"])
        given = attestation.attest(folder, document, attest, by, now)
        typer.echo(f"{attest}: attested by {given}", err=True)
    elif by:
        raise FlexSsoError("--by goes with --attest.", hint="--attest STEP --by NAME")
    return view_of(outputs, attestation.read_attestations(folder), now)


def _keep_metadata(stack: str, file: str, *, any_account: bool) -> None:
    from cli.handoff_metadata import read  # noqa: PLC0415
    from cli.handoff_stack import folder_of, read_tenant  # noqa: PLC0415
    from models.errors import MetadataError  # noqa: PLC0415
    from models.metadata_file import keep, settings_of  # noqa: PLC0415

    folder = folder_of(PROJECT, stack)
    tenant = settings_of(read_tenant(PROJECT, stack))
    now = datetime.now(UTC)
    try:
        kept = keep(folder, tenant, read(file), now, any_account=any_account)
    except MetadataError as error:
        again = f"then again: ./flexsso handoff {stack} --metadata FILE"
        hint = f"{error.hint or error.fix}; {again}"
        raise type(error)(f"{file} was not kept. {error.what}", hint=hint) from None
    for line in kept.said:
        typer.echo(line, err=True)
    typer.echo(kept.path)
    typer.echo(f"next: ./flexsso up {stack}", err=True)


def write_page(folder: Path, view: View) -> Path:
    """Write the page into the stack's folder and return where."""
    from cli.handoff_page import render_html  # noqa: PLC0415
    from models.private_file import write_private  # noqa: PLC0415

    page = folder / PAGE
    write_private(page, render_html(view))
    return page


def as_document(view: View) -> dict[str, Any]:
    """The hand-off as plain JSON, each screen with what is known of it."""
    document = view.handoff.model_dump(mode="json")
    document["waits_for"] = view.waits_for
    document["certificate"] = {
        "days_left": view.certificate_days,
        "fingerprint": view.certificate_fingerprint,
    }
    for step, one in zip(document["steps"], view.steps, strict=True):
        for screen, shown in zip(step["screens"], one.screens, strict=True):
            screen["mark"], screen["note"] = shown.mark.name.lower(), shown.note
    return document
