"""The component from elsewhere: another Python program, and as a package, on the real engine."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from pulumi.provider.experimental.util import camel_case

from cli.env import engine_environment
from tests.checkout import ROOT, Checkout, checkout
from tests.e2e.by_hand import ByHand
from tools.pulumi.yaml_host import YAML_HOST

pytestmark = pytest.mark.xdist_group("examples")

# The same inputs as in the examples, over the package's wire instead of an import, and with the
# keys as Pulumi's other languages spell them.
REMOTE = """
import os
import pulumi

tenant = {
    "name": "Acme Desk",
    "production": True,
    "google": {"customer": "C01sandbx", "domain": "acme.example", "admin": "admin@acme.example"},
    "flex": {"accountSid": "ACCOUNT", "runtimeDomain": "acme-falcon-1234"},
    "samlApp": {"idpMetadata": "idp_metadata.xml"},
}
people = {"ada@acme.example": {"roles": ["agent"]},
          "grace@acme.example": {"roles": ["agent", "supervisor"]}}
there = os.path.exists("idp_metadata.xml")
inputs = {"stack": "desk.dev", "tenant": tenant, "people": people,
          "idpMetadata": open("idp_metadata.xml").read() if there else None,
          "metadataPath": "idp_metadata.xml"}
sso = pulumi.ComponentResource("flexsso:index:GoogleFlexSso", "sso",
                               {**inputs, "status": None, "acsUrl": None}, remote=True)
pulumi.export("status", sso.status)
""".replace("ACCOUNT", "AC" + "5a" * 16)
COMPONENT = "flexsso:index:GoogleFlexSso"
METADATA = "idp_metadata.xml"
State = dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Checkout]:
    """A checkout whose tenant is connected by hand at both consoles: only the file is missing.

    It is one of production, so that there is something to see of `protect`.
    """
    with checkout(tmp_path_factory.mktemp("checkout")) as made:
        for file in made.root.glob("examples/*/Pulumi.dev.yaml"):
            config = yaml.safe_load(file.read_text())
            config["config"]["desk:endpoints"]["base"] = made.base
            config["config"]["desk:tenant"]["production"] = True
            file.write_text(yaml.safe_dump(config))
        somebody = ByHand(made.base, made.root, config["config"]["desk:tenant"])
        somebody.make_category("Flex Details", "Roles", "Full Name")
        somebody.connect()
        yield made


@pytest.fixture(scope="module")
def own(copy: Checkout) -> list[State]:
    """What this project's own program makes of the same tenant."""
    copy.flexsso(
        *("new", "desk.dev", "--sandbox", "--name", "Acme Desk", "--customer", "C01sandbx"),
        *("--domain", "acme.example", "--admin", "admin@acme.example"),
        *("--account-sid", "AC" + "5a" * 16, "--runtime-domain", "acme-falcon-1234"),
        *("--person", "ada@acme.example=agent"),
        *("--person", "grace@acme.example=agent,supervisor"),
    )
    key = "flex-google-sso:tenant.production"
    pulumi(copy, copy.root, "config", "set", "-s", "desk.dev", "--path", key, "true")
    return whole_life(copy, copy.root, "desk.dev", f"stacks/desk.dev/{METADATA}")


def pulumi(copy: Checkout, folder: Path, *arguments: str) -> str:
    environment = engine_environment(copy.root, copy.environment)
    theirs = folder / ".venv"
    if theirs.is_dir() and folder != copy.root:
        environment["PATH"] = f"{theirs / 'bin'}{os.pathsep}{environment['PATH']}"
        environment["PULUMI_RUNTIME_VIRTUALENV"] = str(theirs)
    else:
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


def whole_life(
    copy: Checkout, folder: Path, stack: str = "dev", path: str = METADATA
) -> list[State]:
    """Up without the metadata file, up with it, refresh, destroy; returns what each `up` made."""
    there = ("-s", stack)
    seen = []
    for file in (None, folder / path):
        if file is not None:
            shutil.copy(copy.root / "Downloads" / "GoogleIDPMetadata.xml", file)
            project = folder / "Pulumi.yaml"  # where YAML's example says how to go on
            project.write_text(
                re.sub(r"^      # (?=idpM|  fn)", "      ", project.read_text(), flags=re.M)
            )
        pulumi(copy, folder, "up", "--yes", "--skip-preview", *there)
        state = pulumi(copy, folder, "stack", "export", *there)
        seen.append(made(anywhere(state, path)))
    pulumi(copy, folder, "refresh", "--yes", "--skip-preview", *there)
    pulumi(copy, folder, "state", "unprotect", "--all", "--yes", *there)
    # The program, which destroy runs too, would protect everything again.
    pulumi(copy, folder, "destroy", "--yes", "--skip-preview", "--run-program=false", *there)
    return seen


