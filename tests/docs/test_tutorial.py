"""The tutorial, walked by somebody who types its commands and does as the hand-off says."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from cli.env import engine_environment
from models.endpoints import Endpoints
from models.handoff import Handoff
from tests.checkout import ROOT, Checkout
from tests.docs.walk import Command, Deed, matches, steps
from tools.demo.person import Person

pytestmark = pytest.mark.xdist_group("tutorial")

PAGE = ROOT / "docs" / "tutorial.md"
STACK, PORT = "acme.dev", 8765


def test_all_that_the_tutorial_shows_is_real(tmp_path: Path):
    copy = Checkout(tmp_path)
    walked = 0
    try:
        for step in steps(PAGE.read_text(encoding="utf-8")):
            walked += 1
            if isinstance(step, Deed):
                _do(copy, step)
            else:
                _run(copy, step)
    finally:
        copy.flexsso("sandbox", "down")
    assert walked > 15


def _run(copy: Checkout, command: Command) -> None:
    line = command.line.replace("sandbox up", f"sandbox up --port {copy.port}")
    done = subprocess.run(
        ["bash", "-c", f"exec 2>&1\n{line}"],
        cwd=copy.root,
        env=copy.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    said = "".join(
        one
        for one in done.stdout.replace(str(copy.port), str(PORT)).splitlines(keepends=True)
        if not one.startswith("for this port, set")  # which the reader's has no need of
    )
    assert done.returncode == 0, said
    assert matches(command.expected, said), f"{command}\n\nprinted:\n{said}"


def _do(copy: Checkout, deed: Deed) -> None:
    person = Person(Endpoints(base=copy.base).url, copy.root)
    outputs = _outputs(copy)
    if deed.what == "follows the hand-off":
        assert person.follow_handoff(Handoff.model_validate(outputs["handoff"]))
        return
    if deed.what.startswith("changes the ACS URL of the app "):
        said = deed.what.removeprefix("changes the ACS URL of the app ")
        _change_acs_url(person, outputs["acs_url"] if said == "back" else said.split()[-1])
        return
    _, sign, email = deed.what.partition("signs in as ")
    assert sign, f"nobody knows how to do this: {deed.what}"
    person.open(outputs["login_url"])
    person.follow("Log in with SSO")
    person.sign_in_as(email)


def _change_acs_url(person: Person, acs_url: str) -> None:
    person.open("https://admin.google.com/ac/apps/unified")
    person.follow("Twilio Flex")
    person.follow("Service provider details")
    person.fill("ACS URL", acs_url)
    person.press("SAVE")


def _outputs(copy: Checkout) -> dict[str, str]:
    command = ["pulumi", "stack", "output", "--json", "--stack", STACK]
    done = subprocess.run(
        command,
        cwd=copy.root,
        env=engine_environment(copy.root, copy.environment),
        capture_output=True,
        text=True,
        check=True,
    )
    return dict(json.loads(done.stdout))
