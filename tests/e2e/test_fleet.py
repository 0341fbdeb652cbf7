"""Eight tenants on the real engine: the pool, drift, failures, kills, stale locks."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator

import pytest

from tools.fleet.project import FleetProject as Fleet
from tools.fleet.project import fleet_project

TENANTS = 8


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    with fleet_project(TENANTS, tmp_path_factory.mktemp("fleet")) as made:
        yield made


@pytest.fixture(scope="module")
def made(fleet: Fleet) -> Fleet:
    """All stacks made by one `fleet up`."""
    done = fleet.run("up", exit_code=2)

    assert {"waits": TENANTS} == done["counts"], done
    assert {"awaiting_connection"} == {one["phase"] for one in done["stacks"]}
    return fleet


def test_selection_by_label_phase_and_pattern(made: Fleet) -> None:
    """All conditions hold; nothing but the tenant table and the ledger is asked."""
    with made.start("up", "--label", "wave=1", "--phase", "awaiting_connection", "t000[1-5].*",
                    "--dry-run") as process:  # fmt: skip
        out, _ = process.communicate(timeout=60)

    assert ["t0001.dev", "t0003.dev", "t0005.dev"] == out.split()


def test_drift_is_found_where_it_is(made: Fleet) -> None:
    """One person's roles changed by hand: that tenant alone has drifted, and is told."""
    made.change_roles_by_hand(3)
    found = made.run("drift", exit_code=1)

    drifted = [one for one in found["stacks"] if one["outcome"] == "drifted"]
    assert ["t0003.dev"] == [one["stack"] for one in drifted]
    assert "google:RoleAssignments" in drifted[0]["said"]
    made.run("refresh", "t0003.dev", exit_code=2)
    made.run("up", "t0003.dev", exit_code=2)
    assert {"waits": 1} == made.run("drift", "t0003.dev", exit_code=2)["counts"]


def test_one_failure_is_that_tenants_alone(made: Fleet) -> None:
    """A mistake in one file fails one; the cause is named; `--resume` does that one again."""
    path = made.file("t0005.dev")
    kept = path.read_text()
    path.write_text(kept.replace("runtime_domain: t0005-falcon", "runtime_domain: Not A Domain"))
    done = made.run("up", "t000[45].dev", exit_code=1)
    path.write_text(kept)
    again = made.run("up", "--resume", done["run"], exit_code=2)

    assert {"waits": 1, "failed": 1} == done["counts"]
    assert ["t0005.dev"] == done["left"]
    assert [["t0005.dev"]] == list(done["causes"].values())
    assert "mistake" in next(iter(done["causes"]))
    assert {"waits": 2} == again["counts"]


def test_nobody_elses_secrets_reach_a_process(made: Fleet) -> None:
    """A webhook's secret and what a mistaken file names: neither in engines nor in the nursery."""
    files = {made.file("t0006.dev"): "handoff: {secret_env: OTHERS_SECRET}",
             made.file("t0007.dev"): "[{key_env: MISTAKEN_SECRET}"}  # fmt: skip
    kept = {path: path.read_text() for path in files}
    for path, text in files.items():
        path.write_text(kept[path].replace("    name:", f"    {text}\n    name:"))
    made.environment |= {"MISTAKEN_SECRET": "nor-this", "SHARED": "for-all"}
    seen: dict[int, bytes] = {}
    with made.start("preview", "--json") as process:
        while process.poll() is None:
            seen |= {pid: environ for pid in made.processes() if (environ := made.environ(pid))}
            time.sleep(0.05)
        done = made.ended(process, 1, timeout=60)
    for path, text in kept.items():
        path.write_text(text)

    assert {"waits": TENANTS - 1, "failed": 1} == done["counts"], done["causes"]
    assert "is no YAML" in next(iter(done["causes"]))
    assert len(seen) > TENANTS
    assert all(b"for-all" in environ for environ in seen.values())
    assert [] == [
        pid for pid, one in seen.items() if b"not-for-anybody" in one or b"nor-this" in one
    ]


def test_canary_and_max_failures_end_the_run(made: Fleet) -> None:
    """A canary that fails keeps all others from being begun."""
    path = made.file("t0000.dev")
    kept = path.read_text()
    path.write_text(kept.replace("runtime_domain: t0000-falcon", "runtime_domain: Not A Domain"))
    canary = made.run("up", "--canary", "1", exit_code=1)
    many = made.run("up", "--max-failures", "0", "--at-once", "1", exit_code=1)
    path.write_text(kept)

    assert {"failed": 1} == canary["counts"]
    assert {"failed": 1} == many["counts"]
    assert TENANTS == len(canary["left"]) == len(many["left"])


def test_killed_run_leaves_nothing_and_is_resumed(made: Fleet) -> None:
    """SIGKILL of the run: engines end, and `--resume` does the rest.

    An engine that has just taken its lock and does not heed signals yet leaves it; it is broken.
    """
    made.control("options", {"latency": 0.1})
    with made.start("up") as process:
        time.sleep(3)
        process.kill()
    made.control("options", {"latency": 0.0})
    _until(lambda: not made.processes())
    left = len(made.locks())
    done = made.run("up", "--resume", "last", exit_code=2)

    assert left == sum("broke the lock" in str(one["healed"]) for one in done["stacks"])
    assert {"waits": TENANTS} == done["counts"]
    assert [] == made.locks()


def test_lock_of_a_dead_owner_is_broken(made: Fleet) -> None:
    """SIGKILL of an engine leaves its lock; the next run breaks it and says so."""
    made.control("options", {"latency": 0.3})
    with made.start("up", "t0006.dev") as process:
        _until(made.locks)
        for pid in made.engines():
            os.kill(pid, signal.SIGKILL)
        process.communicate(timeout=60)
    made.control("options", {"latency": 0.0})
    assert 1 == len(made.locks())
    done = made.run("up", "t0006.dev", exit_code=2)

    assert "broke the lock" in done["stacks"][0]["healed"]
    assert [] == made.locks()
    assert [] == made.processes()


def _until(holds: Callable[[], object]) -> None:
    deadline = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)
