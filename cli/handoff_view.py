"""`View`: a hand-off with what is known about each screen, ready to be shown in any form.

Made from a stack's outputs and its attestations alone; no network, no configuration.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from models.handoff import Handoff, HandoffField, HandoffScreen, HandoffStep, Kind, Proof
from models.phase import Phase

if TYPE_CHECKING:
    from models.attestation import Attestations


class Mark(StrEnum):
    """What is known of a step or screen, in the words of the page."""

    SEEN = "seen"
    PARTLY = "seen in part"
    DIFFERS = "differs"
    ATTESTED = "attested"
    STALE = "attested for other values"
    WAITING = "waits for you"
    NOT_SHOWN = "nothing shows it"
    LATER = "later"


HEADLINES = {
    Phase.AWAITING_CONNECTION: "Flex has no SSO connection yet",
    Phase.AWAITING_GOOGLE_APP: "Google's SAML app is missing",
    Phase.AWAITING_FLEX_FORM: "Flex does not send people to Google yet",
    Phase.ACTIVE: "Ready: nobody has signed in since the last change",
    Phase.VERIFIED: "Sign-in works",
    Phase.DRIFTED: "A console differs from the record",
}
SOON_DAYS = 60


@dataclass(frozen=True)
class ScreenView:
    """One screen, and what is known of it. `note` is a sentence or empty."""

    screen: HandoffScreen
    mark: Mark
    note: str
    fields: list[FieldView]


@dataclass(frozen=True)
class FieldView:
    """One field: what to do with it, and its value if there is something to copy.

    Where another value was seen, `field.observed` has it.
    """

    field: HandoffField
    does: str
    copies: bool
    certificate: bool


@dataclass(frozen=True)
class StepView:
    """One visit to a console; `commands` are to be run when it is done."""

    number: int
    step: HandoffStep
    mark: Mark
    screens: list[ScreenView]
    commands: list[str]

    @property
    def seen(self) -> str:
        """By what it was seen to be done; hand-offs of before had no sentence for some steps."""
        return self.step.seen or "the stack has come past this step"

    @property
    def badge(self) -> str:
        """In a word or two."""
        words = {Mark.SEEN: "Done", Mark.PARTLY: "Seen in part", Mark.DIFFERS: "Differs"}
        return words.get(self.mark, self.mark.value.capitalize())

    @property
    def differing(self) -> list[str]:
        """Labels of the fields that differ."""
        fields = [row.field for one in self.screens for row in one.fields]
        return [field.label for field in fields if field.observed]

    @property
    def proved_later(self) -> str:
        """Titles of the screens that the first sign-in will show."""
        return self._open(Proof.SIGN_IN)

    @property
    def unproved(self) -> str:
        """Titles of the screens for which nothing but a person's word can stand, and none does."""
        return self._open(Proof.PERSON)

    def _open(self, proof: Proof) -> str:
        """Of a done step, the screens for which there is neither observation nor word."""
        open_ = [one.screen for one in self.screens if one.mark in {Mark.NOT_SHOWN, Mark.STALE}]
        return ", ".join(screen.title for screen in open_ if screen.proof is proof)


@dataclass(frozen=True)
class View:
    """The whole hand-off. `certificate_days` is None while there is no certificate."""

    handoff: Handoff
    headline: str
    waits_for: str
    steps: list[StepView]
    certificate_days: int | None
    certificate_ends: str
    certificate_fingerprint: str
    made_at: str

    @property
    def certificate_ends_soon(self) -> bool:
        """Whether the band should warn."""
        return self.certificate_days is not None and self.certificate_days < SOON_DAYS


def view_of(outputs: dict[str, Any], attestations: Attestations, now: datetime) -> View:
    """Put outputs (`pulumi stack output --json`) and attestations together."""
    handoff = Handoff.model_validate(outputs["handoff"])
    ends = outputs.get("certificate_not_after")
    return View(
        handoff=handoff,
        headline=HEADLINES[handoff.phase],
        waits_for=_waits_for(handoff),
        steps=[
            _step_view(number, step, handoff, attestations)
            for number, step in enumerate(handoff.steps, start=1)
        ],
        certificate_days=(datetime.fromisoformat(ends) - now).days if ends else None,
        certificate_ends=ends[:10] if ends else "",
        certificate_fingerprint=outputs.get("certificate_fingerprint") or "",
        made_at=now.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC"),
    )


