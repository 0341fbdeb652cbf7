"""Google's certificate, from the old one to the new: the plan, followed step by step."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any

import pytest

from cli.migrate import rotation_facts
from cli.stack_state import read_stack_state
from models.attestation import attest
from models.handoff import Handoff
from models.rotation import FORM_SCREEN, Mark, Rotation, plan_rotation
from tests.e2e.conftest import Project, Stack
from tools.demo.person import LostError, Person

pytestmark = pytest.mark.xdist_group("rotation")

KEY = "flex-google-sso:tenant.saml_app.certificate"
FINGERPRINT = "certificate_fingerprint"


def test_the_whole_rotation(project: Project, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PULUMI_BACKEND_URL", f"file://{project.root / '.state'}")
    stack = project.stack("acme.dev")
    stack.walk_to_active()
    stack.sign_in("ada@acme.example")
    assert "verified" == stack.up()["status"]
    assert "Make the second certificate" == now(stack)
    old = stack.engine.outputs()[FINGERPRINT]

    admin = project.person()
    admin.open("https://admin.google.com/ac/security/ssocert")
    admin.press("Add certificate")
    keep_metadata(stack, admin)
    assert "Record the new one" == now(stack)
    assert ("verified", old) == (stack.up()["status"], stack.engine.outputs()[FINGERPRINT])
    new = plan(stack).new
    assert new is not None
    assert old != new.fingerprint

    stack.pulumi("config", "set", "--path", KEY, new.fingerprint)
    outputs = stack.up()
    assert ("active", new.fingerprint) == (outputs["status"], outputs[FINGERPRINT])
    assert "Let the app sign with the new one, in a quiet hour" == now(stack)
    stack.sign_in("grace@acme.example")
    choose_at_google(stack, new)
    with pytest.raises(LostError):
        stack.sign_in("grace@acme.example")

    assert "verified" == stack.up()["status"]  # by the login with the old one: not trusted
    assert "Let the app sign with the new one, in a quiet hour" == now(stack)

    paste_into_flex(stack, new.pem)
    attest_the_form(stack)
    assert "Prove it" == now(stack)
    time.sleep(1.1)  # attestations are kept to the second
    stack.sign_in("grace@acme.example")
    assert "Delete the old one" == now(stack)

    admin.open("https://admin.google.com/ac/security/ssocert")
    admin.press("Delete certificate")
    keep_metadata(stack, admin)
    assert plan(stack).finished
    assert "verified" == stack.up()["status"]
    stack.sign_in("linus@acme.example")


def plan(stack: Stack) -> Rotation:
    root = stack.project.root
    return plan_rotation(rotation_facts(read_stack_state(stack.name, root), root))


def now(stack: Stack) -> str:
    """The title of the step that is next."""
    return next(step.title for step in plan(stack).steps if step.mark is Mark.NOW)


def keep_metadata(stack: Stack, admin: Person) -> None:
    admin.open("https://admin.google.com/ac/security/ssocert")
    path = stack.project.root / "stacks" / stack.name / "idp_metadata.xml"
    path.write_bytes(admin._http.get(admin._link("DOWNLOAD METADATA")).content)


def choose_at_google(stack: Stack, new: Any) -> None:
    person = stack.project.person()
    person.open("https://admin.google.com/ac/apps/unified")
    person.follow("Twilio Flex")
    person.follow("Service provider details")
    person.fill("Certificate", f"Expires {new.not_after:%Y-%m-%d} ({new.serial})")
    person.press("SAVE")


def attest_the_form(stack: Stack) -> None:
    handoff = Handoff.model_validate(stack.engine.outputs()["handoff"])
    folder = stack.project.root / "stacks" / stack.name
    attest(folder, handoff, FORM_SCREEN, "Ada Lovelace", datetime.now(UTC))


def paste_into_flex(stack: Stack, pem: str) -> None:
    account = stack.engine.outputs()["handoff"]["steps"][0]["path"][0]
    person = stack.project.person()
    person.open("https://console.twilio.com/")
    for text in (account, "Flex", "Users and access", "Single sign-on (SSO)", "Edit"):
        person.follow(text)
    person.fill("X.509 Certificate", pem)
    person.press("Save")
