"""While the engine runs: no secret in the arguments or the environment of any of its processes."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.providers.vendor import Vendor
from tools.torture import processes

pytestmark = pytest.mark.xdist_group("together")


def seen_of(pid: int) -> bytes:
    """What everybody (arguments) and its owner (environment) can see of a process."""
    try:
        return b"".join(Path(f"/proc/{pid}/{part}").read_bytes() for part in ("cmdline", "environ"))
    except OSError:
        return b""


def test_no_process_of_a_run_shows_a_secret(project, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(project.root))
    stack = project.stack("quiet.dev")
    secrets = [one.encode() for one in Vendor(project.base, project.state_dir).secrets()]
    project.control("options", {"latency": 0.05})
    shown: dict[int, bytes] = {}

    with subprocess.Popen(
        ["pulumi", "up", "--yes", "--skip-preview", "--non-interactive", "-s", stack.name],
        cwd=project.root,
        env=stack.engine.environment,
        stdout=subprocess.DEVNULL,
    ) as run:
        while run.poll() is None:
            for pid in [run.pid, *processes.offspring(run.pid)]:
                shown[pid] = shown.get(pid, b"") + seen_of(pid)

    project.control("options", {"latency": 0.0})
    assert run.returncode == 0
    assert any(b"dynamic" in text for text in shown.values())
    assert secrets
    assert not [secret for secret in secrets if any(secret in text for text in shown.values())]
    stack.pulumi("destroy", "--yes", "--skip-preview")
