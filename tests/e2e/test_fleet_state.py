"""`reconcile` and plain `pulumi up` leave the same state."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tools.fleet.project import ROOT, UP, FleetProject, fleet_project
from tools.fleet.states import resources_of

NAME = "t0000.dev"


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FleetProject]:
    with fleet_project(1, tmp_path_factory.mktemp("state")) as made:
        yield made


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


def test_one_engine_call_a_stack(tmp_path: Path) -> None:
    """A new stack takes three: it is not there, it is made, it is brought up. Nothing lists stacks,
    and no language host is started, which would call `pip list`."""
    with fleet_project(1, tmp_path) as fresh:
        log = tmp_path / "calls"
        log_calls(fresh, log)
        calls = []
        for verb in ("up", "up", "drift", "refresh"):
            fresh.run(verb, exit_code=2)
            calls.append([line.split()[:3] for line in log.read_text().splitlines()])
            log.write_text("")

    call = ["pulumi", "--non-interactive"]
    assert [[*call, "up"], [*call, "stack"], [*call, "up"]] == calls[0]
    assert [[[*call, "up"]], [[*call, "preview"]], [[*call, "refresh"]]] == calls[1:]


def log_calls(project: FleetProject, log: Path) -> None:
    """Have the project's engine and its language host write down what they are called with."""
    tools = project.root / ".tools"
    real = (ROOT / json.loads((tools / "engine.json").read_text())["bin_dir"]).resolve()
    tools.unlink()
    (tools / "bin").mkdir(parents=True)
    (tools / "engine.json").write_text(json.dumps({"bin_dir": ".tools/bin"}))
    for name in ("pulumi", "pulumi-language-python"):
        shim = tools / "bin" / name
        shim.write_text(f'#!/bin/sh\necho "{name} $*" >> "{log}"\nexec "{real / name}" "$@"\n')
        shim.chmod(0o755)
    own = [part for part in project.environment["PATH"].split(":") if Path(part) != real]
    project.environment["PATH"] = ":".join(own)


def _resources(state: dict[str, Any]) -> list[dict[str, Any]]:
    return list(state["deployment"]["resources"])
