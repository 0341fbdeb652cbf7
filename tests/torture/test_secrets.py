"""While the engine runs: no secret in arguments, temporary files, or environments of its processes.

A secret that a person gives by a variable is in the environment of what they start, by their own
will: there it stays, and goes nowhere else.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import Project, Stack
from tests.planted import leaked
from tests.providers.vendor import ENHANCED, Vendor
from tools.torture import processes

pytestmark = pytest.mark.xdist_group("together")

UP = ("pulumi", "up", "--yes", "--skip-preview", "--non-interactive")
BY_VARIABLES: dict[str, Any] = {"credentials": {"twilio": {"file": None}}}


class Seen:
    """All that others could see of a run, gathered while it goes on."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.arguments: dict[int, bytes] = {}
        self.environments: dict[int, bytes] = {}
        self.files: dict[Path, bytes] = {}

    def look(self, pids: list[int]) -> None:
        for pid in pids:
            proc = Path("/proc") / str(pid)
            self.arguments[pid] = self.arguments.get(pid, b"") + content(proc / "cmdline")
            self.environments[pid] = self.environments.get(pid, b"") + content(proc / "environ")
        for path in self._folder.rglob("*"):
            self.files[path] = self.files.get(path, b"") + content(path)


def content(path: Path) -> bytes:
    """What is in it, if it is a file that is still there."""
    with contextlib.suppress(OSError):
        return path.read_bytes()
    return b""


def watched_up(stack: Stack, temporary: Path) -> tuple[Seen, bytes]:
    """`pulumi up`, looked at all the time; what was seen, and what it said at debug level."""
    seen, log = Seen(temporary), temporary.parent / f"{stack.name}.log"
    temporary.mkdir()
    command = [*UP, "-v=9", "--logtostderr", "--logflow", "-s", stack.name]
    environment = {**stack.engine.environment, "TMPDIR": str(temporary)}
    with (
        log.open("wb") as out,
        subprocess.Popen(
            command, cwd=stack.project.root, env=environment, stdout=out, stderr=out
        ) as run,
    ):
        while run.poll() is None:
            seen.look([run.pid, *processes.offspring(run.pid)])
            time.sleep(0.01)
    said = log.read_bytes()
    assert run.returncode == 0, said[-3000:]
    return seen, said


@pytest.fixture
def slow(project: Project) -> Iterator[None]:
    """Time to look."""
    project.control("options", {"latency": 0.05})
    yield
    project.control("options", {"latency": 0.0})


def kept_by(stack: Stack) -> bytes:
    return json.dumps(stack.state()).encode()


def outside(seen: Seen, said: bytes, stack: Stack) -> dict[str, bytes]:
    """Everything but environments, by where it was seen."""
    assert any(b"dynamic" in text for text in seen.arguments.values())
    assert b"RoleAssignments" in said
    files = {str(path): text for path, text in seen.files.items()}
    arguments = {f"arguments of {pid}": text for pid, text in seen.arguments.items()}
    return {**arguments, **files, "output": said, "state": kept_by(stack)}


def leaks(secrets: list[str], places: dict[str, bytes]) -> list[str]:
    assert secrets
    return [where for where, text in places.items() if leaked(secrets, text)]


@pytest.mark.usefixtures("slow")
def test_no_process_of_a_run_shows_a_secret(project: Project, tmp_path: Path) -> None:
    stack = project.stack("quiet.dev")
    secrets = Vendor(project.base, project.state_dir).secrets()

    seen, said = watched_up(stack, tmp_path / "tmp")

    inherited = {f"environment of {pid}": text for pid, text in seen.environments.items()}
    assert [] == leaks(secrets, outside(seen, said, stack) | inherited)
    stack.pulumi("destroy", "--yes", "--skip-preview")


@pytest.mark.usefixtures("slow")
def test_a_secret_given_by_a_variable_stays_in_it(project: Project, tmp_path: Path) -> None:
    stack = project.stack("variable.dev", **BY_VARIABLES)
    key = twilio_key(project)
    names = {"TWILIO_API_KEY": key["api_key"], "TWILIO_API_SECRET": key["api_secret"]}
    stack.engine.environment |= names

    seen, said = watched_up(stack, tmp_path / "tmp")

    assert any(key["api_secret"].encode() in text for text in seen.environments.values())
    assert [] == leaks([key["api_secret"]], outside(seen, said, stack))
    stack.pulumi("destroy", "--yes", "--skip-preview")


def twilio_key(project: Project) -> dict[str, Any]:
    file = project.state_dir / "credentials" / f"twilio-{ENHANCED}.json"
    return dict(json.loads(file.read_text(encoding="utf-8")))
