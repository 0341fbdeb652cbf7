"""Pruning a real file backend: old copies go, everything that matters stays."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tools.fleet.project import UP, FleetProject, fleet_project

RUNS = 4


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FleetProject]:
    with fleet_project(2, tmp_path_factory.mktemp("prune")) as made:
        for _ in range(RUNS):
            made.run("up", exit_code=2)
        yield made


def kept(fleet: FleetProject, kind: str, name: str) -> list[Path]:
    folder = fleet.root / ".state" / ".pulumi" / kind / "flex-google-sso" / name
    return sorted(path for path in folder.iterdir() if path.suffix == ".json")


def prune(fleet: FleetProject, *arguments: str) -> str:
    with fleet.start("prune", *arguments) as process:
        out, err = process.communicate(timeout=60)
    assert 0 == process.returncode, out + err
    return out + err


def history(fleet: FleetProject, name: str) -> list[int]:
    said = fleet.pulumi("stack", "history", "--json", "-s", name)
    return [one["version"] for one in json.loads(said)]


def test_old_copies_go_and_the_state_stays(fleet: FleetProject) -> None:
    """A dry run removes nothing; then the newest stay, and Pulumi goes on as ever."""
    before, newest = fleet.state("t0000.dev"), kept(fleet, "history", "t0000.dev")[-1]
    said = prune(fleet, "--keep", "2", "--dry-run")
    untouched = len(kept(fleet, "history", "t0000.dev"))
    removed = prune(fleet, "--keep", "2", "t0000.dev")

    assert "would go" in said
    wide = json.loads(prune(fleet, "--keep", "2", "--dry-run", "--json"))
    assert [one["files"] > 0 for one in wide["stacks"]] == [False, True]
    assert RUNS * 2 == untouched == len(kept(fleet, "history", "t0001.dev"))
    assert "removed" in removed
    assert 4 == len(kept(fleet, "history", "t0000.dev"))  # a record and a checkpoint each
    assert 2 == len(kept(fleet, "backups", "t0000.dev"))
    assert newest in kept(fleet, "history", "t0000.dev")
    assert before == fleet.state("t0000.dev")
    assert 2 == len(history(fleet, "t0000.dev"))
    fleet.pulumi(*UP, "-s", "t0000.dev")
    assert 3 == len(history(fleet, "t0000.dev"))


def test_the_last_days_and_locked_stacks_are_left_alone(fleet: FleetProject) -> None:
    """Whoever holds a lock may be writing; nothing of today is older than a day."""
    lock = fleet.root / ".state/.pulumi/locks/organization/flex-google-sso/t0001.dev/one.json"
    lock.parent.mkdir(parents=True, exist_ok=True)
    assert " 0 files" in prune(fleet, "--keep", "1", "--days", "1")
    lock.write_text("{}")
    said = prune(fleet, "--keep", "1", "t0001.dev")
    held = len(kept(fleet, "history", "t0001.dev"))
    lock.unlink()

    assert "t0001.dev: locked, left alone" in said
    assert RUNS * 2 == held
    prune(fleet, "--keep", "1", "t0001.dev")
    assert 2 == len(kept(fleet, "history", "t0001.dev"))


@pytest.mark.parametrize(
    ("url", "kind", "way"),
    [
        ("s3://bucket", "object store", "life of objects"),
        ("postgres://a:s3cret@b/c", "PostgreSQL", "one statement in SQL"),
    ],
)
def test_other_backends_are_refused_with_a_way(
    fleet: FleetProject, url: str, kind: str, way: str
) -> None:
    done = subprocess.run(
        ["./flexsso", "fleet", "prune"],
        cwd=fleet.root,
        env={**fleet.environment, "PULUMI_BACKEND_URL": url},
        capture_output=True,
        text=True,
        check=False,
    )

    assert 1 == done.returncode
    assert kind in done.stderr
    assert way in done.stderr
    assert "s3cret" not in done.stderr
