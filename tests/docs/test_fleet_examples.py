"""The systemd units and the Kubernetes manifest of `examples/fleet`: of the right form."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml
from typer.testing import CliRunner

from cli.main import app

FOLDER = Path(__file__).resolve().parents[2] / "examples" / "fleet"
UNITS = sorted(path.name for path in FOLDER.glob("flexsso-*"))
MANIFEST = list(yaml.safe_load_all((FOLDER / "workers.yaml").read_text(encoding="utf-8")))
KUBERNETES = "1.35"


def verified(folder: Path) -> str:
    """What systemd complains of; its own paths are those of another machine."""
    if shutil.which("systemd-analyze") is None:
        pytest.skip("no systemd-analyze here")
    for name in UNITS:
        text = (FOLDER / name).read_text(encoding="utf-8")
        (folder / name).write_text(text.replace("/opt/flexsso/flexsso", sys.executable))
    command = ["systemd-analyze", "verify", *(str(folder / name) for name in UNITS)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    return done.stdout + done.stderr


def test_systemd_takes_the_units(tmp_path: Path) -> None:
    ours = [line for line in verified(tmp_path).splitlines() if "flexsso" in line]

    assert [] == ours
    assert 3 == len(UNITS)


def test_kubernetes_takes_the_manifest() -> None:
    for document in MANIFEST:
        kubernetes_validate.validate(document, KUBERNETES, strict=True)

    assert ["Secret", "Deployment"] == [document["kind"] for document in MANIFEST]


def test_a_mistake_in_the_manifest_would_be_seen() -> None:
    wrong = {**MANIFEST[1], "spec": {**MANIFEST[1]["spec"], "replica": 3}}

    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(wrong, KUBERNETES, strict=True)


def test_their_commands_exist() -> None:
    """`worker` has the options that the examples give it, and pods get the time that it takes."""
    pod: dict[str, Any] = MANIFEST[1]["spec"]["template"]["spec"]
    command = pod["containers"][0]["command"]
    shown = CliRunner().invoke(app, ["fleet", "worker", "--help"]).output

    assert ["./flexsso", "fleet", "worker"] == command[:3]
    assert [] == [one for one in command if one.startswith("--") and one not in shown]
    assert pod["terminationGracePeriodSeconds"] >= 120 + 75
