"""Attestations: a person's word for what nothing shows, kept in `stacks/<stack>/attestations.json`.

    {"user_access": {"by": "Ada Lovelace", "at": "2026-11-01T12:00:00Z", "of": "93b1…"}}

The key is a screen of the hand-off; `of` is the digest of its labels and values, so that a word
given for other values is not taken for these. The file is meant to be committed with the stack.
"""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from models.errors import FlexSsoError
from models.handoff import Handoff, HandoffScreen, Proof
from models.private_file import write_private

FILE = "attestations.json"


class Attestation(BaseModel):
    """Who said so, when (UTC), and of which values."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    by: str = Field(min_length=1, max_length=200)
    at: datetime
    of: str

    def holds_for(self, screen: HandoffScreen) -> bool:
        """Whether the screen still has the values that were attested."""
        return self.of == screen.digest

    def __str__(self) -> str:
        return f"{self.by}, {self.at:%Y-%m-%d}"


Attestations = dict[str, Attestation]
_SHAPE = TypeAdapter(Attestations)


def read_attestations(folder: Path) -> Attestations:
    """All of a stack's folder; none if there is no file. Raises FlexSsoError if it is damaged."""
    path = folder / FILE
    try:
        return _SHAPE.validate_json(path.read_bytes())
    except FileNotFoundError:
        return {}
    except (OSError, ValidationError) as error:
        hint = "put the last good version back, or delete it and attest again"
        raise FlexSsoError(f"Can't read {path} ({type(error).__name__}).", hint=hint) from None


def attest(folder: Path, handoff: Handoff, screen_id: str, by: str, now: datetime) -> Attestation:
    """Write down that `by` vouches for one screen. Raises FlexSsoError for any other step."""
    if not by.strip():
        raise FlexSsoError("An attestation needs a name.", hint='add --by "Your Name"')
    screen = _screen(handoff, screen_id)
    known = read_attestations(folder)
    given = Attestation(by=by.strip(), at=now.replace(microsecond=0), of=screen.digest)
    _write(folder, known | {screen_id: given})
    return given


def attestable(handoff: Handoff) -> dict[str, HandoffScreen]:
    """The screens for which a person's word counts, by id, in order."""
    screens = [screen for step in handoff.steps for screen in step.screens]
    return {one.id: one for one in screens if one.id and one.proof is not Proof.STEP}


def _screen(handoff: Handoff, screen_id: str) -> HandoffScreen:
    known = attestable(handoff)
    if screen_id in known:
        return known[screen_id]
    for step in handoff.steps:
        if step.id == screen_id:
            what = f"{screen_id} is observed, not attested: {step.done_when}"
            raise FlexSsoError(what, hint=f"one of {', '.join(known)} can be attested")
    what = f"The hand-off has no step '{screen_id}'."
    raise FlexSsoError(what, hint=f"one of {', '.join(known)}")


def _write(folder: Path, attestations: Attestations) -> None:
    ordered = _SHAPE.dump_python(attestations, mode="json")
    text = json.dumps(ordered, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
    write_private(folder / FILE, text)
