"""`flexsso migrate …`: changes that need both consoles, in their order, with what to expect.

Nothing is written at a vendor. Exit codes: 0 finished, 2 waits for a person.
"""

from __future__ import annotations

import contextlib
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.project import PROJECT
from cli.stacks import Stack
from models.finding import ExitCode
from models.flex import Way

if TYPE_CHECKING:
    from pathlib import Path

    from cli.stack_state import StackState
    from models.attestation import Attestation
    from models.rotation import RotationFacts

app = typer.Typer(help="Changes that need both consoles, step by step.", no_args_is_help=True)
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


@app.callback()
def migrate() -> None:
    """Changes that need both consoles, step by step."""


@app.command()
def certificate(stack: Stack, as_json: AsJson = False) -> None:
    """To Google's new signing certificate: the next step.

    Exit code: 0 finished, 2 waits for a person.
    """
    from cli.migrate_view import rotation_text  # noqa: PLC0415
    from cli.stack_state import read_stack_state  # noqa: PLC0415
    from models.rotation import plan_rotation  # noqa: PLC0415

    plan = plan_rotation(rotation_facts(read_stack_state(stack, PROJECT), PROJECT))
    if as_json:
        document = plan.model_dump(mode="json", exclude={"old": {"pem"}, "new": {"pem"}})
        typer.echo(json.dumps(document, indent=2))
    else:
        typer.echo(rotation_text(plan))
    raise typer.Exit(ExitCode.GOOD if plan.finished else ExitCode.WAITS)


@app.command()
def enhanced(
    stack: Stack,
    way: Annotated[
        Way | None,
        typer.Option(help="`modify` the connection in place (the default), or `create` a second."),
    ] = None,
    back: Annotated[bool, typer.Option("--back", help="The way back to legacy SSO.")] = False,
    as_json: AsJson = False,
) -> None:
    """From legacy to enhanced SSO, or back: the next step.

    The old values are kept in the stack's folder, migration.json. Exit code: 0 finished, 2 waits
    for a person.
    """
    from cli.migrate_enhanced import chosen_way, enhanced_facts  # noqa: PLC0415
    from cli.migrate_view import enhanced_text  # noqa: PLC0415
    from cli.stack_state import read_stack_state  # noqa: PLC0415
    from models.enhanced_migration import plan_back, plan_enhanced  # noqa: PLC0415

    folder = PROJECT / "stacks" / stack
    facts = enhanced_facts(read_stack_state(stack, PROJECT), folder, datetime.now(UTC), back=back)
    make = plan_back if back else plan_enhanced
    plan = make(facts, chosen_way(facts, way))
    if as_json:
        typer.echo(json.dumps(plan.model_dump(mode="json"), indent=2))
    else:
        typer.echo(enhanced_text(plan))
    raise typer.Exit(ExitCode.GOOD if plan.finished else ExitCode.WAITS)


def rotation_facts(state: StackState, project: Path) -> RotationFacts:
    """What the plan is made from: state, configuration, metadata file, attestation, evidence."""
    from models.certificate import parse_pem  # noqa: PLC0415
    from models.idp_metadata import parse_idp_metadata  # noqa: PLC0415
    from models.rotation import RotationFacts  # noqa: PLC0415
    from models.stack import read_tenant  # noqa: PLC0415

    tenant = read_tenant(state.get("tenant"))
    folder = project / "stacks" / state.name
    pem = (_sso(state).get("recorded") or {}).get("certificate")
    path = folder / tenant.saml_app.idp_metadata
    listed = (
        parse_idp_metadata(path.read_bytes(), allow_any_host=True).certificates
        if path.exists()
        else ()
    )
    word = form_attestation(state, folder)
    return RotationFacts(
        stack=state.name,
        app_name=tenant.saml_app.name,
        recorded=parse_pem(pem) if pem else None,
        listed=listed,
        named=tenant.saml_app.certificate,
        in_form=str(word) if word else "",
        proof=_proof_since(state, project, word.at) if word else "",
        now=datetime.now(UTC),
    )


def _sso(state: StackState) -> dict[str, Any]:
    return state.resources.get("pulumi-python:dynamic/twilio:FlexSso", {})


def form_attestation(state: StackState, folder: Path) -> Attestation | None:
    """Somebody's word that Flex's form holds what the hand-off says now."""
    from models.attestation import attestable, read_attestations  # noqa: PLC0415
    from models.handoff import Handoff  # noqa: PLC0415
    from models.rotation import FORM_SCREEN  # noqa: PLC0415

    given = read_attestations(folder).get(FORM_SCREEN)
    if given is None or "handoff" not in state.outputs:
        return None
    screen = attestable(Handoff.model_validate(state.outputs["handoff"])).get(FORM_SCREEN)
    return given if screen is not None and given.holds_for(screen) else None


def _proof_since(state: StackState, project: Path, since: datetime) -> str:
    """A login after `since` that both sides confirm; looked for only where there may be one."""
    from providers import evidence  # noqa: PLC0415
    from providers.settings import Settings  # noqa: PLC0415

    sso = _sso(state)
    where = evidence.WhereToLook(**sso["evidence"], account_sid=sso["account_sid"])
    begin = since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    with contextlib.chdir(project):
        proof = evidence.prove_sign_in(Settings.from_config(state), where, begin)
    return f"{proof.email}, {proof.time}" if proof.found else ""
