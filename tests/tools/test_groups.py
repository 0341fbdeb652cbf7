"""Tests that share an engine, a server or a browser stay in one process (`xdist_group`)."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

FOUR = """
import os, pathlib, pytest

@pytest.mark.xdist_group("one")
@pytest.mark.parametrize("number", range(4))
def test_it(number, tmp_path_factory):
    pathlib.Path("workers").open("a").write(os.environ["PYTEST_XDIST_WORKER"] + "\\n")
"""


def test_a_group_is_one_process(tmp_path: Path) -> None:
    """pytest 9.2 with xdist 3.8 passes over groups in silence."""
    (tmp_path / "test_four.py").write_text(FOUR)
    command = [sys.executable, "-m", "pytest", "-q", "-n", "2", "--dist", "loadgroup"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)

    workers = (tmp_path / "workers").read_text().split()

    assert 4 == len(workers)
    assert 1 == len(set(workers))
