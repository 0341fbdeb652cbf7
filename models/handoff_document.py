"""`Handoff`: the steps that have no API, as a document; its words are those of the consoles.

A step is a visit to one console, a screen is what is seen at once, a field has the console's exact
label and the exact value. `Proof` says how we will know that a screen was filled in.
"""

from __future__ import annotations

import hashlib
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict

from models.phase import Phase

if TYPE_CHECKING:
    from models.endpoints import Endpoints


class Kind(StrEnum):
    """What a person does with a field."""

    PASTE = "paste"
    CHOOSE = "choose"
    TICK = "tick"
    LEAVE = "leave"
    COMPARE = "compare"
    BRING_BACK = "bring_back"


class Proof(StrEnum):
    """How we learn that a screen was filled in as it says.

    `step`: seen together with its step; `sign_in`: shown by the first sign-in that works, and
    until then a person can attest it; `person`: nothing shows it, only a person's word.
    """

    STEP = "step"
    SIGN_IN = "sign_in"
    PERSON = "person"


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class HandoffField(_Part):
    """One field of a screen: the console's label, the exact value, and what often goes wrong.

    `observed` is what was seen in its place, where that is another value; else empty.
    """

    label: str
    value: str
    kind: Kind = Kind.PASTE
    trap: str = ""
    observed: str = ""


class HandoffScreen(_Part):
    """One screen: `open` is the link that leads to it, `button` the one that ends it.

    `id` is its name for attestations, empty where there is nothing to attest.
    """

    title: str
    fields: list[HandoffField]
    button: str = ""
    open: str = ""
    id: str = ""
    proof: Proof = Proof.STEP

    @property
    def digest(self) -> str:
        """Of its labels and values: an attestation holds for these and no others."""
        told = "\n".join(f"{field.label}\t{field.value}" for field in self.fields)
        return hashlib.sha256(told.encode()).hexdigest()[:16]


class Shortcut(_Part):
    """Straight to the screen: `url` (from here: `link`), with `account` open, then click `path`."""

    url: str
    account: str
    path: list[str] = []
    link: str = ""


class HandoffStep(_Part):
    """A visit to one console: click through `path` from `url`; `done_when` is how we will know.

    `link` opens `url` from here (the sandbox has other addresses); `shortcut` saves clicks where an
    address of the screen is known; `account` says as whom to be there. `seen` says by what the step
    was seen to be done, empty while it wasn't; `unseen` what of a done step was not seen yet, and
    why; `differs` which fields are otherwise than recorded, both values.
    """

    id: str
    console: str
    title: str
    url: str
    path: list[str]
    screens: list[HandoffScreen]
    done_when: str
    done: bool = False
    waiting: bool = False
    link: str = ""
    seen: str = ""
    unseen: str = ""
    differs: str = ""
    shortcut: Shortcut | None = None
    account: str = ""


def reached_from(endpoints: Endpoints, step: HandoffStep) -> HandoffStep:
    """The step with the addresses that open its console from here."""
    update: dict[str, Any] = {"link": endpoints.url(step.url)}
    if step.shortcut:
        link = endpoints.url(step.shortcut.url)
        update["shortcut"] = step.shortcut.model_copy(update={"link": link})
    return step.model_copy(update=update)


class Handoff(_Part):
    """All steps of a stack, in order, with the phase they lead out of."""

    stack: str
    phase: Phase
    next_step: str
    steps: list[HandoffStep]
    tenant: str = ""
