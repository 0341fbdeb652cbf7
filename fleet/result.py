"""What became of one stack: the answer of `reconcile`, a row of the ledger."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict


class Outcome(StrEnum):
    """One word for a stack in a run."""

    GOOD = "good"
    WAITS = "waits"  # for a person
    DRIFTED = "drifted"  # the world differs from the stack
    FAILED = "failed"
    INTERRUPTED = "interrupted"  # stopped by us, cleanly: to be done again

    @property
    def is_done(self) -> bool:
        """Whether a resumed run leaves the stack out."""
        return self in {Outcome.GOOD, Outcome.WAITS, Outcome.DRIFTED}


class Change(BaseModel):
    """A resource that was changed, or would be. `keys` are its inputs that differ."""

    model_config = ConfigDict(frozen=True)

    resource: str
    operation: str
    keys: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.operation} {self.resource}" + (
            f" ({', '.join(self.keys)})" * bool(self.keys)
        )


class Result(BaseModel):
    """The answer of `reconcile`.

    `waits_for` is the console where somebody has to act, or who has to; `last_login` (RFC 3339) the
    newest sign-in that both vendors confirm, as far as this look heard of one.
    `outputs` are the stack's own, `drift` sentences about what differs, `cpu_seconds` those of the
    engine, the program and the providers together, `memory_kib` the peak of the largest of them.
    """

    model_config = ConfigDict(frozen=True)

    stack: str
    verb: str
    outcome: Outcome
    said: str = ""
    phase: str = ""
    next_step: str = ""
    waits_for: str = ""
    last_login: str = ""
    changes: tuple[Change, ...] = ()
    drift: tuple[str, ...] = ()
    outputs: dict[str, Any] = {}
    healed: str = ""
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    memory_kib: int = 0
