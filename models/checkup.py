"""`Check`: one line of `doctor`: what was tried, whether it works, what to do if not."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from models.errors import FlexSsoError


class State(StrEnum):
    """`skipped` checks need something that has failed before."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"
    SKIPPED = "skipped"


class Check(BaseModel):
    """`note` says what was seen, `hint` what to do next; each is one line."""

    model_config = ConfigDict(frozen=True)

    name: str
    state: State
    note: str = ""
    hint: str = ""


def ok(name: str, note: str) -> Check:
    """It works."""
    return Check(name=name, state=State.OK, note=note)


def failed(name: str, note: str, hint: str = "") -> Check:
    """It does not."""
    return Check(name=name, state=State.FAILED, note=note, hint=hint)


def of_error(name: str, error: FlexSsoError, hint: str = "") -> Check:
    """It does not, and the error says why; its own hint, unless there is a better one."""
    return failed(name, error.what, hint or error.hint)


def skipped(name: str, because: str) -> Check:
    """It can't be tried."""
    return Check(name=name, state=State.SKIPPED, note=because)
