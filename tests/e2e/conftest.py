"""The real engine on a copy of the project, against a pretend world of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from models.endpoints import Endpoints
from models.handoff import Handoff
from tests.servers import free_port
from tools.bench.world import wait_for
from tools.demo.engine import Engine
from tools.demo.person import Person

ROOT = Path(__file__).resolve().parents[2]
PARTS = ("Pulumi.yaml", "__main__.py", "components", "providers", "models", ".venv", ".tools")
EXIT_CHANGES = 7


class Project:
    """A project folder with stacks of its own, and what a person does in it."""

    def __init__(self, root: Path, base: str, state_dir: Path) -> None:
        self.root = root
        self.base = base
        self.state_dir = state_dir
        self._http = httpx.Client(base_url=base, timeout=60)
        for part in PARTS:
            (root / part).symlink_to(ROOT / part)

    def stack(self, name: str, like: str = "sandbox.dev", **changes: Any) -> Stack:
        """A new stack, configured like one of the sandbox's with `changes` to its tenant."""
        source = ROOT / "stacks"
        config = yaml.safe_load((source / f"Pulumi.{like}.yaml").read_text(encoding="utf-8"))
        settings = config["config"]
        settings["flex-google-sso:endpoints"]["base"] = self.base
        tenant = settings["flex-google-sso:tenant"]
        for source_of in tenant["credentials"].values():
            source_of["file"] = str(self.state_dir / "credentials" / Path(source_of["file"]).name)
        _lay_over(tenant, changes)
        folder = self.root / "stacks" / name
        folder.mkdir(parents=True)
        if (source / like / "roles.csv").exists():
            (folder / "roles.csv").write_bytes((source / like / "roles.csv").read_bytes())
        path = self.root / "stacks" / f"Pulumi.{name}.yaml"
        path.write_text(yaml.safe_dump(config), encoding="utf-8")
        stack = Stack(self, name)
        stack.engine.run("stack", "init", name, quiet=True)
        return stack

    def person(self) -> Person:
        """Somebody with a fresh browser window."""
        return Person(Endpoints(base=self.base).url, self.root)

    def control(self, verb: str, body: Any) -> Any:
        """Pull a string of the pretend world."""
        return self._http.post(f"/_sandbox/{verb}", json=body).raise_for_status().json()

    def requests(self) -> list[dict[str, Any]]:
        """The pretend world's request log."""
        return list(self._http.get("/_sandbox/requests").json())


class Stack:
    """One stack: verbs of Pulumi, and the hand-off."""

    def __init__(self, project: Project, name: str) -> None:
        self.project = project
        self.name = name
        self.engine = Engine(project.root, name, backend=f"file://{project.root / '.state'}")
        self.engine.environment["XDG_STATE_HOME"] = str(project.root / ".notes")

    def pulumi(self, *arguments: str, exit_code: int | None = 0) -> str:
        """Run a verb; returns all that Pulumi says, and checks its exit code."""
        done = self.engine.run(*arguments, "-s", self.name, quiet=True, check=False)
        said = done.stdout + done.stderr
        if exit_code is not None:
            assert exit_code == done.returncode, said
        return said

    def up(self) -> dict[str, Any]:
        """`pulumi up`; returns the outputs."""
        self.pulumi("up", "--yes", "--skip-preview")
        return self.engine.outputs()

    def drift(self) -> str:
        """What `pulumi preview --refresh` says, which must not find everything in order."""
        said = self.pulumi("preview", "--refresh", "--diff", "--expect-no-changes", exit_code=None)
        assert "no changes were expected" in said, said
        return said

    def hand_over(self, outputs: dict[str, Any]) -> None:
        """A person does what the hand-off says."""
        handoff = Handoff.model_validate(outputs["handoff"])
        self.project.person().follow_handoff(handoff)

    def walk_to_active(self) -> list[str]:
        """Up, hand-off, up … until active. Returns the phases."""
        phases: list[str] = []
        while not phases or phases[-1] not in {"active", "verified"}:
            outputs = self.up()
            assert outputs["status"] not in phases, outputs["next_step"]
            phases.append(outputs["status"])
            self.hand_over(outputs)
        return phases

    def sign_in(self, email: str) -> dict[str, Any]:
        """Somebody signs in by the Flex login link; returns the session that Flex shows."""
        person = self.project.person()
        person.open(self.engine.outputs()["login_url"])
        person.follow("Log in with SSO")
        person.sign_in_as(email)
        return person.json(f"{self.project.base}/_sandbox/session")

    def state(self) -> dict[str, Any]:
        """The stack's state, as exported."""
        done = self.engine.run("stack", "export", "-s", self.name, quiet=True)
        return dict(json.loads(done.stdout))


def _lay_over(base: dict[str, Any], change: dict[str, Any]) -> None:
    for key, value in change.items():
        if value and isinstance(value, dict) and isinstance(base.get(key), dict):
            _lay_over(base[key], value)
        else:
            base[key] = value


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """A project and a pretend world for the tests of one file."""
    root = tmp_path_factory.mktemp("project")
    state_dir, port = root / ".sandbox", free_port()
    command = [sys.executable, "-m", "sandbox", "--port", str(port), "--state-dir", str(state_dir)]
    with subprocess.Popen(command, cwd=ROOT) as server:
        base = f"http://127.0.0.1:{port}"
        wait_for(base)
        yield Project(root, base, state_dir)
        server.terminate()
