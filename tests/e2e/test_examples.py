"""The component from elsewhere: another Python program, and as a package, on the real engine."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cli.env import engine_environment
from tests.checkout import Checkout, checkout
from tools.pulumi.yaml_host import YAML_HOST

pytestmark = pytest.mark.xdist_group("examples")

# The same inputs as in the examples, over the package's wire instead of an import.
REMOTE = """
import pulumi

config = pulumi.Config()
people = {"ada@acme.example": {"roles": ["agent"]},
          "grace@acme.example": {"roles": ["agent", "supervisor"]}}
inputs = {"stack": "desk.dev", "tenant": config.require_object("tenant"), "people": people,
          "metadataPath": "idp_metadata.xml"}
sso = pulumi.ComponentResource("flexsso:index:GoogleFlexSso", "sso",
                               {**inputs, "status": None, "acsUrl": None}, remote=True)
pulumi.export("status", sso.status)
"""


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Checkout]:
    with checkout(tmp_path_factory.mktemp("checkout")) as made:
        for file in made.root.glob("examples/*/Pulumi.dev.yaml"):
            file.write_text(file.read_text().replace("http://127.0.0.1:8765", made.base))
        yield made


@pytest.fixture(scope="module")
def own(copy: Checkout) -> dict[str, Any]:
    """What this project's own program makes of the same tenant."""
    copy.flexsso(
        *("new", "desk.dev", "--sandbox", "--name", "Acme Desk", "--customer", "C01sandbx"),
        *("--domain", "acme.example", "--admin", "admin@acme.example"),
        *("--account-sid", "AC" + "5a" * 16, "--runtime-domain", "acme-falcon-1234"),
        *("--person", "ada@acme.example=agent"),
        *("--person", "grace@acme.example=agent,supervisor"),
    )
    copy.flexsso("up", "desk.dev", "--yes", "--skip-preview")
    made = children(pulumi(copy, copy.root, "stack", "export", "--stack", "desk.dev"))
    copy.flexsso("destroy", "desk.dev", "--yes", "--skip-preview")
    return made


def pulumi(copy: Checkout, folder: Path, *arguments: str) -> str:
    environment = engine_environment(copy.root, copy.environment)
    environment["PYTHONPATH"] = str(copy.root)
    done = subprocess.run(
        ["pulumi", "--non-interactive", *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def children(state: str) -> dict[str, Any]:
    """Name → wish of each resource with a provider of ours."""
    resources = json.loads(state)["deployment"]["resources"]
    return {
        one["urn"].split("::")[-1]: {k: v for k, v in one["inputs"].items() if k != "__provider"}
        for one in resources
        if "dynamic/" in one["type"]
    }


def whole_life(copy: Checkout, folder: Path) -> dict[str, Any]:
    """Up, up again with nothing to do, refresh, destroy; returns what `up` made."""
    pulumi(copy, folder, "stack", "init", "dev")
    pulumi(copy, folder, "up", "--yes", "--skip-preview", "--stack", "dev")
    assert "awaiting_connection" in pulumi(copy, folder, "stack", "output", "--stack", "dev")
    made = children(pulumi(copy, folder, "stack", "export", "--stack", "dev"))
    pulumi(copy, folder, "refresh", "--yes", "--skip-preview", "--stack", "dev")
    pulumi(copy, folder, "destroy", "--yes", "--skip-preview", "--stack", "dev")
    pulumi(copy, folder, "stack", "rm", "dev", "--yes", "--preserve-config")
    return made


def test_another_python_program_reaches_the_same_state(copy, own):
    assert len(own) >= 5
    assert own == whole_life(copy, copy.root / "examples" / "python")


def test_a_program_that_uses_the_package_reaches_the_same_state(copy, own):
    folder = copy.root / "examples" / "remote"
    shutil.copytree(copy.root / "examples" / "yaml", folder)
    project = folder / "Pulumi.yaml"
    head = project.read_text().partition("resources:")[0]
    project.write_text(head.replace("runtime: yaml", "runtime: python"))
    (folder / "__main__.py").write_text(REMOTE)

    assert own == whole_life(copy, folder)


def test_a_yaml_program_reaches_the_same_state(copy, own):
    path = engine_environment(copy.root, copy.environment)["PATH"]
    if shutil.which(YAML_HOST.name, path=path) is None:
        assert shutil.which("go") is None, "make test builds it: python -m tools.pulumi.yaml_host"
        pytest.skip(f"no {YAML_HOST.name} on PATH, and no Go to build it with")

    assert own == whole_life(copy, copy.root / "examples" / "yaml")
