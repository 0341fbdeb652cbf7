"""The verbs of a fleet, and what the engine is asked for each."""

from __future__ import annotations

from enum import StrEnum

_COMMON = ("--skip-preview", "--yes")


class Verb(StrEnum):
    """What is done to each stack. Only `up` and `refresh` write to the state."""

    PREVIEW = "preview"
    UP = "up"
    REFRESH = "refresh"
    DRIFT = "drift"
    VERIFY = "verify"

    @property
    def arguments(self) -> tuple[str, ...]:
        """The engine's own verb and options. `verify` asks the vendors, not the engine."""
        return {
            Verb.PREVIEW: ("preview",),
            Verb.UP: ("up", *_COMMON),
            Verb.REFRESH: ("refresh", *_COMMON),
            Verb.DRIFT: ("preview", "--refresh"),
            Verb.VERIFY: (),
        }[self]

    @property
    def writes(self) -> bool:
        """Whether it takes the stack's lock and changes its state."""
        return self in {Verb.UP, Verb.REFRESH}