def _waits_for(handoff: Handoff) -> str:
    if handoff.phase is Phase.VERIFIED:
        return "Nobody"
    waiting = [step for step in handoff.steps if step.waiting]
    if handoff.phase is Phase.DRIFTED:
        consoles = " and of the ".join(dict.fromkeys(step.console for step in waiting))
        who = f"An administrator of the {consoles}" if consoles else "Somebody"
        return f"{who}, who puts it back"
    if waiting[0].id == "sign_in":
        return "One of the people who may sign in"
    return f"An administrator of the {waiting[0].console}"


def _step_view(
    number: int, step: HandoffStep, handoff: Handoff, attestations: Attestations
) -> StepView:
    mark = _mark(step)
    screens = [_screen_view(screen, step, handoff, attestations) for screen in step.screens]
    return StepView(number, step, mark, screens, _commands(step, handoff.stack))


def _commands(step: HandoffStep, stack: str) -> list[str]:
    fields = [field for screen in step.screens for field in screen.fields]
    brings = any(field.kind is Kind.BRING_BACK and field.value for field in fields)
    keep = [KEEP_METADATA.format(stack=stack)] if brings and not step.differs else []
    return [*keep, f"./flexsso up {stack}"]


def _mark(step: HandoffStep) -> Mark:
    if step.differs:
        return Mark.DIFFERS
    if step.done:
        return Mark.PARTLY if step.unseen else Mark.SEEN
    return _pending(step)


def _screen_view(
    screen: HandoffScreen, step: HandoffStep, handoff: Handoff, attestations: Attestations
) -> ScreenView:
    mark, note = _judge(screen, step, handoff.phase, attestations)
    if mark in {Mark.NOT_SHOWN, Mark.STALE} and step.done:
        command = f'`./flexsso handoff {handoff.stack} --attest {screen.id} --by "Your Name"`'
        note = f"{note} Look, then say so: {command}"
    return ScreenView(screen, mark, note, [_field_view(field, handoff) for field in screen.fields])


def _judge(
    screen: HandoffScreen, step: HandoffStep, phase: Phase, attestations: Attestations
) -> tuple[Mark, str]:
    """What is known of a screen: seen by ourselves first, then a person's word."""
    if any(field.observed for field in screen.fields):
        return Mark.DIFFERS, ""
    if screen.proof is Proof.SIGN_IN and phase is Phase.VERIFIED:
        return Mark.SEEN, "The sign-in shows it."
    if screen.proof is Proof.STEP:
        return (Mark.SEEN if step.done and not step.unseen else _pending(step)), ""
    given = attestations.get(screen.id)
    if given is not None and given.holds_for(screen):
        return Mark.ATTESTED, f"Attested by {given}."
    if given is not None:
        return Mark.STALE, f"{given} attested other values than these."
    why = (
        "The first sign-in will show it." if screen.proof is Proof.SIGN_IN else "No API shows this."
    )
    return (Mark.NOT_SHOWN, why) if step.done else (_pending(step), "")


def _pending(step: HandoffStep) -> Mark:
    return Mark.WAITING if step.waiting else Mark.LATER


_VERBS = {
    Kind.PASTE: "Paste",
    Kind.CHOOSE: "Choose",
    Kind.TICK: "Tick it",
    Kind.COMPARE: "Should show",
    Kind.BRING_BACK: "Bring back",
}
NOT_KNOWN = "Not known yet: do the steps before, then run `./flexsso up {stack}`"
KEEP_METADATA = "./flexsso handoff {stack} --metadata GoogleIDPMetadata.xml"


def _field_view(field: HandoffField, handoff: Handoff) -> FieldView:
    copies = bool(field.value) and field.kind in {Kind.PASTE, Kind.CHOOSE, Kind.COMPARE}
    does = _VERBS.get(field.kind, f"Leave it {field.value or 'empty'}")
    if field.kind is Kind.BRING_BACK:
        does = _bring_back(field, handoff.stack)
    elif not field.value:
        does = does if field.kind is Kind.LEAVE else NOT_KNOWN.format(stack=handoff.stack)
    return FieldView(field, does, copies, field.value.startswith("-----BEGIN CERTIFICATE-----"))


def _bring_back(field: HandoffField, stack: str) -> str:
    if field.value:
        command = KEEP_METADATA.format(stack=stack)
        return f"Save the file, and bring it to whoever runs `./flexsso`: `{command}`"
    return f"Nothing to copy: `./flexsso up {stack}` finds it (or set `tenant.flex.connection`)"
