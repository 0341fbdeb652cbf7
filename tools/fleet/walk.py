"""A stack taken from nothing to a verified sign-in: `up`, a stand-in for the people, `up` again."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from models.endpoints import Endpoints
from models.handoff import Handoff
from models.phase import Phase
from tools.demo.person import Person
from tools.fleet.project import UP

if TYPE_CHECKING:
    from tools.fleet.project import FleetProject

ENOUGH = 8


def walk_to_verified(project: FleetProject, name: str) -> None:
    """Raises RuntimeError if it does not get there. Plain Pulumi runs, not the fleet."""
    project.pulumi("stack", "select", "--create", name)
    for _ in range(ENOUGH):
        project.pulumi(*UP, "-s", name)
        outputs = outputs_of(project, name)
        if outputs["status"] == Phase.VERIFIED:
            return
        if outputs["status"] == Phase.ACTIVE:
            sign_in(project, outputs)
        else:
            administrator(project, name, Handoff.model_validate(outputs["handoff"]))
    raise RuntimeError(f"{name} is {outputs['status']}: {outputs['next_step']}")


def outputs_of(project: FleetProject, name: str) -> dict[str, Any]:
    """The stack's outputs."""
    return dict(json.loads(project.pulumi("stack", "output", "--json", "-s", name)))


def someone(project: FleetProject) -> Person:
    """Somebody with a fresh browser window."""
    return Person(Endpoints(base=project.base).url, project.root)


def administrator(project: FleetProject, name: str, handoff: Handoff) -> None:
    """Who follows the hand-off; a Google with many Workspaces first asks which one."""
    person = someone(project)
    for step in handoff.steps:
        if step.waiting and step.id == "google_app" and len(project.names) > 1:
            person.open(step.url)
            person.follow(f"admin@{name.partition('.')[0]}.example")
    person.follow_handoff(handoff)


def sign_in(project: FleetProject, outputs: dict[str, Any]) -> None:
    """The first of the stack's people signs in to Flex by its login link."""
    person = someone(project)
    person.open(outputs["login_url"])
    person.follow("Log in with SSO")
    domain = outputs["login_url"].rpartition("/")[2].removesuffix("-falcon")
    person.sign_in_as(f"p0@{domain}.example")
