"""`Finding`: one thing looked at, what should be there and what is. `Report`: all of them.

Results: `match`; `drift` (both values); `unobservable` (no API shows it: who attested it, when);
`not_checked` (why). A finding that waits for a person is no drift.
"""

from __future__ import annotations

from enum import IntEnum, StrEnum

from pydantic import BaseModel, ConfigDict


class Result(StrEnum):
    """What a look at one field gave."""

    MATCH = "match"
    DRIFT = "drift"
    UNOBSERVABLE = "unobservable"
    NOT_CHECKED = "not_checked"


class Part(StrEnum):
    """The three ways of knowing: seen now, worked out, or left behind by real sign-ins."""

    OBSERVE = "observe"
    PREDICT = "predict"
    EVIDENCE = "evidence"


class Who(StrEnum):
    """Who can put it right."""

    GOOGLE_ADMIN = "Google admin"
    TWILIO_ADMIN = "Twilio admin"
    STACK = "whoever runs Pulumi"
    PERSON = "the person who signs in"
    NOBODY = ""


class ExitCode(IntEnum):
    """What `verify` ends with; scripts rely on these numbers."""

    GOOD = 0
    WRONG = 1
    WAITS = 2
    COULD_NOT_LOOK = 3


class Finding(BaseModel):
    """One row. `where` is a menu path, `note` says more in a sentence, `hint` what to do about it.

    `person` is set where it is about one person; `personal` where the values are theirs, so that
    they are hidden unless somebody asks for them. `warning` marks what works now but will bite,
    or sets itself right at the next sign-in: a drift with a warning is not counted as wrong.
    `waits` and `blind` tell the two reasons for an incomplete look: a person has yet to act, or
    a vendor could not be asked.
    """

    model_config = ConfigDict(frozen=True)

    part: Part = Part.OBSERVE
    check: str
    result: Result
    expected: str = ""
    observed: str = ""
    note: str = ""
    hint: str = ""
    who: Who = Who.NOBODY
    where: str = ""
    person: str = ""
    personal: bool = False
    warning: bool = False
    waits: bool = False
    blind: bool = False

    @property
    def wrong(self) -> bool:
        """Whether this alone makes the stack's sign-in wrong."""
        return self.result is Result.DRIFT and not self.warning


class Report(BaseModel):
    """Everything that was found about a stack, in the order in which a sign-in would meet it."""

    stack: str
    phase: str
    findings: list[Finding]

    @property
    def exit_code(self) -> ExitCode:
        """Something wrong counts more than a look that failed, and that more than waiting."""
        if any(one.wrong for one in self.findings):
            return ExitCode.WRONG
        if any(one.blind for one in self.findings):
            return ExitCode.COULD_NOT_LOOK
        if any(one.waits for one in self.findings):
            return ExitCode.WAITS
        return ExitCode.GOOD

    @property
    def first_failing(self) -> Finding | None:
        """The finding that decides the exit code; None if all is good."""
        deciding = {
            ExitCode.WRONG: [one for one in self.findings if one.wrong],
            ExitCode.COULD_NOT_LOOK: [one for one in self.findings if one.blind],
            ExitCode.WAITS: [one for one in self.findings if one.waits],
        }
        found = deciding.get(self.exit_code, [])
        return found[0] if found else None


def compared(check: str, expected: str, observed: str, **more: object) -> Finding:
    """A match or a drift; an empty `observed` was not shown, so it was not checked."""
    if not observed:
        result = Result.NOT_CHECKED
        more.setdefault("note", "it was not shown")
    else:
        result = Result.MATCH if expected == observed else Result.DRIFT
    fields = {"check": check, "result": result, "expected": expected, "observed": observed, **more}
    return Finding.model_validate(fields)
