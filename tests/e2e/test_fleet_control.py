"""A fleet's run that is stopped, that shares accounts, that verifies; on the real engine."""

from __future__ import annotations

import shutil
import signal
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from tools.fleet.project import FleetProject, fleet_project
from tools.fleet.walk import walk_to_verified

TENANTS = 5


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FleetProject]:
    with fleet_project(TENANTS, tmp_path_factory.mktemp("fleet")) as made:
        made.run("up", exit_code=2)
        yield made


def tasks(fleet: FleetProject) -> dict[str, tuple[str, str]]:
    """Stack → when it was begun and ended, in the last run."""
    with closing(sqlite3.connect(fleet.root / ".state" / "fleet.sqlite")) as ledger:
        rows = ledger.execute(
            "SELECT stack, began, ended FROM task WHERE began IS NOT NULL AND"
            " run = (SELECT id FROM run ORDER BY began DESC LIMIT 1)"
        )
        return {stack: (began, ended) for stack, began, ended in rows}


def interrupted(fleet: FleetProject, times: int) -> dict[str, Any]:
    """Ctrl-C so often while the second stack is at work; the summary."""
    fleet.control("options", {"latency": 0.3})
    with fleet.start("refresh", "--at-once", "1", "--json") as process:
        deadline = time.monotonic() + 60
        while len(tasks(fleet)) != 2 or not fleet.engines():
            assert time.monotonic() < deadline
            time.sleep(0.02)
        for _ in range(times):
            process.send_signal(signal.SIGINT)
            time.sleep(0.2)
        done = fleet.ended(process, 3, timeout=120)
    fleet.control("options", {"latency": 0.0})
    return done


def test_ctrl_c_drains(fleet: FleetProject) -> None:
    """What is in flight is finished, nothing further is begun, and `--resume` does the rest."""
    done = interrupted(fleet, 1)
    begun = tasks(fleet)
    again = fleet.run("refresh", "--resume", done["run"], exit_code=2)

    assert "drained: somebody asked to stop" == done["ending"]
    assert {"waits": 2} == done["counts"]
    assert ["t0002.dev", "t0003.dev", "t0004.dev"] == done["left"]
    assert ["t0000.dev", "t0001.dev"] == sorted(begun)
    assert {"waits": TENANTS} == again["counts"]
    assert {stack: begun[stack] for stack in begun} == {one: tasks(fleet)[one] for one in begun}


def test_ctrl_c_twice_ends_the_engines(fleet: FleetProject) -> None:
    """The stack in flight is interrupted, frees its lock, and is left to be done again."""
    done = interrupted(fleet, 2)

    assert {"waits": 1, "interrupted": 1} == done["counts"]
    assert "t0001.dev" == done["left"][0]
    assert [] == fleet.locks()
    assert [] == fleet.processes()
    assert {"waits": TENANTS} == fleet.run("refresh", "--resume", "last", exit_code=2)["counts"]


def test_stacks_of_one_account_take_turns(fleet: FleetProject) -> None:
    """Two environments of one tenant share Google's customer; others are not kept waiting."""
    other = "t0000.prod"
    shutil.copy(fleet.file("t0000.dev"), fleet.file(other))
    fleet.run("up", other, exit_code=2)
    fleet.control("options", {"latency": 0.1})
    fleet.run("refresh", "t000[01].*", "--at-once", "3", exit_code=2)
    took = tasks(fleet)
    fleet.control("options", {"latency": 0.0})
    fleet.file(other).unlink()

    turns = sorted([took["t0000.dev"], took[other]])
    assert turns[0][1] <= turns[1][0]
    assert took["t0001.dev"][0] < turns[0][1]


def test_verify_tells_who_may_sign_in_who_waits_and_who_differs(fleet: FleetProject) -> None:
    """Each stack by itself, with its own credentials, and the worst is the exit code."""
    walk_to_verified(fleet, "t0003.dev")
    found = fleet.run("verify", "t000[34].dev", exit_code=2)
    fleet.change_roles_by_hand(3)
    differs = fleet.run("verify", "t0003.dev", exit_code=1)

    assert {"t0003.dev": "good", "t0004.dev": "waits"} == {
        one["stack"]: one["outcome"] for one in found["stacks"]
    }
    assert {"drifted": 1} == differs["counts"]
    assert "p0" not in differs["stacks"][0]["said"]  # people stay out of reports of many
