"""From legacy to enhanced SSO and back, by the data of the plan's steps and nothing else."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from cli import handoff, migrate
from cli.main import run
from models.enhanced_migration import EnhancedMigration
from models.handoff import HandoffStep
from models.migration_facts import MigrationStep, Setting
from models.rotation import Mark
from sandbox import seed
from tests.e2e.conftest import Project, Stack
from tools.demo.person import LostError, Person

pytestmark = pytest.mark.xdist_group("migration_enhanced")

ADA, GRACE = "ada@acme.example", "grace@acme.example"
BOTH = "Change the addresses at both consoles, in a quiet hour"
SIGN_IN = "Validate with a sign-in"
BEFORE = ["Flex UI 2.7.0 or newer", "Begin the migration", "Record the new addresses"]
BACK = ["Switch back to the legacy connection", SIGN_IN]
WHO = ("email", "name_id", "identity", "worker_sid")

Ask = Callable[..., Any]


class Operator:
    """Somebody with a terminal and a browser, who reads `flexsso migrate enhanced --json`."""

    def __init__(self, stack: Stack, ask: Ask, *options: str) -> None:
        self.stack = stack
        self._ask = ask
        self._options = options
        self.between: Callable[[HandoffStep], None] = lambda _visit: None

    def plan(self) -> EnhancedMigration:
        document = self._ask("migrate", "enhanced", self.stack.name, *self._options, "--json")
        return EnhancedMigration.model_validate(document)

    def steps(self) -> Iterator[str]:
        """Do one step after the other; yields its title when it is done."""
        plan = self.plan()
        while not plan.finished:
            step = next(one for one in plan.steps if one.mark is Mark.NOW)
            self._do(step)
            yield step.title
            after = self.plan()
            assert after != plan, f"'{step.title}' led nowhere"
            plan = after

    def _do(self, step: MigrationStep) -> None:
        person = self.stack.project.person()
        for visit in step.visits:
            if visit.screens:
                person.do(visit)
            else:
                sign_in(person, visit)
            self.between(visit)
        for setting in step.settings:
            self._set(setting, person)
        for command in step.commands:
            assert command in {f"pulumi refresh -s {self.stack.name}", up_command(self.stack)}
            self.stack.pulumi(shlex.split(command)[1], "--yes")

    def _set(self, setting: Setting, person: Person) -> None:
        key = f"flex-google-sso:{setting.key}"
        value = setting.value
        if setting.read_from:
            value = person.read(setting.read_from).partition(setting.after)[2]
        if value:
            self.stack.pulumi("config", "set", "--path", key, value)
        else:
            self.stack.pulumi("config", "rm", "--path", key)


def up_command(stack: Stack) -> str:
    return f"./flexsso up {stack.name}"


def sign_in(person: Person, visit: HandoffStep) -> None:
    person.open(visit.url)
    for text in visit.path:
        person.follow(text)
    person.sign_in_as(ADA)


@pytest.fixture
def ask(project: Project, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> Ask:
    """Run a command of ours in the project; returns its JSON, or its text."""
    monkeypatch.setenv("PULUMI_BACKEND_URL", f"file://{project.root / '.state'}")
    for module in (migrate, handoff):
        monkeypatch.setattr(module, "PROJECT", project.root)

    def run_it(*words: str) -> Any:
        capsys.readouterr()
        assert run(list(words)) in {0, 2}
        said = capsys.readouterr().out
        return json.loads(said) if "--json" in words else said

    return run_it


@pytest.fixture
def stack(project: Project, request: pytest.FixtureRequest) -> Stack:
    """A stack that is verified on legacy SSO, of a company with nobody's mistakes yet."""
    project.control("reset", seed.DEFAULT)
    stack = project.stack(f"old.{request.node.name.split('_')[1]}", like="sandbox.legacy")
    stack.walk_to_active()
    stack.sign_in(ADA)
    assert "verified" == stack.up()["status"]
    return stack


def who(session: dict[str, Any]) -> dict[str, Any]:
    return {key: session[key] for key in WHO}


def step_ids(outputs: dict[str, Any]) -> list[str]:
    return [step["id"] for step in outputs["handoff"]["steps"]]


def settled(stack: Stack, generation: str, ada: dict[str, Any]) -> dict[str, Any]:
    """Verified, without drift, and Ada is still Ada; returns the outputs."""
    stack.pulumi("preview", "--refresh", "--expect-no-changes")
    outputs = stack.engine.outputs()
    assert "verified" == outputs["status"], outputs["next_step"]
    session = stack.sign_in(ADA)
    assert (generation, ada) == (session["generation"], who(session))
    assert GRACE == stack.sign_in(GRACE)["email"]
    return outputs


def test_modify_and_revert(stack: Stack, ask: Ask):
    ada, old = who(stack.sign_in(ADA)), stack.engine.outputs()
    operator = Operator(stack, ask)

    def nobody_gets_in(visit: HandoffStep) -> None:
        if visit.id == "migration_google":
            with pytest.raises(LostError):
                stack.sign_in(GRACE)

    operator.between = nobody_gets_in
    done = []
    for title in operator.steps():
        done.append(title)
        outputs = stack.engine.outputs()
        if title == "Record the new addresses":
            assert "awaiting_flex_form" == outputs["status"]
            assert f"./flexsso migrate enhanced {stack.name}" in outputs["next_step"]
            assert "migration_begin" == step_ids(outputs)[0]
            assert "legacy" == stack.sign_in(ADA)["generation"]  # no proof of the new one
        elif title == BOTH:
            assert "active" == outputs["status"], outputs["next_step"]

    assert [*BEFORE, BOTH, SIGN_IN, "Finish"] == done
    outputs = settled(stack, "enhanced", ada)
    assert outputs["acs_url"].endswith(outputs["connection"])
    assert ["flex_page_a", "google_app", "flex_page_b", "sign_in"] == step_ids(outputs)
    assert operator.plan().days_to_go_back in {29, 30}
    assert "days left to go back" in ask("migrate", "enhanced", stack.name)

    assert BACK == list(Operator(stack, ask, "--back").steps())
    back = settled(stack, "legacy", ada)
    for key in ("acs_url", "sp_entity_id", "connection", "sso_url", "certificate_fingerprint"):
        assert old.get(key) == back.get(key)


def test_create_and_switch_back(stack: Stack, ask: Ask):
    ada, old = who(stack.sign_in(ADA)), stack.engine.outputs()
    operator = Operator(stack, ask, "--way", "create")
    done = []
    for title in operator.steps():
        done.append(title)
        if title == "Make a second SAML app":
            assert "awaiting_flex_form" == stack.engine.outputs()["status"]
            assert "legacy" == stack.sign_in(GRACE)["generation"]  # no outage
            ids = [one["id"] for one in ask("handoff", stack.name, "--json")["steps"]]
            assert ["migration_google", "migration_flex"] == ids[1:3]
        elif title == "Tell Flex about Google":
            assert "active" == stack.engine.outputs()["status"]

    assert [*BEFORE, "Make a second SAML app", "Tell Flex about Google", SIGN_IN, "Finish"] == done
    settled(stack, "enhanced", ada)

    assert BACK == list(Operator(stack, ask, "--back").steps())
    assert old["acs_url"] == settled(stack, "legacy", ada)["acs_url"]
