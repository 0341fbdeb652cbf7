"""`reconcile(stack, verb)`: one stack brought to where a verb takes it, whoever asks for it.

The one function that the embedded pool and a distributed engine have in common. It is safe to
call again after any death: it ends what an earlier run left running, breaks the lock of an owner
that is dead, and every create of the providers looks first and adopts.
"""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from fleet.engine import Engine
from fleet.events import differences
from fleet.locks import is_stale, owners
from fleet.processes import adopt_orphans, end_leftovers, mark_of
from fleet.provider_host import provider_host
from fleet.result import Outcome, Result
from fleet.said import lines_of
from fleet.verb import Verb
from models.errors import FlexSsoError
from models.finding import ExitCode
from models.phase import Phase

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from fleet.events import Story
    from models.finding import Report

TIMEOUT_SECONDS = 900.0
_SHORT_SECONDS = 60.0

Look = Callable[[str, Path], "Report"]
"""Verification of a stack of a project, which the commands bring along."""


class Ran(NamedTuple):
    """An engine call and what had to be put right before it."""

    code: int
    said: str
    story: Story
    healed: str


def reconcile(  # noqa: PLR0913  what to do, and what is known beforehand
    stack: str,
    verb: Verb,
    project: Path,
    *,
    look: Look | None = None,
    timeout: float = 0,
    gone: Collection[str] = (),
) -> Result:
    """Do it, in this process and its children; never raises an expected error.

    Uses os.environ (the engine's environment and this stack's credentials) and the working
    directory: paths of credentials are relative to the project. SIGTERM stops it cleanly.
    Locks whose owners ran on a machine of `gone` are broken, as those of the dead here are.
    """
    began, before = time.monotonic(), _cpu_seconds()
    os.chdir(project)
    adopt_orphans()
    timeout = timeout or TIMEOUT_SECONDS
    if verb is Verb.VERIFY:
        result = _verify(stack, project, look, timeout)
    else:
        with provider_host() as host:
            engine = Engine(project, stack, dict(os.environ), host)
            signal.signal(signal.SIGTERM, engine.stop)
            ran = _run(engine, stack, verb, project, timeout, gone)
        result = result_of(stack, verb, ran, stopped=engine.stopped)
    measured = {
        "seconds": round(time.monotonic() - began, 3),
        "cpu_seconds": round(_cpu_seconds() - before, 3),
        "memory_kib": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss,
    }
    return result.model_copy(update=measured)


def _run(  # noqa: PLR0913  as asked for
    engine: Engine, stack: str, verb: Verb, project: Path, timeout: float, gone: Collection[str]
) -> Ran:
    """The engine call; a missing stack is made and a dead owner's lock broken, each once."""
    code, said, story = engine.run(*verb.arguments, timeout=timeout)
    if not code:
        return Ran(code, said, story, "")
    healed = ""
    if f"no stack named '{stack}'" in said and verb is Verb.UP:
        engine.call("stack", "init", "--no-select", timeout=_SHORT_SECONDS)
        healed = "made the stack"
    elif is_stale(said, gone):
        left = end_leftovers(mark_of(project, stack))
        engine.call("cancel", "--yes", timeout=_SHORT_SECONDS)
        dead = ", ".join(str(owner) for owner in owners(said))
        healed = f"broke the lock of {dead}" + f"; ended {left} processes left over" * bool(left)
    if healed:
        code, said, story = engine.run(*verb.arguments, timeout=timeout)
    return Ran(code, said, story, healed)


def result_of(stack: str, verb: Verb, ran: Ran, *, stopped: bool) -> Result:
    """What an engine call means."""
    story, outputs = ran.story, ran.story.outputs
    phase = story.phase
    drift = differences(story) if verb is Verb.DRIFT else story.drift
    told: dict[str, Any] = {
        "stack": stack,
        "verb": verb.value,
        "phase": phase,
        "next_step": str(outputs.get("next_step") or ""),
        "waits_for": waits_for(outputs),
        "last_login": story.last_login,
        "changes": story.changes,
        "drift": drift,
        "outputs": outputs,
        "healed": ran.healed,
    }
    if ran.code:
        outcome = Outcome.INTERRUPTED if stopped else Outcome.FAILED
        return Result(**told, outcome=outcome, said=complaint(story, ran.said))
    if drift or phase == Phase.DRIFTED.value:
        return Result(**told, outcome=Outcome.DRIFTED, said="; ".join(drift))
    good = phase in {Phase.VERIFIED.value, ""}
    return Result(**told, outcome=Outcome.GOOD if good else Outcome.WAITS)


def waits_for(outputs: dict[str, Any]) -> str:
    """The console of the step that waits for somebody, by the hand-off."""
    steps = (outputs.get("handoff") or {}).get("steps") or []
    return next((str(step["console"]) for step in steps if step.get("waiting")), "")


def complaint(story: Story, said: str) -> str:
    """What went wrong, without the engine's own frame: its errors, else its last words."""
    errors = [error for error in story.errors if error and error not in {"update failed"}]
    if errors:
        return "\n".join(errors)
    return "\n".join(lines_of(said)[-3:]) or "the engine ended without a word"


_OUTCOMES = {
    ExitCode.GOOD: Outcome.GOOD,
    ExitCode.WRONG: Outcome.DRIFTED,
    ExitCode.WAITS: Outcome.WAITS,
    ExitCode.COULD_NOT_LOOK: Outcome.FAILED,
}


def _verify(stack: str, project: Path, look: Look | None, timeout: float) -> Result:
    """Nothing is written, so it may be stopped anywhere."""
    if look is None:
        raise ValueError("verify needs a way to look")
    told: dict[str, Any] = {"stack": stack, "verb": Verb.VERIFY.value}
    try:
        with _stoppable(timeout):
            report = look(stack, project)
    except FlexSsoError as error:
        return Result(**told, outcome=Outcome.FAILED, said=str(error))
    except _StoppedError as stop:
        return Result(**told, outcome=stop.outcome, said=str(stop))
    outcome, first = _OUTCOMES[report.exit_code], report.first_failing
    said = f"{first.check}: {first.note or first.result.value}" if first else ""
    who = first.who.value if first else ""
    drift = tuple(f"{one.check} is not as it should be" for one in report.findings if one.wrong)
    return Result(
        **told, outcome=outcome, phase=report.phase, said=said, drift=drift, waits_for=who
    )


class _StoppedError(BaseException):
    """Told to end, or out of time; nothing that looks may take it for an answer."""

    def __init__(self, outcome: Outcome, said: str) -> None:
        self.outcome = outcome
        super().__init__(said)


@contextlib.contextmanager
def _stoppable(timeout: float) -> Iterator[None]:
    """SIGTERM ends the block, and so does the time; raises _StoppedError."""

    def stop(*_: object) -> None:
        raise _StoppedError(Outcome.INTERRUPTED, "")

    def late(*_: object) -> None:
        raise _StoppedError(Outcome.FAILED, f"stopped after {timeout:.0f} s")

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, timeout)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)  # the answer is on its way


def _cpu_seconds() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)
