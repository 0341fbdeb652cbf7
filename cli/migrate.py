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
from models.enhanced_migration import Way
from models.errors import FlexSsoError
from models.finding import ExitCode

if TYPE_CHECKING:
    from pathlib import Path

    from cli.stack_state import StackState
    from models.attestation import Attestation
    from models.enhanced_migration import EnhancedFacts, EnhancedMigration
    from models.rotation import Rotation, RotationFacts, RotationStep

MIGRATION = "migration.json"

app = typer.Typer(help="Changes that need both consoles, step by step.", no_args_is_help=True)
Stack = Annotated[str, typer.Argument(help="<tenant>.<environment>, such as acme.prod.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


@app.callback()
def migrate() -> None:
    """Changes that need both consoles, step by step."""


@app.command()
def certificate(stack: Stack, as_json: AsJson = False) -> None:
    """To Google's new signing certificate: the next step.

    Exit code: 0 finished, 2 waits for a person.
    """
    from cli.stack_state import read_stack_state  # noqa: PLC0415
    from models.rotation import plan_rotation  # noqa: PLC0415

    plan = plan_rotation(rotation_facts(read_stack_state(stack, PROJECT), PROJECT))
    if as_json:
        document = plan.model_dump(mode="json", exclude={"old": {"pem"}, "new": {"pem"}})
        typer.echo(json.dumps(document, indent=2))
    else:
        typer.echo(_text(plan))
    raise typer.Exit(ExitCode.GOOD if plan.finished else ExitCode.WAITS)


@app.command()
def enhanced(
    stack: Stack,
    way: Annotated[
        Way, typer.Option(help="`modify` the connection in place, or `create` a second one.")
    ] = Way.MODIFY,
    as_json: AsJson = False,
) -> None:
    """From legacy to enhanced SSO: the next step.

    And the way back: the old addresses are kept in the stack's folder, migration.json. Exit code:
    0 finished, 2 waits for a person.
    """
    from cli.stack_state import read_stack_state  # noqa: PLC0415
    from models.enhanced_migration import plan_enhanced  # noqa: PLC0415

    state = read_stack_state(stack, PROJECT)
    facts = enhanced_facts(state, PROJECT / "stacks" / stack, way, datetime.now(UTC))
    plan = plan_enhanced(facts, facts.before.way if facts.before else way)
    if as_json:
        typer.echo(json.dumps(plan.model_dump(mode="json"), indent=2))
    else:
        typer.echo(enhanced_text(plan))
    raise typer.Exit(ExitCode.GOOD if plan.finished else ExitCode.WAITS)


def enhanced_facts(state: StackState, folder: Path, way: Way, now: datetime) -> EnhancedFacts:
    """What the plan is made from; writes down the old addresses while they still are the stack's.

    Raises FlexSsoError for a stack that never had legacy SSO.
    """
    from models.enhanced_migration import Before, EnhancedFacts  # noqa: PLC0415
    from models.flex import Generation, derive_sp_settings  # noqa: PLC0415
    from models.tenant import Tenant  # noqa: PLC0415

    tenant, sso = Tenant.model_validate(state.get("tenant")), _sso(state)
    flex = tenant.flex
    file = folder / MIGRATION
    if not file.exists() and flex.generation is Generation.LEGACY:
        sp = derive_sp_settings(flex.generation, flex.account_sid, None, flex.runtime_domain)
        if sp is not None:
            folder.mkdir(parents=True, exist_ok=True)
            kept = Before(way=way, began_at=now.replace(microsecond=0), sp=sp)
            file.write_text(kept.model_dump_json(indent=2) + "\n", encoding="utf-8")
    if not file.exists():
        what = f"{state.name} has enhanced SSO, and no migration was begun here."
        raise FlexSsoError(what, hint="begin it while tenant.flex.generation is legacy")
    app = state.resources.get("pulumi-python:dynamic/twilio:FlexConfiguration", {})
    changed_at = sso.get("changed_at")
    return EnhancedFacts(
        stack=state.name,
        app_name=tenant.saml_app.name,
        generation=flex.generation,
        recorded_generation=sso.get("generation"),
        ui_version=app.get("ui_version", ""),
        before=Before.model_validate_json(file.read_bytes()),
        phase=sso.get("status"),
        changed_at=changed_at,
        now=now,
    )


def enhanced_text(plan: EnhancedMigration) -> str:
    """The plan on one screen."""
    lines = [f"{plan.stack}: from legacy to enhanced SSO ({plan.way})"]
    if plan.old is not None:
        lines.append(f"  old  ACS URL {plan.old.acs_url}, Entity ID {plan.old.entity_id}")
    if plan.days_to_go_back is not None:
        lines.append(f"  {plan.days_to_go_back} days left to go back")
    for number, step in enumerate(plan.steps, start=1):
        lines += ["", *_step(number, step)]
    return "\n".join([*lines, "", f"Way back, {plan.way_back}"])


def rotation_facts(state: StackState, project: Path) -> RotationFacts:
    """What the plan is made from: state, configuration, metadata file, attestation, evidence."""
    from models.certificate import parse_pem  # noqa: PLC0415
    from models.idp_metadata import parse_idp_metadata  # noqa: PLC0415
    from models.rotation import RotationFacts  # noqa: PLC0415
    from models.tenant import Tenant  # noqa: PLC0415

    tenant = Tenant.model_validate(state.get("tenant"))
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


def _text(plan: Rotation) -> str:
    left = f", {plan.days_left} days left" if plan.days_left is not None else ""
    lines = [f"{plan.stack}: signing certificate{left}"]
    for label, one in (("old", plan.old), ("new", plan.new)):
        if one is not None:
            lines.append(f"  {label}  {one}")
    for number, step in enumerate(plan.steps, start=1):
        lines += ["", *_step(number, step)]
    return "\n".join(lines)


def _step(number: int, step: RotationStep) -> list[str]:
    return [
        f"{number}. {step.mark:<6} {step.title}",
        f"          → {step.who}, {step.where}",
        f"          {step.todo}",
        f"          ({step.expect})",
    ]
