"""kill -9 of the engine itself: its provider lives on as an orphan, and the next `up` converges."""

from __future__ import annotations

import json
import signal
import subprocess
import time

import pytest

from fleet.processes import MARK, end_leftovers
from tools.bench.engine import STACK, Engine
from tools.bench.world import World, world

PEOPLE = 1200


@pytest.fixture
def mark(tmp_path):
    """In the environment of all that is started here; what outlives a killed engine is ended."""
    yield str(tmp_path)
    assert end_leftovers(str(tmp_path))  # the provider at least: nobody else would


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    with world(tmp_path_factory.mktemp("sandbox")) as running:
        yield running


def batches(place: World) -> int:
    return place.calls().count("POST batch")


def kill_in_the_middle(place: World, engine: Engine) -> None:
    command = ["pulumi", "--non-interactive", "up", "--yes", "--skip-preview", "--stack", STACK]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    place.faults({"path": "/batch", "skip": 1, "times": 10**6, "delay": 3.0})
    process = subprocess.Popen(command, cwd=engine.work, env=engine.environment, **quiet)
    while not batches(place):
        assert process.poll() is None
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.wait()


def test_after_a_killed_engine_up_converges_and_destroy_gives_everything_back(
    place, tmp_path, mark
):
    place.plant(PEOPLE, ["trainee"])
    engine = Engine(tmp_path, place)
    engine.environment[MARK] = mark
    engine.people(PEOPLE)
    kill_in_the_middle(place, engine)
    assert 0 < batches(place) < PEOPLE // 100

    engine.run("cancel", "--yes")
    place.faults()
    engine.up()

    assert PEOPLE // 100 <= batches(place) <= PEOPLE // 100 + 1
    (state,) = (tmp_path / "state").rglob(f"{STACK}.json")
    resources = json.loads(state.read_text())["checkpoint"]["latest"]["resources"]
    (roles,) = [one for one in resources if one["type"].endswith("google:RoleAssignments")]
    before = json.loads(roles["outputs"]["before"])
    assert PEOPLE == len(before)
    assert {("trainee",)} == {tuple(values["Roles"]) for values in before.values()}
    assert {"agent": PEOPLE} == roles["outputs"]["role_counts"]
    engine.up("--expect-no-changes")
