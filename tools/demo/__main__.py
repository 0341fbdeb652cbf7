"""`make demo`: a tenant from nothing to a verified sign-in, in the open.

A fresh pretend world, a real Pulumi engine, and a stand-in for the person at the consoles who reads
the hand-off and nothing else. Exit code 0 only if every step was observed.
"""

from __future__ import annotations

import sys
from pathlib import Path

from models.handoff import Handoff
from models.phase import Phase
from tools.demo.engine import Engine, EngineError
from tools.demo.person import LostError, Person
from tools.demo.sandbox import Sandbox
from tools.demo.table import SignIn, print_result

ROOT = Path(__file__).resolve().parents[2]
STACK = "sandbox.dev"
PEOPLE = {
    "ada@acme.example": "agent",
    "grace@acme.example": "supervisor",
    "linus@acme.example": "admin",
}


class DemoError(Exception):
    """Something that the demo promises was not observed."""


def main() -> None:
    """Walk through all phases and print what was seen."""
    sandbox = Sandbox(ROOT, STACK)
    sandbox.start_afresh()
    (ROOT / "stacks" / STACK / "idp_metadata.xml").unlink(missing_ok=True)
    engine = Engine(ROOT, STACK)
    engine.begin()
    phases = walk_to_active(engine, sandbox)
    sign_ins = [*sign_in_everybody(engine, sandbox)]
    say("pulumi up: Google and Flex both tell of a sign-in")
    phases.append(expect(engine.up(), Phase.VERIFIED))
    say("pulumi up, nothing changed: nothing happens")
    engine.up(expect_no_changes=True)
    print_result(phases, engine.outputs(), sign_ins, sandbox)


def walk_to_active(engine: Engine, sandbox: Sandbox) -> list[Phase]:
    """`up`, then what the hand-off says, until Flex sends people to Google."""
    phases: list[Phase] = []
    for expected in (
        Phase.AWAITING_CONNECTION,
        Phase.AWAITING_GOOGLE_APP,
        Phase.AWAITING_FLEX_FORM,
        Phase.ACTIVE,
    ):
        say(f"pulumi up (expecting: {expected.value})")
        phases.append(expect(engine.up(), expected))
        handoff = Handoff.model_validate(engine.outputs()["handoff"])
        for step in Person(sandbox.reach, ROOT).follow_handoff(handoff):
            say(f"a person, {step.console}: {step.title}")
    return phases


def sign_in_everybody(engine: Engine, sandbox: Sandbox) -> list[SignIn]:
    """Each person by Flex's login link (SP-initiated) and by Google's tile (IdP-initiated)."""
    outputs = engine.outputs()
    seen = []
    for email, role in PEOPLE.items():
        for way, begin in (("Flex login link", by_login_link), ("Google app tile", by_tile)):
            person = Person(sandbox.reach, ROOT)
            begin(person, outputs)
            person.sign_in_as(email)
            session = person.json(f"{sandbox.base}/_sandbox/session")
            if session.get("email") != email or role not in session.get("roles", []):
                raise DemoError(f"{email} by {way}: expected role {role}, got {session}")
            seen.append(SignIn(email, way, session["roles"]))
    return seen


def by_login_link(person: Person, outputs: dict[str, str]) -> None:
    """Start at Flex."""
    person.open(outputs["login_url"])
    person.follow("Log in with SSO")


def by_tile(person: Person, outputs: dict[str, str]) -> None:
    """Start at Google: the app's page has the same link as the tile."""
    handoff = Handoff.model_validate(outputs["handoff"])
    google = next(step for step in handoff.steps if step.id == "google_app")
    name = next(f.value for f in google.screens[0].fields if f.label == "App name")
    person.open(google.url)
    person.follow(name)
    person.follow("Test SAML login")


def expect(status: str, phase: Phase) -> Phase:
    """The phase, if it is the expected one."""
    if status != phase.value:
        raise DemoError(f"expected phase {phase.value}, but the stack is {status}")
    return phase


def say(text: str) -> None:
    """One line of the story."""
    print(f"\n== {text}", flush=True)


if __name__ == "__main__":
    try:
        main()
    except (DemoError, LostError, EngineError) as error:
        sys.exit(f"error: {error}")
