"""A fleet whose state is in a bucket, at a real S3 server: made, killed, resumed, thinned out."""

from __future__ import annotations

import gzip
import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.planted import leaked, secrets_in
from tests.servers import free_port
from tools.fleet.project import FleetProject, fleet_project
from tools.s3.__main__ import SERVER
from tools.s3.run import S3Server

pytestmark = pytest.mark.xdist_group("s3")  # one build, one server, one fleet for all of them

ROOT = Path(__file__).resolve().parents[2]
TENANTS = 2
KEYS = {"AWS_ACCESS_KEY_ID": "AKIAEXAMPLE", "AWS_SECRET_ACCESS_KEY": "s3cret"}


@pytest.fixture(scope="module")
def bucket() -> Iterator[S3Server]:
    """Skips where there is no Go to build it with; where the build fails, so do the tests."""
    if not SERVER.program.exists() and shutil.which("go") is None:
        pytest.skip("no Go here to build the S3 server with")
    assert 0 == SERVER.ensure()
    with S3Server(free_port()) as server:
        yield server


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory, bucket: S3Server) -> Iterator[FleetProject]:
    with fleet_project(TENANTS, tmp_path_factory.mktemp("fleet")) as made:
        made.environment |= {"PULUMI_BACKEND_URL": bucket.url(), **KEYS}
        made.run("up", "t0000.dev", exit_code=2)
        yield made


def said(fleet: FleetProject, *arguments: str, exit_code: int, **more: str) -> str:
    """All that `./flexsso …` said."""
    done = subprocess.run(
        ["./flexsso", *arguments],
        cwd=fleet.root,
        env={**fleet.environment, **more},
        capture_output=True,
        text=True,
        check=False,
    )
    assert exit_code == done.returncode, done.stdout + done.stderr
    assert "s3cret" not in done.stdout + done.stderr
    return done.stdout + done.stderr


def until(holds: Callable[[], object]) -> None:
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_killed_run_is_resumed_and_its_locks_are_broken(
    fleet: FleetProject, bucket: S3Server
) -> None:
    """SIGKILL of an engine that holds a lock in the bucket, and of the run; then all are done."""
    fleet.control("options", {"latency": 0.3})
    with fleet.start("up", "--at-once", "2") as process:
        until(lambda: any("/t0000.dev/" in key for key in bucket.keys(".pulumi/locks/")))
        for pid in [process.pid, *fleet.engines()]:
            os.kill(pid, signal.SIGKILL)
        process.communicate(timeout=60)
    fleet.control("options", {"latency": 0.0})
    until(lambda: not fleet.processes())
    left = bucket.keys(".pulumi/locks/")
    done = fleet.run("up", "--resume", "last", exit_code=2)

    assert left
    assert {"waits": TENANTS} == done["counts"]
    assert any("broke the lock" in one["healed"] for one in done["stacks"])
    assert [] == bucket.keys(".pulumi/locks/")
    assert {"waits": TENANTS} == fleet.run("drift", exit_code=2)["counts"]
    assert not (fleet.root / ".state" / ".pulumi").exists()


def test_no_object_holds_a_secret(fleet: FleetProject, bucket: S3Server) -> None:
    """Checkpoints, history, backups: zipped or not, all that is in the bucket."""
    secrets = [*secrets_in(fleet.root / ".sandbox" / "credentials"), *KEYS.values()]
    contents = {key: bucket.content(key) for key in bucket.keys("")}
    plain = {key: gzip.decompress(one) for key, one in contents.items() if key.endswith(".gz")}

    assert len(secrets) > TENANTS
    assert any(b"dynamic/twilio:FlexSso" in one for one in (contents | plain).values())
    assert {} == {
        key: bad for key, one in (contents | plain).items() if (bad := leaked(secrets, one))
    }


def test_a_failure_is_told_by_its_own_words(fleet: FleetProject) -> None:
    """Not by what the engine's client for buckets warns of first."""
    path = fleet.file("t0009.dev")
    path.write_text(fleet.file("t0000.dev").read_text())
    failed = fleet.run("refresh", "t0009.dev", exit_code=1)
    path.unlink()

    assert ["no stack named '<stack>' found"] == list(failed["causes"])


def test_rules_for_the_life_of_objects_may_take_all_copies(
    fleet: FleetProject, bucket: S3Server
) -> None:
    """`prune` refuses and says so; without history and backups the state is as it was."""
    before = fleet.state("t0000.dev")
    hint = said(fleet, "fleet", "prune", exit_code=1)
    copies = [*bucket.keys(".pulumi/history/"), *bucket.keys(".pulumi/backups/")]
    for key in copies:
        bucket.delete(key)

    assert "let rules for the life of objects do it" in hint
    assert copies
    assert before == fleet.state("t0000.dev")
    assert {"waits": TENANTS} == fleet.run("up", exit_code=2)["counts"]
    assert 1 == len(json.loads(fleet.pulumi("stack", "history", "--json", "-s", "t0000.dev")))


def test_a_bucket_that_is_away_is_said_before_anything_is_begun(
    fleet: FleetProject, bucket: S3Server
) -> None:
    """By `doctor` and by a run, with what to look at."""
    there = said(fleet, "doctor", exit_code=0)
    page = (ROOT / "docs" / "how-to" / "state-backends.md").read_text(encoding="utf-8")
    wrong = {"PULUMI_BACKEND_URL": bucket.url("no-such-bucket")}
    away = said(fleet, "doctor", exit_code=1, **wrong)
    run = said(fleet, "fleet", "up", exit_code=3, **wrong)

    assert bucket.url("acme-state").replace(bucket.address, "https://s3.example.com") in page
    assert "state backend: object store, s3://state" in there
    for one in (away, run):
        assert "s3://no-such-bucket can't be used" in one
        assert "NoSuchBucket" in one
        assert "what may open the bucket" in one
