"""A fleet on a real PostgreSQL: its table is made once, and refusals have a reason."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import tempfile
from base64 import b64decode
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from tests.planted import leaked, secrets_in
from tests.servers import free_port
from tools.fleet.project import FleetProject, fleet_project

TENANTS = 4
ROOT = Path(__file__).resolve().parents[2]
AS_POSTGRES = ["runuser", "-u", "postgres", "--"]
pytestmark = pytest.mark.xdist_group("postgres")  # one server and one fleet for all of them


def found(command: str) -> str:
    """Its path; Debian keeps it out of PATH."""
    places = [*Path("/usr/lib/postgresql").glob(f"*/bin/{command}"), shutil.which(command)]
    path = next((str(place) for place in places if place), None)
    return path or pytest.skip(f"no {command} here: apt-get install postgresql")


@pytest.fixture(scope="module")
def database() -> Iterator[str]:
    """A server of our own; it refuses to run as root, so then as the user `postgres`."""
    with tempfile.TemporaryDirectory(prefix="flexsso-pg-") as name:
        folder, port, me = Path(name), free_port(), [] if os.getuid() else AS_POSTGRES
        if me:
            shutil.chown(folder, "postgres")
        data = ["-D", f"{folder}/data"]
        options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder}"
        pg_ctl = [*me, found("pg_ctl"), *data]
        run = partial(subprocess.run, check=True, stdout=subprocess.DEVNULL, cwd=folder)
        run([*me, found("initdb"), *data, "-A", "trust", "-U", "fleet"])
        run([*pg_ctl, "-o", options, "-l", f"{folder}/log", "-w", "start"])
        yield f"postgres://fleet:s3cret@127.0.0.1:{port}/postgres?sslmode=disable"
        run([*pg_ctl, "-m", "fast", "stop"])


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory, database: str) -> Iterator[FleetProject]:
    with fleet_project(TENANTS, tmp_path_factory.mktemp("fleet")) as made:
        made.environment["PULUMI_BACKEND_URL"] = database
        yield made


def refused(fleet: FleetProject, *arguments: str) -> str:
    with fleet.start(*arguments) as process:
        out, err = process.communicate(timeout=60)
    assert 3 == process.returncode, out
    assert "hint:" in err
    assert "s3cret" not in err + out
    return err


def doctor(fleet: FleetProject, **more: str) -> dict[str, dict[str, str]]:
    """Its checks by name."""
    command = ["./flexsso", "doctor", "--json"]
    done = subprocess.run(
        command,
        cwd=fleet.root,
        env={**fleet.environment, **more},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "s3cret" not in done.stdout + done.stderr
    return {one["name"]: one for one in json.loads(done.stdout)["checks"]}


def test_first_uses_at_once_do_not_race_for_the_table(fleet: FleetProject) -> None:
    """All are made by the first run on an empty database, and looked at by the second."""
    assert {"waits": TENANTS} == fleet.run("up", "--at-once", "4", exit_code=2)["counts"]
    assert {"waits": TENANTS} == fleet.run("drift", exit_code=2)["counts"]
    assert [] == list((fleet.root / ".state").glob(".pulumi"))


def test_the_database_holds_no_secret(fleet: FleetProject) -> None:
    """Neither checkpoints nor the history of runs: all of it, as `pg_dump` sees it."""
    fleet.run("up", exit_code=2)
    secrets = secrets_in(fleet.root / ".sandbox" / "credentials")
    dump = [found("pg_dump"), "--inserts", fleet.environment["PULUMI_BACKEND_URL"]]
    done = subprocess.run(dump, check=True, capture_output=True)

    assert len(secrets) > TENANTS
    assert b"t0003.dev" in done.stdout
    assert not leaked(secrets, done.stdout + unwrapped(done.stdout))


def unwrapped(dump: bytes) -> bytes:
    """The engine's files, each of which is a value `{"data": BASE64}` of the table."""
    texts = [b64decode(one) for one in re.findall(rb'{"data": ?"([^"]+)"}', dump)]
    assert any(b"dynamic/twilio:FlexSso" in text for text in texts)
    return b"".join(texts)


def test_the_documented_statement_prunes(fleet: FleetProject) -> None:
    """The newest run of each stack stays, and the state as it is."""
    page = (ROOT / "docs" / "how-to" / "state-backends.md").read_text(encoding="utf-8")
    statement = page.partition("```sql\n")[2].partition("```")[0].replace("> 10", "> 1")
    for _ in range(2):
        fleet.run("up", "t0000.dev", exit_code=2)
    before, runs = fleet.state("t0000.dev"), history(fleet, "t0000.dev")
    psql = [found("psql"), fleet.environment["PULUMI_BACKEND_URL"], "-c", statement]
    subprocess.run(psql, check=True, stdout=subprocess.DEVNULL)

    assert len(runs) > 1
    assert runs[:1] == history(fleet, "t0000.dev")
    assert before == fleet.state("t0000.dev")
    assert {"waits": 1} == fleet.run("up", "t0000.dev", exit_code=2)["counts"]


def history(fleet: FleetProject, name: str) -> list[str]:
    """When its runs that Pulumi remembers began, the newest first."""
    said = fleet.pulumi("stack", "history", "--json", "-s", name)
    return [one["startTime"] for one in json.loads(said)]


def test_doctor_tells_every_guard(fleet: FleetProject) -> None:
    """On a server of its own: it is reached; then all at once that would go wrong there."""
    good = doctor(fleet)
    bad_name = fleet.root / "stacks" / "Pulumi.acme_eu.prod.yaml"
    bad_name.write_text("config: {}")
    wrong = {"PULUMI_DIY_BACKEND_PARALLEL": "10", "FLEXSSO_POSTGRES_CONNECTIONS": "1"}
    bad = doctor(fleet, **wrong)
    bad_name.unlink()
    away = f"postgres://fleet:s3cret@127.0.0.1:{free_port()}/x"

    of = {name: one["state"] for name, one in good.items() if name.startswith("state backend")}
    guards = ("names", "parallelism", "connections")
    assert {"state backend": "ok", **{f"state backend: {one}": "ok" for one in guards}} == of
    assert ["failed"] * 3 == [bad[f"state backend: {one}"]["state"] for one in guards]
    assert "acme_eu.prod" in bad["state backend: names"]["note"]
    assert "is no stack's" in bad["stack files"]["note"]
    assert "failed" == doctor(fleet, PULUMI_BACKEND_URL=away)["state backend"]["state"]


def test_more_connections_than_granted_are_refused(fleet: FleetProject) -> None:
    assert "100 connections" in refused(fleet, "up", "--at-once", "50")


def test_a_server_that_is_away_is_said_before_anything_is_begun(fleet: FleetProject) -> None:
    url = fleet.environment["PULUMI_BACKEND_URL"]
    fleet.environment["PULUMI_BACKEND_URL"] = f"postgres://fleet:s3cret@127.0.0.1:{free_port()}/x"
    try:
        assert "can't be used" in refused(fleet, "up")
    finally:
        fleet.environment["PULUMI_BACKEND_URL"] = url