def anywhere(state: str, path: str) -> str:
    """Without where the files of a stack are, and that our own stacks list their people in one."""
    text = state.replace(path, METADATA)
    text = text.replace("in `stacks/desk.dev/roles.csv`", "who have roles here")
    return text.replace(" The people are in stacks/desk.dev/roles.csv.", "")


def install(venv: Path) -> None:
    """A virtual environment with this project's package in it, by pip; what it needs is ours."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", venv], check=True)
    python = venv / "bin" / "python"
    (site,) = venv.glob("lib/python3*/site-packages")
    (site / "needed.pth").write_text(sysconfig.get_path("purelib"))
    offline = ("--no-index", "--no-deps", "--no-build-isolation", "--disable-pip-version-check")
    pip = [sys.executable, "-m", "pip", "--python", python, "install", "--quiet", *offline, ROOT]
    subprocess.run(pip, check=True)


def foreign(copy: Checkout, folder: Path) -> list[State]:
    """The same life in somebody else's project."""
    pulumi(copy, folder, "stack", "init", "dev")
    seen = whole_life(copy, folder)
    pulumi(copy, folder, "stack", "rm", "dev", "--yes", "--preserve-config")
    return seen


def made(state: str) -> State:
    """The component and all below it: parent, protection, inputs and outputs, without times."""
    timeless = re.sub(r"\d{4}-\d\d-\d\dT[\d:.]+Z", "…", state)
    return {
        _below(one["urn"]): {
            "parent": _below(one["parent"]) if one["type"] != COMPONENT else "",
            "protect": one.get("protect", False),
            "inputs": _plain(one["inputs"]) if one["type"] != COMPONENT else {},
            "outputs": {camel_case(key): value for key, value in _plain(one["outputs"]).items()},
        }
        for one in json.loads(timeless)["deployment"]["resources"]
        if COMPONENT in one["urn"]
    }


def _below(urn: str) -> str:
    """Types and name, without stack and project."""
    return urn.split("::", 2)[2]


def _plain(props: dict[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in props.items() if k not in {"__provider", "run"} and v is not None}


def check(own: list[State], theirs: list[State]) -> None:
    """The same in both phases, and not the same nothing."""
    for ours, other, phase in zip(own, theirs, ("awaiting_google_app", "active"), strict=True):
        assert ours == other
        assert phase == ours[f"{COMPONENT}::sso"]["outputs"]["status"]
        assert 6 == len(ours)
        assert {True} == {one["protect"] for name, one in ours.items() if "$" in name}


def test_another_python_program_with_an_environment_of_its_own_reaches_the_same_state(copy, own):
    folder = copy.root / "examples" / "python"
    install(folder / ".venv")

    check(own, foreign(copy, folder))


def test_a_program_that_uses_the_package_reaches_the_same_state(copy, own):
    folder = copy.root / "examples" / "remote"
    shutil.copytree(copy.root / "examples" / "yaml", folder)
    project = folder / "Pulumi.yaml"
    head = project.read_text().partition("resources:")[0]
    project.write_text(head.replace("runtime: yaml", "runtime: python"))
    (folder / "__main__.py").write_text(REMOTE)

    check(own, foreign(copy, folder))


def test_a_yaml_program_reaches_the_same_state(copy, own):
    path = engine_environment(copy.root, copy.environment)["PATH"]
    if shutil.which(YAML_HOST.name, path=path) is None:
        assert shutil.which("go") is None, "make test builds it: python -m tools.pulumi.yaml_host"
        pytest.skip(f"no {YAML_HOST.name} on PATH, and no Go to build it with")
    folder = copy.root / "examples" / "yaml"

    check(own, foreign(copy, folder))
