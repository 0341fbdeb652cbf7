"""A few tenants through a real Temporal server, by a real worker, with the real engine."""

from __future__ import annotations

import os
import signal
import socket
import time
from collections.abc import Iterator
from typing import Any

import pytest

from fleet.job import job_of
from fleet.pool import Pool
from fleet.tenants import read_fleet
from fleet.verb import Verb
from tests.temporal_server import TEMPORAL
from tools.fleet.project import FleetProject, fleet_project
from tools.temporal.run import TemporalServer

pytestmark = TEMPORAL

TENANTS = 3


@pytest.fixture(scope="module")
def fleet(
    tmp_path_factory: pytest.TempPathFactory, temporal: TemporalServer
) -> Iterator[FleetProject]:
    """With a worker; commands find the server by the environment."""
    with fleet_project(TENANTS, tmp_path_factory.mktemp("fleet")) as made:
        made.environment |= {"TEMPORAL_ADDRESS": temporal.address}
        with made.start("worker", "--queue", "journey", "--at-once", "2") as worker:
            assert worker.stderr
            assert "working for journey" in worker.stderr.readline()
            yield made
            worker.send_signal(signal.SIGTERM)
            out, err = worker.communicate(timeout=90)
    assert (0, "") == (worker.returncode, out), err
    assert "draining" in err


def through(fleet: FleetProject, verb: str, *arguments: str, exit_code: int = 2) -> dict[str, Any]:
    engine = ("--engine", "temporal", "--queue", "journey")
    return fleet.run(verb, *arguments, *engine, exit_code=exit_code)


def said(fleet: FleetProject, *arguments: str) -> str:
    with fleet.start(*arguments) as process:
        return "".join(process.communicate(timeout=60))


def test_a_fleet_goes_through_temporal(fleet: FleetProject) -> None:
    """From nothing; one with a mistaken file fails alone; nothing is left at the end."""
    path = fleet.file("t0001.dev")
    kept = path.read_text()
    path.write_text(kept + "\n: [")
    first = through(fleet, "up", exit_code=1)
    path.write_text(kept)
    again = through(fleet, "up", "--resume", first["run"])

    assert {"waits": TENANTS - 1, "failed": 1} == first["counts"]
    assert ["t0001.dev"] == first["left"]
    assert {"waits": TENANTS} == again["counts"]
    assert {"awaiting_connection"} == {one["phase"] for one in again["stacks"]}
    assert [] == fleet.locks()


def test_options_that_are_the_workers_are_refused(fleet: FleetProject) -> None:
    told = said(fleet, "up", "--engine", "temporal", "--at-once", "4")

    assert "fleet worker --at-once 4" in told


def test_the_page_knows_of_runs_that_others_asked_for(fleet: FleetProject) -> None:
    """The ledger is lost; what the server still keeps comes back, once its lists tell of it."""
    through(fleet, "up")
    ledger = fleet.root / ".state" / "fleet.sqlite"
    for file in ledger.parent.glob("fleet.sqlite*"):
        file.unlink()
    deadline = time.monotonic() + 60
    while "up" not in said(fleet, "collect", "--queue", "journey"):
        assert time.monotonic() < deadline
    metrics = said(fleet, "metrics")

    assert 'flexsso_fleet_stacks{phase="awaiting_connection"}' in metrics


def test_a_lock_of_a_machine_that_is_gone_is_broken(fleet: FleetProject) -> None:
    """As an attempt would find it whose worker's machine went down with its engine."""
    name = "t0002.dev"
    fleet.control("options", {"latency": 0.3})
    with fleet.start("up", name) as process:
        deadline = time.monotonic() + 60
        while not fleet.locks():
            assert time.monotonic() < deadline
            time.sleep(0.02)
        for pid in fleet.engines():
            os.kill(pid, signal.SIGKILL)
        process.communicate(timeout=60)
    fleet.control("options", {"latency": 0.0})
    (lock,) = fleet.locks()
    lock.write_text(lock.read_text().replace(socket.gethostname(), "pod-7"))
    untouched = fleet.run("up", name, exit_code=1)
    stacks = read_fleet(fleet.root / "stacks")
    job = job_of(
        next(one for one in stacks if one.name == name),
        Verb.UP,
        project=fleet.root,
        environment=fleet.environment,
        credentials=(),
        gone=("pod-7",),
    )
    with Pool(fleet.root, fleet.environment) as pool:
        pool.start(job)
        while not (results := pool.wait()):
            pass

    assert "locked by" in untouched["stacks"][0]["said"]
    assert "broke the lock of" in results[0].healed
    assert "pod-7" in results[0].healed
    assert [] == fleet.locks()
