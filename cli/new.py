"""`./flexsso new <tenant>.<environment>`: a stack's file and folder, from a handful of answers.

Answers come from `--from` (a file in the shape of the stack's `tenant`), then options, then, on a
terminal, questions about what is still missing. Only what can't be derived is asked. All of it is
checked as `pulumi up` would check it before a file is written, and no file is ever overwritten.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any

import typer

from cli import adopt as adoption
from cli import sandbox_server as server
from cli import stack_draft as draft
from cli.engine import init_command, pulumi
from cli.env import engine_environment
from cli.project import PROJECT
from cli.sandbox import DEFAULT_PORT, STATE_DIR
from models.errors import FlexSsoError
from models.private_file import create_private


def new(  # noqa: PLR0913  one for each question
    stack: Annotated[str, typer.Argument(help="Its name: <tenant>.<environment>.")],
    name: Annotated[str, typer.Option(help="What people call the contact centre.")] = "",
    customer: Annotated[str, typer.Option(help="Google customer id, such as C0123abcd.")] = "",
    domain: Annotated[str, typer.Option(help="Primary domain at Google.")] = "",
    admin: Annotated[str, typer.Option(help="Administrator to act as, if any.")] = "",
    account_sid: Annotated[str, typer.Option(help="Twilio Account SID.")] = "",
    runtime_domain: Annotated[str, typer.Option(help="The part after flex.twilio.com/.")] = "",
    legacy: Annotated[bool, typer.Option("--legacy", help="Legacy SSO, iam.twilio.com.")] = False,
    person: Annotated[list[str] | None, typer.Option(help="EMAIL=ROLE[,ROLE]; repeat.")] = None,
    group: Annotated[list[str] | None, typer.Option(help="GROUP=ROLE[,ROLE]; repeat.")] = None,
    service_account: Annotated[
        str, typer.Option(help="Google service account to work as without its key.")
    ] = "",
    adopt: Annotated[
        bool, typer.Option("--adopt", help="Read what was set up by hand; the first up keeps it.")
    ] = False,
    connection: Annotated[str, typer.Option(help="The JQ sid, if Flex lists several.")] = "",
    app: Annotated[str, typer.Option(help="Name of the SAML app at Google.")] = "",
    schema: Annotated[str, typer.Option(help="Name of the category of custom attributes.")] = "",
    metadata: Annotated[str, typer.Option(help="The path of GoogleIDPMetadata.xml.")] = "",
    certificate: Annotated[str, typer.Option(help="Fingerprint, if that file has two.")] = "",
    from_file: Annotated[
        Path | None, typer.Option("--from", help="Another stack's file, or a `tenant` object.")
    ] = None,
    sandbox: Annotated[
        bool, typer.Option("--sandbox", help="For the sandbox, with its credentials.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the file, write none.")] = False,
) -> None:
    """Begin a stack: its file, its folder, and the stack at Pulumi.

    On a terminal it asks for what is missing. With --adopt it first reads what was set up by
    hand, and writes a stack whose first up changes nothing.
    """
    options = {
        "name": name,
        "google.customer": customer,
        "google.domain": domain,
        "google.admin": admin,
        "flex.account_sid": account_sid,
        "flex.runtime_domain": runtime_domain,
        "flex.generation": "legacy" if legacy else "",
        "flex.connection": connection,
        "saml_app.name": app,
        "saml_app.certificate": certificate,
        "credentials.google.service_account": service_account,
    }
    begun, listed = draft.begin(from_file)
    tenant = draft.with_options(begun, options)
    ask, base = _ask if _is_terminal() else None, _sandbox_address() if sandbox else None
    text = adoption.read_text(metadata) if metadata else ""
    if adopt:
        found = adoption.adopt(tenant, adoption.Hints(schema, text), ask, base)
        tenant, listed, text = found.tenant, found.roles, found.metadata
        typer.echo("\n".join(found.said), err=True)
    else:
        tenant = draft.with_options(tenant, {"google.custom_schema.display_name": schema})
        tenant = draft.complete(tenant, ask)
    tenant = draft.with_groups(tenant, group or [])
    if sandbox:
        tenant = draft.with_sandbox_credentials(tenant)
    table = draft.roles_csv(listed, person or [])
    files = draft.files(stack, tenant, table, base, text)
    create(PROJECT, stack, files, dry_run=dry_run)


def create(project: Path, stack: str, files: dict[str, str], *, dry_run: bool) -> None:
    """Write the files (path in the project → text) and run `pulumi stack init`."""
    draft.require_absent(project, files)
    if dry_run:
        for path, text in files.items():
            typer.echo(f"--- {path}\n{text}")
        return
    engine_environment(project, os.environ)  # raises before a file is written
    for path, text in files.items():
        (project / path).parent.mkdir(parents=True, exist_ok=True)
        create_private(project / path, text)
        typer.echo(path)
    _init(project, stack)
    typer.echo(f"next: ./flexsso up {stack}", err=True)


def _init(project: Path, stack: str) -> None:
    try:
        pulumi(project, stack, "stack", "init")
    except FlexSsoError as error:
        what = f"The files are written, but Pulumi does not have the stack. {error.what}"
        raise FlexSsoError(what, hint=f"{error.hint}; then: {init_command(stack)}") from None


def _sandbox_address() -> str:
    running = server.find(STATE_DIR)
    return running.address if running else server.address(DEFAULT_PORT)


def _is_terminal() -> bool:
    return typer.get_text_stream("stdin").isatty()


def _ask(question: draft.Asked) -> str:
    """Ask until the answer has the right shape; the empty one if that is allowed."""
    typer.echo(f"\n{question.explained}", err=True)
    while True:
        answer: Any = typer.prompt(
            question.label, default="" if question.optional else None, show_default=False, err=True
        )
        problem = question.problem(answer)
        if not problem:
            return str(answer).strip()
        typer.echo(f"  {problem}", err=True)
