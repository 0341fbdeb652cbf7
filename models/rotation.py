"""`plan_rotation`: Google's old signing certificate out, the new one in, step by step.

Flex's form takes one certificate, and an app at Google signs with one: between the two changes
nobody can sign in (whoever is in stays in). So everything that can be done before is done before,
and the two consoles come right after each other. Google keeps at most two certificates an account,
for all of its SAML apps.

Nothing tells which certificate signed a login, or which one is in Flex's form. But Flex believes
only the one in its form: so a login after somebody attested that the new one is there proves it. A
stack may be `verified` earlier, by a login with the old one.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from models.certificate import Certificate, problems
from models.finding import Who

SSO_CERTIFICATES = "Google Admin console: Security > Authentication > SSO with SAML applications"


FORM_SCREEN = "flex_connection"


class RotationFacts(BaseModel):
    """What is known: `recorded` stood in Flex's form at the last `up`, `listed` are in the
    metadata file, `named` is the fingerprint in tenant.saml_app.certificate. `in_form` tells who
    attested the form with the recorded one, when; `proof` of whose login after that we know.
    """

    model_config = ConfigDict(frozen=True)

    stack: str
    app_name: str
    recorded: Certificate | None
    listed: tuple[Certificate, ...]
    named: str | None
    in_form: str = ""
    proof: str = ""
    now: datetime


class Mark(StrEnum):
    """How far a step has come."""

    DONE = "done"
    NOW = "now"
    LATER = "later"


class RotationStep(BaseModel):
    """One step: who does it, where, what exactly, and what to expect meanwhile."""

    model_config = ConfigDict(frozen=True)

    title: str
    who: Who
    where: str
    todo: str
    expect: str = ""
    mark: Mark = Mark.LATER


class Rotation(BaseModel):
    """The whole plan. `finished` once a sign-in proved the newest certificate of the file."""

    model_config = ConfigDict(frozen=True)

    stack: str
    old: Certificate | None
    new: Certificate | None
    days_left: int | None
    steps: list[RotationStep]

    @property
    def finished(self) -> bool:
        """Whether every step is done."""
        return all(step.mark is Mark.DONE for step in self.steps)


def plan_rotation(facts: RotationFacts) -> Rotation:
    """The steps, each marked by what is known; the first that is not done is `now`."""
    new = _new(facts)
    current = facts.recorded or (facts.listed[0] if facts.listed else None)
    recorded = new is not None and facts.recorded == new
    pasted = recorded and bool(facts.in_form)
    proved = pasted and bool(facts.proof)
    steps = [
        (_add(facts), new is not None),
        (_record(facts, new), recorded),
        (_at_google(facts, new), pasted),
        (_at_flex(facts), pasted),
        (_prove(), proved),
        (_clean_up(facts, new), proved and len(facts.listed) == 1),
    ]
    done = [finished for _, finished in steps]
    first = done.index(False) if False in done else len(steps)
    return Rotation(
        stack=facts.stack,
        old=current if current != new else None,
        new=new,
        days_left=current.days_left(facts.now) if current else None,
        steps=[
            step.model_copy(update={"mark": _mark(number, first, finished=finished)})
            for number, (step, finished) in enumerate(steps)
        ],
    )


def _mark(number: int, first: int, *, finished: bool) -> Mark:
    if number == first:
        return Mark.NOW
    return Mark.DONE if finished else Mark.LATER


def _new(facts: RotationFacts) -> Certificate | None:
    """The one to go to: it is newer than the recorded one, or it was recorded second of two.

    One that was named in a rotation of years ago, and now ends itself, is the old one.
    """
    newest = max(facts.listed, key=lambda one: one.not_after, default=None)
    if newest is None or facts.recorded is None:
        return None
    rotated = facts.named == newest.fingerprint and not problems(newest, facts.now)
    return newest if newest != facts.recorded or rotated else None


def _add(facts: RotationFacts) -> RotationStep:
    return RotationStep(
        title="Make the second certificate",
        who=Who.GOOGLE_ADMIN,
        where=SSO_CERTIFICATES,
        todo=_make_room(facts) + "ADD CERTIFICATE, then DOWNLOAD METADATA, and keep the file:"
        f" ./flexsso handoff {facts.stack} --metadata FILE",
        expect="Nothing changes for anybody: the app goes on signing with the old one.",
    )


def _make_room(facts: RotationFacts) -> str:
    """Google keeps two: where both are there, and none is new, one has to go first."""
    unused = [one for one in facts.listed if one != facts.recorded]
    if not unused:
        return ""
    return f"delete the one that no app uses (is it {unused[0].fingerprint[:23]}…?), "


def _record(facts: RotationFacts, new: Certificate | None) -> RotationStep:
    fingerprint = new.fingerprint if new else "FINGERPRINT"
    key = "flex-google-sso:tenant.saml_app.certificate"
    return RotationStep(
        title="Record the new one",
        who=Who.STACK,
        where=f"stacks/Pulumi.{facts.stack}.yaml",
        todo=f"pulumi config set -s {facts.stack} --path '{key}' {fingerprint}"
        f" && ./flexsso up {facts.stack}",
        expect="The hand-off shows the new certificate, and the stack is active again. Do not"
        " trust a `verified` before step 5: it may come from a login with the old one.",
    )


def _at_google(facts: RotationFacts, new: Certificate | None) -> RotationStep:
    ends = f" (the one that ends on {new.not_after:%Y-%m-%d})" if new else ""
    return RotationStep(
        title="Let the app sign with the new one, in a quiet hour",
        who=Who.GOOGLE_ADMIN,
        where="Google Admin console: Apps > Web and mobile apps >"
        f" {facts.app_name} > Service provider details > Certificate",
        todo=f"choose the new certificate{ends}, SAVE",
        expect="From now on nobody can sign in until the next step is done; Google takes minutes,"
        " at worst 24 hours. Whoever is signed in stays so.",
    )


def _at_flex(facts: RotationFacts) -> RotationStep:
    return RotationStep(
        title="Paste the new one into Flex, at once",
        who=Who.TWILIO_ADMIN,
        where="Twilio Console: Flex > Users and access > Single sign-on (SSO) > Edit",
        todo=f"X.509 Certificate, from the hand-off (./flexsso handoff {facts.stack}), Save; then"
        f' say so: ./flexsso handoff {facts.stack} --attest {FORM_SCREEN} --by "Your Name"',
        expect="A refused sign-in means that Google still signs with the old one: wait and try"
        " again, or ./flexsso explain the response.",
    )


def _prove() -> RotationStep:
    return RotationStep(
        title="Prove it",
        who=Who.PERSON,
        where="the Flex login link, in a private window",
        todo="sign in once, then look here again (Google's log lags behind by minutes)",
        expect="Google's log and Flex both tell of a login after the form was changed.",
    )


def _clean_up(facts: RotationFacts, new: Certificate | None) -> RotationStep:
    kept = f" (keep {new.fingerprint[:23]}…)" if new else ""
    return RotationStep(
        title="Delete the old one",
        who=Who.GOOGLE_ADMIN,
        where=SSO_CERTIFICATES,
        todo=f"once no other app or environment uses it: delete the old certificate{kept},"
        f" download the metadata again, ./flexsso handoff {facts.stack} --metadata FILE",
        expect="Nothing changes for anybody.",
    )
