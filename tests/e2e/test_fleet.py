"""Eight tenants on the real engine: the pool, drift, failures, kills, stale locks."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from cli.env import engine_environment
from sandbox.many import account, fleet_seed, workspace
from tests.servers import free_port

ROOT = Path(__file__).resolve().parents[2]
LINKED = ("Pulumi.yaml", "__main__.py", "components", "providers", "models", ".venv", ".tools")
COPIED = ("cli", "fleet")
TENANTS = 8


class Fleet:
    """A project with so many tenants, in a pretend world of its own."""

    def __init__(self, root: Path, base: str) -> None:
        self.root = root
        self.base = base
        for part in LINKED:
            (root / part).symlink_to(ROOT / part)
        for part in COPIED:
            shutil.copytree(ROOT / part, root / part, ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(ROOT / "flexsso", root / "flexsso")
        (root / "stacks").mkdir()
        self.names = [self._write(number) for number in range(TENANTS)]
        clean = {key: text for key, text in os.environ.items() if not key.startswith("PULUMI_")}
        clean["HOME"] = str(root)
        self.environment = engine_environment(root, {**clean, "OTHERS_SECRET": "not-for-anybody"})

    def _write(self, number: int) -> str:
        google, flex = workspace(number, 3), account(number)
        folder = self.root / ".sandbox" / "credentials"
        tenant = {
            "name": f"Tenant {number}",
            "google": {key: google[key] for key in ("domain", "admin")}
            | {"customer": google["customer_id"]},
            "flex": {key: flex[key] for key in ("account_sid", "runtime_domain")},
            "roles": {"people": {f"p0@{google['domain']}": {"roles": ["agent"]}}},
            "credentials": {
                "google": {"file": str(folder / f"google-{google['customer_id']}.json")},
                "twilio": {"file": str(folder / f"twilio-{flex['account_sid']}.json")},
            },
        }
        name = f"t{number:04d}.dev"
        config = {
            "flex-google-sso:endpoints": {"base": self.base},
            "flex-google-sso:labels": {"wave": str(number % 2)},
            "flex-google-sso:tenant": tenant,
        }
        path = self.root / "stacks" / f"Pulumi.{name}.yaml"
        path.write_text(yaml.safe_dump({"config": config}), encoding="utf-8")
        return name

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start `./flexsso fleet …`."""
        return subprocess.Popen(
            ["./flexsso", "fleet", *arguments],
            cwd=self.root,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments: str, exit_code: int) -> dict[str, Any]:
        """Run it with `--json`; checks the exit code."""
        with self.start(*arguments, "--json") as process:
            out, err = process.communicate(timeout=240)
        assert exit_code == process.returncode, out + err
        return dict(json.loads(out))

    def locks(self) -> list[Path]:
        """Lock files of the backend."""
        return list((self.root / ".state" / ".pulumi" / "locks").rglob("*.json"))


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    root, port = tmp_path_factory.mktemp("fleet"), free_port()
    command = [sys.executable, "-m", "sandbox", "--port", str(port)]
    base = f"http://127.0.0.1:{port}"
    with subprocess.Popen([*command, "--state-dir", str(root / ".sandbox")], cwd=ROOT) as server:
        _reset(base)
        yield Fleet(root, base)
        server.terminate()


def _reset(base: str) -> None:
    for _ in range(200):
        try:
            httpx.post(f"{base}/_sandbox/reset", json=fleet_seed(TENANTS), timeout=60)
        except httpx.TransportError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError(f"the sandbox did not start at {base}")


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
    _change_roles_by_hand(made, 3)
    found = made.run("drift", exit_code=1)

    drifted = [one for one in found["stacks"] if one["outcome"] == "drifted"]
    assert ["t0003.dev"] == [one["stack"] for one in drifted]
    assert "google:RoleAssignments" in drifted[0]["said"]
    made.run("refresh", "t0003.dev", exit_code=2)
    made.run("up", "t0003.dev", exit_code=2)
    assert {"waits": 1} == made.run("drift", "t0003.dev", exit_code=2)["counts"]


def _change_roles_by_hand(fleet: Fleet, number: int) -> None:
    """In the pretend world's own store, as an administrator would in the console."""
    email = f"p0@t{number:04d}.example"
    with sqlite3.connect(fleet.root / ".sandbox" / "world.sqlite") as world:
        changed = world.execute(
            "UPDATE document SET body = replace(body, '\"agent\"', '\"admin\"')"
            " WHERE key LIKE ? AND body LIKE '%\"agent\"%'",
            (f"%{email}%",),
        )
        assert changed.rowcount


def test_one_failure_is_that_tenants_alone(made: Fleet) -> None:
    """A mistake in one file fails one; the cause is named; `--resume` does that one again."""
    path = made.root / "stacks" / "Pulumi.t0005.dev.yaml"
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


def test_canary_and_max_failures_end_the_run(made: Fleet) -> None:
    """A canary that fails keeps all others from being begun."""
    path = made.root / "stacks" / "Pulumi.t0000.dev.yaml"
    kept = path.read_text()
    path.write_text(kept.replace("runtime_domain: t0000-falcon", "runtime_domain: Not A Domain"))
    canary = made.run("up", "--canary", "1", exit_code=1)
    many = made.run("up", "--max-failures", "0", "--at-once", "1", exit_code=1)
    path.write_text(kept)

    assert {"failed": 1} == canary["counts"]
    assert {"failed": 1} == many["counts"]
    assert TENANTS == len(canary["left"]) == len(many["left"])


def test_killed_run_leaves_nothing_and_is_resumed(made: Fleet) -> None:
    """SIGKILL of the run: engines end, locks go, and `--resume` does the rest."""
    httpx.post(f"{made.base}/_sandbox/options", json={"latency": 0.1}).raise_for_status()
    with made.start("up") as process:
        time.sleep(3)
        process.kill()
    httpx.post(f"{made.base}/_sandbox/options", json={"latency": 0.0}).raise_for_status()
    _until(lambda: not _processes(made.root))
    before = made.locks()
    done = made.run("up", "--resume", "last", exit_code=2)

    assert [] == before
    assert {"waits": TENANTS} == done["counts"]
    assert [] == made.locks()


def test_lock_of_a_dead_owner_is_broken(made: Fleet) -> None:
    """SIGKILL of an engine leaves its lock; the next run breaks it and says so."""
    httpx.post(f"{made.base}/_sandbox/options", json={"latency": 0.3}).raise_for_status()
    with made.start("up", "t0006.dev") as process:
        _until(made.locks)
        for pid in _engines(made.root):
            os.kill(pid, signal.SIGKILL)
        process.communicate(timeout=60)
    httpx.post(f"{made.base}/_sandbox/options", json={"latency": 0.0}).raise_for_status()
    assert 1 == len(made.locks())
    done = made.run("up", "t0006.dev", exit_code=2)

    assert "broke the lock" in done["stacks"][0]["healed"]
    assert [] == made.locks()
    assert [] == _processes(made.root)


def _until(holds: Any) -> None:
    deadline = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def _processes(root: Path) -> list[int]:
    """Processes that carry the mark of this project's fleet."""
    mark = f"FLEXSSO_FLEET_STACK={root}#".encode()
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if mark in (folder / "environ").read_bytes():
                found.append(int(folder.name))
        except OSError:
            continue
    return found


def _engines(root: Path) -> list[int]:
    return [
        pid
        for pid in _processes(root)
        if Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[0] == b"pulumi"
    ]
