"""The page about repairing, walked: a run is killed, and each command does what the page says."""

from __future__ import annotations

import re
import subprocess
import time
from pathlib import Path

import pytest

from cli.env import engine_environment
from tests.checkout import ROOT, Checkout, checkout
from tests.docs.reader import Reader
from tools.torture import processes

pytestmark = pytest.mark.xdist_group("repair")

PAGE = ROOT / "docs" / "how-to" / "repair.md"
STACK = "acme.dev"
NEW = (
    "--sandbox --name Acme --customer C01sandbx --domain acme.example --admin admin@acme.example"
    " --account-sid AC5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a --runtime-domain acme-falcon-1234"
)


def test_all_that_the_page_shows_is_real(tmp_path: Path):
    with checkout(tmp_path) as copy:
        copy.flexsso("new", STACK, *NEW.split())
        path = copy.root / "stacks" / f"Pulumi.{STACK}.yaml"
        path.write_text(re.sub(r"http://127\.0\.0\.1:\d+", copy.base, path.read_text()))
        copy.flexsso("up", STACK, "--yes", "--suppress-outputs")
        _kill_a_run(copy)

        with Reader(copy, STACK) as reader:
            assert 5 == reader.read(PAGE)


def _kill_a_run(copy: Checkout) -> None:
    """kill -9 of the engine and its children, while it holds the lock."""
    environment = engine_environment(copy.root, copy.environment)
    with subprocess.Popen(
        ["pulumi", "up", "--yes", "--skip-preview", "-s", STACK],
        cwd=copy.root,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as run:
        while not [*copy.root.rglob(f"locks/**/{STACK}/*.json")]:
            assert run.poll() is None
            time.sleep(0.01)
        for pid in [run.pid, *processes.offspring(run.pid)]:
            processes.end(pid)
