"""`./flexsso new <tenant>.<environment>`: a stack's file and folder, from a handful of answers.

Answers come from `--from` (a file in the shape of the stack's `tenant`), then options, then, on a
terminal, questions about what is still missing. Only what can't be derived is asked. All of it is
checked as `pulumi up` would check it before a file is written, and no file is ever overwritten.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, NamedTuple

import typer
import yaml

from cli import adopt as adoption
from cli import sandbox_server as server
from cli import stack_draft as draft
from cli.adopt_questions import MetadataQuestion
from cli.engine import init_command, pulumi
from cli.env import engine_environment
from cli.project import PROJECT
from cli.sandbox import DEFAULT_PORT, STATE_DIR
from cli.stack_people import ask_who, roles_csv
from models.errors import FlexSsoError
from models.private_file import create_private
from models.stack import NAME

Ask = Callable[[draft.Asked], str]


class Answers(NamedTuple):
    """All that is known of a stack before it is written; `listed` is the text of its roles.csv."""

    tenant: draft.Draft
    listed: str
    groups: list[str]
    people: list[str]
    metadata: str


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
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
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
    ask, base = _ask if _is_terminal() else None, _sandbox_address() if sandbox else None
    if ask is not None:
        _require_free(stack)
    begun, listed = draft.begin(from_file)
    tenant = draft.with_options(begun, options)
    text = adoption.read_text(metadata) if metadata else ""
    given = Answers(tenant, listed, group or [], person or [], text)
    if adopt:
        found = adoption.adopt(tenant, adoption.Hints(schema, text), ask, base)
        given = Answers(found.tenant, found.roles, given.groups, given.people, found.metadata)
        typer.echo("\n".join(found.said), err=True)
    else:
        tenant = draft.with_options(tenant, {"google.custom_schema.display_name": schema})
        given = _completed(given._replace(tenant=tenant), ask)
    tenant = draft.with_groups(given.tenant, given.groups)
    if sandbox:
        tenant = draft.with_sandbox_credentials(tenant)
        _warn_of_strangers(tenant, base)
    table = roles_csv(given.listed, given.people)
    files = draft.files(stack, tenant, table, base, given.metadata)
    create(PROJECT, stack, files, dry_run=dry_run, as_json=as_json)


def create(
    project: Path, stack: str, files: dict[str, str], *, dry_run: bool, as_json: bool = False
) -> None:
    """Write the files (path in the project → text) and run `pulumi stack init`."""
    draft.require_absent(project, files)
    then = f"./flexsso up {stack}"
    if not dry_run:
        engine_environment(project, os.environ)  # raises before a file is written
        for path, text in files.items():
            (project / path).parent.mkdir(parents=True, exist_ok=True)
            create_private(project / path, text)
    if not as_json:
        for path, text in files.items():
            typer.echo(f"--- {path}\n{text}" if dry_run else path)
    if not dry_run:
        _init(project, stack)
        _keep_comments(project / f"stacks/Pulumi.{stack}.yaml", files)
    if as_json:
        document = {"stack": stack, "dry_run": dry_run, "files": files, "next": then}
        typer.echo(json.dumps(document, indent=2, ensure_ascii=False))
    elif not dry_run:
        typer.echo(f"next: {then}", err=True)


def _require_free(stack: str) -> None:
    """Raise FlexSsoError, before a question is asked, if the answers would be in vain."""
    if not NAME.fullmatch(stack):
        hint = "stacks are named <tenant>.<environment>, for example acme.prod"
        raise FlexSsoError(f"'{stack}' is no name of a stack.", hint=hint)
    draft.require_absent(PROJECT, {f"stacks/Pulumi.{stack}.yaml": ""})
    engine_environment(PROJECT, os.environ)


def _completed(given: Answers, ask: Ask | None) -> Answers:
    """With what was missing; who signs in and Google's file are asked for on the same occasion."""
    asks = ask is not None and bool(draft.missing(given.tenant))
    given = given._replace(tenant=draft.complete(given.tenant, ask))
    if ask is None or not asks:
        return given
    if not (given.groups or given.people or given.listed or draft.get(given.tenant, "roles")):
        groups, people = ask_who(ask)
        given = given._replace(groups=groups, people=people)
    return given if given.metadata else given._replace(metadata=_ask_metadata(ask))


def _ask_metadata(ask: Ask) -> str:
    """The text of Google's metadata file, "" where somebody has none yet."""
    question = MetadataQuestion(optional=True)
    explained = f"{question.explained} It comes later where there is no app yet (Enter: none)"
    file = ask(question._replace(explained=explained))
    return adoption.read_text(file) if file else ""


def _init(project: Path, stack: str) -> None:
    try:
        pulumi(project, stack, "stack", "init")
    except FlexSsoError as error:
        what = f"The files are written, but Pulumi does not have the stack. {error.what}"
        raise FlexSsoError(what, hint=f"{error.hint}; then: {init_command(stack)}") from None


def _keep_comments(path: Path, files: dict[str, str]) -> None:
    """Put our text back, with what Pulumi added to it: it indents comments as it likes."""
    text = files[f"stacks/{path.name}"]
    ours, saved = yaml.safe_load(text), yaml.safe_load(path.read_text(encoding="utf-8"))
    added = {key: value for key, value in saved.items() if key not in ours}
    ending = yaml.safe_dump(added, width=200) if added else ""
    path.write_text(text.rstrip() + "\n" + ending, encoding="utf-8")


def _sandbox_address() -> str:
    running = server.find(STATE_DIR)
    return running.address if running else server.address(DEFAULT_PORT)


def _warn_of_strangers(tenant: draft.Draft, base: str | None) -> None:
    """Say which credentials are not there: the sandbox has them for whoever lives in it."""
    for vendor in ("google", "twilio"):
        file = str(draft.get(tenant, f"credentials.{vendor}.file") or "")
        if file and not (PROJECT / file).exists():
            what = f"warning: there is no {file}: nobody of that id lives in the sandbox"
            typer.echo(f"{what} ({base}/_sandbox/ lists who does)", err=True)


def _is_terminal() -> bool:
    return typer.get_text_stream("stdin").isatty()


def _ask(question: draft.Asked) -> str:
    """Ask until the answer has the right shape; the empty one if that is allowed."""
    if question.explained:
        typer.echo(f"\n{question.explained}", err=True)
    while True:
        answer = _typed(question)
        problem = question.problem(answer)
        if not problem:
            return answer.strip()
        typer.echo(f"  {problem}", err=True)


def _typed(question: draft.Asked) -> str:
    default = "" if question.optional else None
    try:
        return str(typer.prompt(question.label, default=default, show_default=False, err=True))
    except typer.Abort:
        typer.echo("nothing was written", err=True)
        raise
