"""Every resource by call by fault: it recovers, or says why and recovers later.

The calls are not listed anywhere: each verb runs once without a fault, and what it asked then is
what is disturbed, one call at a time. A fault strikes the k-th call once, or everything from the
k-th call on. Either the verb succeeds all the same, which it must where the fault was temporary
and struck once, or it ends with one clear sentence. Then the engine runs the verb again without
faults; now memory and vendors must be exactly where an undisturbed run leaves them, and a destroy
must leave everything of others exactly as an undisturbed destroy does.

Conditions (`tools.torture.late`) hold for a whole verb instead, and are judged the same way.
"""

from __future__ import annotations

import json
import time
from contextlib import contextmanager
from copy import deepcopy
from typing import TYPE_CHECKING, Any, NamedTuple

from models.errors import FlexSsoError
from providers.failures import PartialState
from tools.torture import faults, kinds, late, lives
from tools.torture.place import PATIENT_SECONDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tools.torture.lives import Subject
    from tools.torture.place import Call, Moment, Place

VERBS = ("create", "update", "read", "delete")
FOR_EVER = 10**6
LONGEST_SENTENCE = 900
TELLS_THE_TIME = frozenset({"changed_at", "run", "schema_id", "time"})


class Case(NamedTuple):
    """One disturbance of one verb: of a call, or (`Condition`) of all that it asks."""

    subject: str
    verb: str
    number: int
    call: Call
    fault: faults.Named | late.Condition
    for_good: bool

    def __str__(self) -> str:
        how = "from then on" if self.for_good else "once"
        if isinstance(self.fault, late.Condition):
            how = "for good" if self.for_good else "for a moment"
            return f"{self.subject}.{self.verb} | {self.fault.name}, {how}"
        target = f"{self.number + 1}. {self.call.method} {self.call.host}{self.call.path}"
        return f"{self.subject}.{self.verb} | {target} | {self.fault.name}, {how}"


class Undisturbed(NamedTuple):
    """A verb without faults: before and after it, and after the destroy that follows."""

    subject: Subject
    moment: Moment
    calls: list[Call]
    answers: list[Any]
    outs: dict[str, Any]
    held: dict[str, list[Any]]
    held_at_the_end: dict[str, list[Any]]


class Answered(NamedTuple):
    """A call of a verb, and the JSON object that answers it."""

    subject: str
    verb: str
    number: int
    call: Call
    answer: dict[str, Any]


