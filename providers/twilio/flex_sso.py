"""FlexSso: the record of Flex's SSO connection, whose form in the Twilio Console has no API.

Nothing is written. The record is what the hand-off asks a person to paste; what they did is
observed without credentials (`providers.twilio.sign_in_probe`) and judged (`models.observation`).
Certificate, issuer, friendly name and default redirect URL can't be seen: a real sign-in proves the
first two, a person attests the others. Of the trusted domains, those that are missing are seen.
Until a sign-in is proved each `up` looks again; afterwards an unchanged `up` does nothing, and a
refresh finds drift.

Going from legacy to enhanced SSO, or back, is no drift: until Flex is seen to do as recorded, the
stack waits for the consoles. Only a sign-in after that counts: one before may be the old way's.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

import pulumi
from pulumi.dynamic import Resource
from pydantic import BaseModel, Field

from models.flex import Generation
from models.observation import TRUSTED, Difference, SsoObservation, SsoRecord, Verdict, judge
from models.phase import NEXT_STEP, Phase
from providers.base import Inputs, Outs, Provider, declaring, to_props
from providers.twilio.sign_in_probe import SignInProbe


class Evidence(BaseModel):
    """Where a sign-in leaves its traces, for the proof."""

    customer: str
    app_name: str
    schema_name: str
    roles_field: str
    workspace_sid: str


class FlexSsoInputs(Inputs):
    """The record: what stands in the form, or should."""

    account_sid: str
    generation: Generation
    runtime_domain: str
    connection: str | None = None
    acs_url: str | None = None
    sp_entity_id: str | None = None
    sso_url: str | None = None
    issuer: str | None = None
    certificate: str | None = None
    friendly_name: str
    default_redirect_url: str
    trusted_domains: list[str] = Field(default_factory=list)
    login_popup: bool = False
    evidence: Evidence


class FlexSsoOutputs(FlexSsoInputs):
    """The record as it is in reality where that was seen, and what that makes of it.

    `recorded` keeps the wanted values for later looks; `changed_at` is when they last changed;
    `proof` tells whose sign-in made it `verified`; `moving` is whether another generation is
    recorded than was last seen at Flex.
    """

    status: Phase
    next_step: str
    drift: list[Difference] = Field(default_factory=list)
    recorded: dict[str, str] = Field(default_factory=dict)
    changed_at: str
    proof: dict[str, Any] = Field(default_factory=dict)
    not_proved: str = ""
    moving: bool = False


class Known(NamedTuple):
    """What the looks before left: the phase, since when the record is so, its proof."""

    last: Phase | None
    changed_at: str
    proof: dict[str, Any]
    moving: bool = False


TIME = "%Y-%m-%dT%H:%M:%SZ"
RECORDED = ("connection", "acs_url", "sp_entity_id", "sso_url", "issuer", "certificate")


class FlexSsoProvider(Provider[FlexSsoInputs]):
    """Record, look, judge, prove."""

    inputs = FlexSsoInputs
    replace_on = frozenset({"account_sid"})
    ignore_in_diff = frozenset({"evidence"})

    def wants_a_look(self, olds: Outs) -> bool:
        """Until a sign-in is proved, something waits for a person."""
        return olds.get("status") != Phase.VERIFIED

    def create_it(self, wanted: FlexSsoInputs) -> tuple[str, Outs]:
        """The natural key is the account: it has one sign-in.

        One that is in force already is adopted: sign-ins from before prove it, too.
        """
        return wanted.account_sid, self._look(wanted, Known(None, _now(), {}))

    def update_it(self, id_: str, olds: Outs, wanted: FlexSsoInputs) -> Outs:
        """Record the new wish, look again, and look for a proof."""
        del id_
        same_record = olds.get("recorded") == _recorded(wanted)
        last = Phase(olds["status"]) if "status" in olds else None
        left = last is not None and last.was_active and olds["generation"] != wanted.generation
        if last is Phase.VERIFIED and not same_record:
            last = Phase.ACTIVE
        changed_at = olds["changed_at"] if same_record else _now()
        proof = olds.get("proof", {}) if same_record else {}
        moving = left or bool(olds.get("moving"))
        return self._look(wanted, Known(last, changed_at, proof, moving)) | to_props(wanted)

    def read_it(self, id_: str, olds: Outs) -> tuple[Outs, Outs] | None:
        """Refresh: the same look, with what was seen in the place of what is recorded."""
        del id_
        given = {key: olds[key] for key in FlexSsoInputs.model_fields if key in olds}
        known = FlexSsoInputs.model_validate(given | olds.get("recorded", {}))
        last = Known(
            Phase(olds["status"]),
            olds["changed_at"],
            olds.get("proof", {}),
            bool(olds.get("moving")),
        )
        outs = self._look(known, last, prove=False)
        inputs = {key: outs[key] for key in FlexSsoInputs.model_fields if key in outs}
        return outs, inputs

    def delete_it(self, id_: str, olds: Outs) -> None:
        """Only the record goes; the connection is a person's to switch off."""
        del olds
        note = f"the SSO connection of {id_} itself stays in the Twilio Console"
        print(note)  # noqa: T201  shown among the stack's diagnostics

    def _look(self, wanted: FlexSsoInputs, known: Known, *, prove: bool = True) -> Outs:
        last, changed_at, proof, moving = known
        verdict = judge(_record(wanted), self._observe(wanted), None if moving else last)
        arrived = verdict.phase is Phase.ACTIVE and (moving or last is Phase.DRIFTED)
        if arrived:
            proof, changed_at = {}, _now()
        elif verdict.phase is Phase.ACTIVE and last is None:
            changed_at = self._in_force_since(wanted)
        not_proved = ""
        if verdict.phase is Phase.ACTIVE and prove:
            proof, not_proved = self._prove(wanted, changed_at)
        if proof and verdict.phase is Phase.ACTIVE:
            verdict = Verdict(phase=Phase.VERIFIED, next_step=NEXT_STEP[Phase.VERIFIED])
        seen = {one.field: one.observed for one in verdict.drift if one.field != TRUSTED}
        outs = FlexSsoOutputs(
            **(wanted.model_dump() | (seen if verdict.phase is Phase.DRIFTED else {})),
            status=verdict.phase,
            next_step=verdict.next_step + (f" ({not_proved})" if not_proved else ""),
            drift=verdict.drift,
            recorded=_recorded(wanted),
            changed_at=changed_at,
            proof=proof,
            not_proved=not_proved,
            moving=moving and not arrived,
        )
        return to_props(outs)

    def _observe(self, wanted: FlexSsoInputs) -> SsoObservation:
        """Look only as far as there is something to see."""
        if not wanted.sso_url:
            return SsoObservation()
        probe = SignInProbe(self.settings, wanted.account_sid)
        active = None
        if wanted.generation is Generation.ENHANCED:
            listed = {one.connection: one.active for one in probe.connections()}
            active = listed.get(wanted.connection or "", False)
        seen = probe.look(wanted.generation, wanted.connection, wanted.runtime_domain)
        domains = wanted.trusted_domains if seen.sso_url else []
        return SsoObservation(
            active=active,
            sso_url=seen.sso_url,
            issuer=seen.issuer,
            acs_url=seen.acs_url,
            why_not=seen.why_not,
            untrusted=tuple(probe.untrusted(wanted.generation, wanted.connection, domains)),
        )

    def _in_force_since(self, wanted: FlexSsoInputs) -> str:
        from providers import evidence  # noqa: PLC0415

        sp, pem = wanted.sp_entity_id or "", wanted.certificate or ""
        where, now = _where(wanted), datetime.now(UTC)
        since = evidence.in_force_since(self.settings, where, sp, pem, now)
        return since.astimezone(UTC).strftime(TIME)

    def _prove(self, wanted: FlexSsoInputs, since: str) -> tuple[dict[str, Any], str]:
        from providers import evidence  # noqa: PLC0415  the one way to Google from here

        proof = evidence.prove_sign_in(self.settings, _where(wanted), since)
        if not proof.found:
            return {}, proof.why_not
        return proof.model_dump(exclude={"why_not"}), ""


def _record(wanted: FlexSsoInputs) -> SsoRecord:
    return SsoRecord.model_validate(wanted.model_dump(include=set(SsoRecord.model_fields)))


def _recorded(wanted: FlexSsoInputs) -> dict[str, str]:
    values = {key: getattr(wanted, key) for key in RECORDED}
    return {key: value for key, value in values.items() if value}


def _where(wanted: FlexSsoInputs) -> Any:
    from providers.evidence import WhereToLook  # noqa: PLC0415

    return WhereToLook(**wanted.evidence.model_dump(), account_sid=wanted.account_sid)


def _now() -> str:
    return datetime.now(UTC).strftime(TIME)


class FlexSso(Resource, module="twilio", name="FlexSso"):
    """The record of Flex's SSO connection, and its phase."""

    status: pulumi.Output[str]
    next_step: pulumi.Output[str]
    drift: pulumi.Output[list[dict[str, str]]]
    moving: pulumi.Output[bool]
    proof: pulumi.Output[dict[str, Any]]

    def __init__(
        self, name: str, props: Mapping[str, Any], opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__(FlexSsoProvider(), name, declaring(FlexSsoOutputs, props), opts)
