"""`flexsso status STACK`: how far a stack is, on one screen, from its last `up` alone.

No vendor is asked: `verify` looks, this remembers.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.project import PROJECT
from cli.stacks import Stack

if TYPE_CHECKING:
    from cli.stack_state import StackState

SSO = "pulumi-python:dynamic/twilio:FlexSso"
SAML_APP = "pulumi-python:dynamic/google:SamlApp"
ROLES = "pulumi-python:dynamic/google:RoleAssignments"
PHASES = ("awaiting_connection", "awaiting_google_app", "awaiting_flex_form", "active", "verified")


def status(
    stack: Stack,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    watch: Annotated[
        bool, typer.Option("--watch", help="Go on looking until Ctrl-C; show what changes.")
    ] = False,
    interval: Annotated[
        float, typer.Option(help="Seconds between looks, for --watch.", min=0.5)
    ] = 5.0,
) -> None:
    """Phase, next step, certificate and people of the last `up`.

    No vendor is asked; `verify` does that.
    """
    from cli.stack_state import read_stack_state  # noqa: PLC0415
    from cli.status_watch import Watch, follow  # noqa: PLC0415

    def look() -> dict[str, Any]:
        return facts_of(read_stack_state(stack, PROJECT), datetime.now(UTC))

    if watch:
        follow(Watch(look), interval, text_of, as_json=as_json)
        return
    facts = look()
    typer.echo(json.dumps(facts, indent=2, ensure_ascii=False) if as_json else text_of(facts))


def facts_of(state: StackState, now: datetime) -> dict[str, Any]:
    """What there is to say, as plain JSON."""
    outputs, sso = state.outputs, state.resources.get(SSO, {})
    if not outputs:
        step = f"Nothing was deployed yet: ./flexsso up {state.name}"
        return {"stack": state.name, "status": "not_deployed", "next_step": step}
    return {
        "stack": state.name,
        "status": outputs["status"],
        "next_step": outputs["next_step"],
        "since": sso.get("changed_at"),
        "proof": {key: (sso.get("proof") or {}).get(key) for key in ("time", "initiated_by")},
        "certificate": _certificate(state, now),
        "role_counts": outputs.get("role_counts") or {},
        "strays": state.resources.get(ROLES, {}).get("stray_count") or 0,
        "login_url": outputs.get("login_url"),
        "sso_url": outputs.get("sso_url"),
        "connection": outputs.get("connection"),
    }


def _certificate(state: StackState, now: datetime) -> dict[str, Any] | None:
    from models.certificate import parse_pem, problems  # noqa: PLC0415

    ends = state.outputs.get("certificate_not_after")
    if not ends:
        return None
    pem = state.resources.get(SAML_APP, {}).get("certificate")
    found = problems(parse_pem(pem), now) if pem else []
    return {
        "fingerprint": state.outputs.get("certificate_fingerprint"),
        "not_after": ends,
        "days_left": (datetime.fromisoformat(ends) - now).days,
        "warning": f"{found[0].what}: {found[0].hint}" if found else None,
    }


def text_of(facts: dict[str, Any]) -> str:
    """One screen."""
    lines = [f"{facts['stack']}: {facts['status']}", f"  {_way(facts['status'])}"]
    lines += [f"  next         {facts['next_step']}"]
    if "since" not in facts:
        return "\n".join(lines)
    proof = facts["proof"]["time"]
    lines.append(f"  record       as it is since {facts['since']}")
    lines.append(f"  proved       {f'by a sign-in at {proof}' if proof else 'not yet'}")
    lines += _certificate_lines(facts["certificate"])
    people = ", ".join(f"{count} {role}" for role, count in facts["role_counts"].items())
    lines.append(f"  roles        {people or 'none'}")
    if facts["strays"]:
        lines.append(f"  strays       {facts['strays']:,} people hold roles and are not listed")
    lines.append(f"  login        {facts['login_url']}")
    lines.append(
        f"  all this     from the last up or refresh: ./flexsso verify {facts['stack']} asks"
    )
    return "\n".join(lines)


def _way(status: str) -> str:
    """All phases, the stack's in brackets: legible without colour."""
    if status not in PHASES:
        return " → ".join(PHASES)
    return " → ".join(f"[{phase}]" if phase == status else phase for phase in PHASES)


def _certificate_lines(certificate: dict[str, Any] | None) -> list[str]:
    if certificate is None:
        return ["  certificate  none yet"]
    days, ends = certificate["days_left"], certificate["not_after"][:10]
    left = f"{days} days left (until {ends})" if days >= 0 else f"ended on {ends}"
    lines = [f"  certificate  {left}"]
    if certificate["warning"]:
        lines.append(f"               warning: {certificate['warning']}")
    return lines
