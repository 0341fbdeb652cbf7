"""A project folder with many tenants, and a pretend world for it: for tests, bench and torture."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import yaml

from cli.env import engine_environment
from fleet.processes import MARK
from sandbox.many import account, fleet_seed, workspace
from tests.servers import free_port
from tools.bench.world import wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
LINKED = ("Pulumi.yaml", "__main__.py", "components", "providers", "models", ".venv", ".tools")
COPIED = ("cli", "fleet")
UP = ("up", "--yes", "--skip-preview")


class UnexpectedExitError(Exception):
    """A command ended with another exit code than it should have."""


class FleetProject:
    """A project with so many tenants, `t0000.dev` and on, each with credentials of its own."""

    def __init__(self, root: Path, base: str, tenants: int) -> None:
        self.root = root
        self.base = base
        for part in LINKED:
            (root / part).symlink_to(ROOT / part)
        for part in COPIED:
            shutil.copytree(ROOT / part, root / part, ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(ROOT / "flexsso", root / "flexsso")
        (root / "stacks").mkdir()
        self.names = [self._write(number) for number in range(tenants)]
        clean = {key: text for key, text in os.environ.items() if not key.startswith("PULUMI_")}
        clean |= {"HOME": str(root), "XDG_STATE_HOME": str(root / ".notes")}
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
        self.file(name).write_text(yaml.safe_dump({"config": config}), encoding="utf-8")
        return name

    def file(self, name: str) -> Path:
        """The stack's configuration."""
        return self.root / "stacks" / f"Pulumi.{name}.yaml"

    def start(self, *arguments: str, log: Path | None = None) -> subprocess.Popen[str]:
        """Start `./flexsso fleet …`; what it says goes into the log, or waits to be read."""
        out = log.open("a") if log else subprocess.PIPE
        return subprocess.Popen(
            ["./flexsso", "fleet", *arguments],
            cwd=self.root,
            env=self.environment,
            stdout=out,
            stderr=out,
            text=True,
        )

    def run(self, *arguments: str, exit_code: int, timeout: float = 240) -> dict[str, Any]:
        """Run it with `--json`; checks the exit code."""
        with self.start(*arguments, "--json") as process:
            return self.ended(process, exit_code, timeout)

    @staticmethod
    def ended(process: subprocess.Popen[str], exit_code: int, timeout: float) -> dict[str, Any]:
        """What a command with `--json` that was started printed at its end."""
        out, err = process.communicate(timeout=timeout)
        _expect(exit_code, process.returncode if out.startswith("{") else None, out + err)
        return dict(json.loads(out))

    def pulumi(self, *arguments: str) -> str:
        """Run `pulumi` itself, as a person in a shell would; returns what it printed."""
        command = ["pulumi", "--non-interactive", *arguments]
        done = subprocess.run(
            command,
            cwd=self.root,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        _expect(0, done.returncode, done.stdout + done.stderr)
        return done.stdout

    def state(self, name: str) -> dict[str, Any]:
        """The stack's state, as exported."""
        return dict(json.loads(self.pulumi("stack", "export", "-s", name)))

    def control(self, verb: str, body: Any) -> Any:
        """Pull a string of the pretend world."""
        url = f"{self.base}/_sandbox/{verb}"
        return httpx.post(url, json=body, timeout=300).raise_for_status().json()

    def reset(self) -> None:
        """The world as it was; whatever stacks there are know nothing of that."""
        self.control("reset", fleet_seed(len(self.names)))

    def change_roles_by_hand(self, number: int, person: int = 0) -> None:
        """In the pretend world's own store, as an administrator would in the console."""
        email = f"p{person}@t{number:04d}.example"
        file = self.root / ".sandbox" / "world.sqlite"
        with closing(sqlite3.connect(file, timeout=60)) as world, world:
            changed = world.execute(
                "UPDATE document SET body = replace(body, '\"agent\"', '\"admin\"')"
                " WHERE key LIKE ? AND body LIKE '%\"agent\"%'",
                (f"%{email}%",),
            )
        if not changed.rowcount:
            raise RuntimeError(f"{email} has no role to change")

    def locks(self) -> list[Path]:
        """Lock files of the backend."""
        return list((self.root / ".state" / ".pulumi" / "locks").rglob("*.json"))

    def processes(self) -> list[int]:
        """The nursery, its forks, and all that carry the mark of this project's fleet."""
        mark, path = f"{MARK}={self.root}#".encode(), f"PYTHONPATH={self.root}\0".encode()
        return [
            pid
            for pid in _pids()
            if mark in (own := _read(pid, "environ"))
            or (path in own and b"fleet.nursery" in _read(pid, "cmdline"))
        ]

    @staticmethod
    def environ(pid: int) -> bytes:
        """What the process was started with; empty if it is gone."""
        return _read(pid, "environ")

    def engines(self) -> list[int]:
        """Those of them that are Pulumi's engine."""
        return [pid for pid in self.processes() if _read(pid, "cmdline").startswith(b"pulumi\0")]


@contextmanager
def fleet_project(tenants: int, root: Path | None = None) -> Iterator[FleetProject]:
    """A project in `root` (a temporary folder otherwise) with a running sandbox."""
    with tempfile.TemporaryDirectory() as folder:
        place = (root or Path(folder)).resolve()
        port = free_port()
        command = [sys.executable, "-m", "sandbox", "--port", str(port)]
        base = f"http://127.0.0.1:{port}"
        with subprocess.Popen(
            [*command, "--state-dir", str(place / ".sandbox")], cwd=ROOT, stderr=subprocess.DEVNULL
        ) as server:
            try:
                wait_for(base)
                project = FleetProject(place, base, tenants)
                project.reset()
                yield project
            finally:
                server.terminate()


def _expect(code: int, got: int | None, said: str) -> None:
    if code != got:
        raise UnexpectedExitError(f"exit code {got}, not {code}: {said[-3000:]}")


def _pids() -> list[int]:
    return [int(folder.name) for folder in Path("/proc").glob("[0-9]*")]


def _read(pid: int, what: str) -> bytes:
    try:
        return Path(f"/proc/{pid}/{what}").read_bytes()
    except OSError:
        return b""