class Matrix:
    """All cases of one world. `run` answers with what is wrong, or nothing."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self._undisturbed: dict[tuple[str, str], Undisturbed] = {}
        for name, subject in lives.subjects(self.place).items():
            self._live(name, subject)

    def _live(self, name: str, subject: Subject) -> None:
        """One whole life without faults, remembered verb by verb."""
        lives.plant(self.place.world, name)
        verbs = ("read",) if isinstance(subject, lives.Reading) else VERBS
        for verb in verbs:
            before, moment = subject.copy(), self.place.moment()
            with self.place.recording() as calls, self.place.overhearing() as answers:
                subject.run(verb, self.place.settings())
            outs, held, after = stable(subject.outs), self.place.held(), self.place.moment()
            end = self._destroyed(subject, verb)
            self.place.back_to(after)
            self._undisturbed[name, verb] = Undisturbed(
                before, moment, calls, answers, outs, held, end
            )

    def _destroyed(self, subject: Subject, verb: str) -> dict[str, list[Any]]:
        if verb != "delete" and subject.id:
            subject.copy().run("delete", self.place.settings())
        return self.place.held()

    def cases(self) -> Iterator[Case]:
        """All of them, in a fixed order."""
        for (name, verb), life in self._undisturbed.items():
            for condition in late.conditions():
                if condition.bites(life.calls):
                    for for_good in (False, True):
                        yield Case(name, verb, 0, life.calls[0], condition, for_good)
            for number, call in enumerate(life.calls):
                for fault in faults.of_host(call.host):
                    if call.part and fault.of_transport:
                        continue
                    for for_good in (False, True):
                        yield Case(name, verb, number, call, fault, for_good)

    def misshapen(self) -> Iterator[Case]:
        """Each kind of answer that a subject is given, with one value in it of another kind."""
        for name, verb, number, call, answer in self.answered():
            where = {"method": call.method, "host": call.host, "path": call.path}
            for fault in kinds.other_kinds(answer, where):
                yield Case(name, verb, number, call, fault, for_good=True)

    def answered(self) -> Iterator[Answered]:
        """Each kind of answer that a subject is given, once."""
        seen: set[tuple[str, str, str, str]] = set()
        for (name, verb), life in self._undisturbed.items():
            for number, (call, answer) in enumerate(zip(life.calls, life.answers, strict=True)):
                key = (name, call.method, call.host, call.path)
                if isinstance(answer, dict) and key not in seen:
                    seen.add(key)
                    yield Answered(name, verb, number, call, answer)

    def run(self, case: Case) -> str:
        """Empty if all is well, else what is not."""
        subject, life = self.before(case), self._undisturbed[case.subject, case.verb]
        with self.disturbance(case):
            wrong = self._disturbed(case, subject)
        if case.fault.silent:
            time.sleep(faults.SILENCE_SECONDS)  # what was to be carried out later has been
        return wrong or self._next(case, subject, life)

    def outlives(self, case: Case) -> str:
        """Less than `run`, for answers that may lie: two runs end, in success or a sentence."""
        subject = self.before(case)
        with self.disturbance(case):
            wrong = self._disturbed(case, subject)
        if wrong:
            return wrong
        try:
            subject.run("create" if subject.gone else case.verb, self.place.settings())
        except (FlexSsoError, PartialState) as error:
            return unclear(error)
        except Exception as error:
            return f"the next run: {type(error).__name__} instead of a sentence: {error}"
        return ""

    def before(self, case: Case) -> Subject:
        """The subject and the world as they are before the case's verb."""
        life = self._undisturbed[case.subject, case.verb]
        self.place.back_to(life.moment)
        return life.subject.copy()

    @contextmanager
    def disturbance(self, case: Case) -> Iterator[None]:
        """Inside the block the vendors are as the case says."""
        world = self.place.world
        if isinstance(case.fault, late.Condition):
            with self.place.patient(), case.fault.on(world, for_good=case.for_good):
                yield
            return
        times = FOR_EVER if case.for_good else 1
        world.faults[:] = [{"skip": case.number, "times": times, **deepcopy(case.fault.fault)}]
        yield
        world.faults.clear()

    def _disturbed(self, case: Case, subject: Subject) -> str:
        limit = faults.TIMEOUT_SECONDS if case.fault.silent else PATIENT_SECONDS
        try:
            subject.run(case.verb, self.place.settings(limit))
        except (FlexSsoError, PartialState) as error:
            if case.fault.temporary and not case.for_good:
                return f"was not tried again: {error}"
            return unclear(error)
        except Exception as error:
            return f"{type(error).__name__} instead of a sentence: {error}"
        return ""

    def _next(self, case: Case, subject: Subject, life: Undisturbed) -> str:
        """The next run of the engine, without faults: it must converge."""
        try:
            subject.run("create" if subject.gone else case.verb, self.place.settings())
        except Exception as error:
            return f"the next run fails: {type(error).__name__}: {error}"
        if stable(subject.outs) != life.outs and not is_an_observation(case):
            return f"remembers {difference(stable(subject.outs), life.outs)}"
        if self.place.held() != life.held:
            return f"vendors hold {difference(self.place.held(), life.held)}"
        return self._end(case, subject, life)

    def _end(self, case: Case, subject: Subject, life: Undisturbed) -> str:
        try:
            end = self._destroyed(subject, case.verb)
        except Exception as error:
            return f"can't be destroyed: {type(error).__name__}: {error}"
        if end != life.held_at_the_end:
            return f"after destroy vendors hold {difference(end, life.held_at_the_end)}"
        return ""


def is_an_observation(case: Case) -> bool:
    """Whether the fault is, for FlexSso, Flex's own word: nobody is sent to Google any more.

    That is drift, and afterwards a new sign-in has to prove that all is well again (docs/adr/0006).
    """
    if isinstance(case.fault, late.Condition):
        return False
    of_flex = case.subject.startswith("FlexSso") and case.call.host.endswith(".twilio.com")
    status = case.fault.fault.get("status", 0)
    return of_flex and case.for_good and 200 <= status < 500 and status != 429


def unclear(error: FlexSsoError | PartialState) -> str:
    """Why the error's text is no clear sentence; empty if it is one."""
    texts = [str(error), *(error.reasons if isinstance(error, PartialState) else [])]
    for text in texts:
        if not text.strip() or len(text) > LONGEST_SENTENCE:
            return f"a sentence of {len(text)} characters: {text[:200]}"
        if any(mark in text for mark in ("Traceback", "<html", "<!DOCTYPE", " object at 0x")):
            return f"no clear sentence: {text}"
    return ""


def stable(value: Any) -> Any:
    """Outputs without what is another one each time."""
    if isinstance(value, dict):
        kept = {key: item for key, item in value.items() if key not in TELLS_THE_TIME}
        return {key: stable(item) for key, item in kept.items()}
    return [stable(item) for item in value] if isinstance(value, list) else value


def difference(one: Any, other: Any) -> str:
    """Where the first differs from the second, shortly."""
    keys = [key for key in {**one, **other} if one.get(key) != other.get(key)]
    shown = {key: {"is": one.get(key), "should be": other.get(key)} for key in keys}
    return json.dumps(shown, default=str)[:1500]
