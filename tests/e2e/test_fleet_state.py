"""`reconcile` and plain `pulumi up` leave the same state."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tools.fleet.project import UP, FleetProject, fleet_project

NAME = "t0000.dev"
OF_THE_RUN = {
    "created": "when the resource was",
    "modified": "when its state was",
    "changed_at": "when the record of Flex's form was made or changed",
    "run": "the random name of the run that assigned roles",
    "stackTrace": "Python's frames, below the program those of who runs it",
    "sourcePosition": "the nearest of them",
}
"""Keys of a resource whose values differ between two plain runs in equal worlds, too, or are
frames of the language host."""
MADE_UP = ("pulumi:providers:pulumi-python", "pulumi-python:dynamic/google:CustomSchema")
"""Whose ids their owners make up: the engine, and Google."""


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FleetProject]:
    with fleet_project(1, tmp_path_factory.mktemp("state")) as made:
        yield made


def resources_of(state: dict[str, Any]) -> dict[str, Any]:
    """Resources by URN without what is a run's alone; lists of dependencies are sets.

    Their order in the state is that in which concurrent creates ended.
    """
    listed = state["deployment"]["resources"]
    text = json.dumps({one["urn"]: one for one in listed})
    for one in listed:
        if one["type"] in MADE_UP:
            text = text.replace(one["id"], f"id of {one['type']}")
    return {urn: _comparable(one) for urn, one in json.loads(text).items()}


def _comparable(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _comparable(one) for key, one in value.items() if key not in OF_THE_RUN}
    if isinstance(value, list):
        items = [_comparable(one) for one in value]
        are_urns = all(str(one).startswith("urn:pulumi:") for one in items)
        return sorted(items) if are_urns else items
    return value


def test_from_nothing_the_states_are_equal(fleet: FleetProject) -> None:
    """Two equal worlds, `up` twice in each: once by plain Pulumi, once by the fleet."""
    fleet.pulumi("stack", "init", NAME)
    fleet.pulumi(*UP, "-s", NAME)
    fleet.pulumi(*UP, "-s", NAME)
    plain = fleet.state(NAME)
    fleet.pulumi("stack", "rm", NAME, "--yes", "--force", "--preserve-config")
    fleet.reset()
    fleet.run("up", exit_code=2)
    fleet.run("up", exit_code=2)
    reconciled = fleet.state(NAME)

    expected = resources_of(plain)
    assert expected == resources_of(reconciled)
    assert 8 == len(expected)
    beside = [set(one["deployment"]) - {"manifest"} for one in (plain, reconciled)]
    assert beside[0] == beside[1]


def test_one_after_the_other_changes_nothing(fleet: FleetProject) -> None:
    """Of one stack even ids and dates stay: each way takes the other's state for its own."""
    fleet.run("up", exit_code=2)
    before = fleet.state(NAME)
    fleet.pulumi(*UP, "-s", NAME)
    between = fleet.state(NAME)
    fleet.run("up", exit_code=2)
    after = fleet.state(NAME)

    ids = [{one["urn"]: one.get("id") for one in _resources(state)} for state in (before, after)]
    assert ids[0] == ids[1]
    assert resources_of(before) == resources_of(between) == resources_of(after)


def test_a_difference_would_be_seen(fleet: FleetProject) -> None:
    """The comparison is not blind: another role is another state."""
    fleet.run("up", exit_code=2)
    before = resources_of(fleet.state(NAME))
    path = fleet.file(NAME)
    path.write_text(path.read_text().replace("- agent", "- admin"))
    fleet.run("up", exit_code=2)

    assert before != resources_of(fleet.state(NAME))


def _resources(state: dict[str, Any]) -> list[dict[str, Any]]:
    return list(state["deployment"]["resources"])
