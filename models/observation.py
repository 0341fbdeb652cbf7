"""What was seen of Flex's sign-in, and what that makes of a stack: its phase and its drift."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from models.flex import Generation
from models.phase import NEXT_STEP, Phase


class Difference(BaseModel):
    """A field of a console that is not as recorded: both values."""

    model_config = ConfigDict(frozen=True)

    field: str
    recorded: str
    observed: str

    def __str__(self) -> str:
        return f"{self.field} is {self.observed}, should be {self.recorded}"


TRUSTED = "trusted_domains"


class SsoRecord(BaseModel):
    """How Flex's sign-in should be. Absent values are not known yet."""

    generation: Generation
    connection: str | None = None
    acs_url: str | None = None
    sp_entity_id: str | None = None
    sso_url: str | None = None


class SsoObservation(BaseModel):
    """What Flex showed. Empty texts were not shown; `active` is None where nothing lists it.

    `untrusted` are recorded trusted domains from which Flex lets nobody sign in.
    """

    active: bool | None = None
    sso_url: str = ""
    issuer: str = ""
    acs_url: str = ""
    why_not: str = ""
    untrusted: tuple[str, ...] = ()


class Verdict(BaseModel):
    """The phase, what differs, and the sentence that tells a person what to do next."""

    phase: Phase
    drift: list[Difference] = []
    next_step: str


def judge(record: SsoRecord, seen: SsoObservation, last: Phase | None) -> Verdict:
    """The phase that `seen` proves. Differences are drift only once sign-in had been active."""
    if record.generation is Generation.ENHANCED and not record.connection:
        return _verdict(Phase.AWAITING_CONNECTION)
    if not record.sso_url:
        return _verdict(Phase.AWAITING_GOOGLE_APP)
    drift = differences(record, seen)
    if not drift:
        return _verdict(Phase.VERIFIED if last is Phase.VERIFIED else Phase.ACTIVE)
    if last is not None and last.was_active:
        return _verdict(Phase.DRIFTED, drift)
    shown = [one for one in drift if one.field != "connection"] if seen.active is False else drift
    return _verdict(Phase.AWAITING_FLEX_FORM, shown if seen.sso_url else [])


def differences(record: SsoRecord, seen: SsoObservation) -> list[Difference]:
    """Field by field, only what was shown; a connection that is off, or a refusal, is one too."""
    found = []
    if record.connection and seen.active is False:
        found.append(
            Difference(
                field="connection",
                recorded=record.connection,
                observed=f"{record.connection} (not active)",
            )
        )
    pairs = [
        ("sso_url", record.sso_url, seen.sso_url),
        ("sp_entity_id", record.sp_entity_id, seen.issuer),
        ("acs_url", record.acs_url, seen.acs_url),
    ]
    found += [
        Difference(field=field, recorded=wanted, observed=observed)
        for field, wanted, observed in pairs
        if wanted and observed and wanted != observed
    ]
    if seen.untrusted:
        missing = ", ".join(seen.untrusted)
        found.append(
            Difference(field=TRUSTED, recorded=missing, observed=f"a list without {missing}")
        )
    if seen.why_not and not found:
        found.append(
            Difference(field="sso_url", recorded=record.sso_url or "", observed=seen.why_not)
        )
    return found


def _verdict(phase: Phase, drift: list[Difference] | None = None) -> Verdict:
    drift = drift or []
    differing = " ".join(f"({one})" for one in drift)
    step = f"{NEXT_STEP[phase]} {differing}".strip()
    return Verdict(phase=phase, drift=drift, next_step=step)
