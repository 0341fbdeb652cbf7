from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tools.pulumi.engine import Engine, EngineUnavailableError
from tools.pulumi.install import choose

PROJECT = Path(__file__).resolve().parents[2]
ENGINE = Engine(None, "3.274.1", "path")


def unavailable() -> Engine:
    message = "not here"
    raise EngineUnavailableError(message)


def test_the_first_that_works_is_chosen_and_the_rest_not_tried():
    said: list[str] = []
    tried: list[str] = []

    def later() -> Engine:
        tried.append("later")
        return ENGINE

    chosen = choose([("a", unavailable), ("b", lambda: ENGINE), ("c", later)], said.append)

    assert chosen == ENGINE
    assert said == ["a: not here"]
    assert tried == []


def test_when_none_works_each_says_why():
    said: list[str] = []

    assert choose([("a", unavailable), ("b", unavailable)], said.append) is None
    assert said == ["a: not here", "b: not here"]


def test_a_checkout_that_has_its_engine_is_done_at_once():
    answer = subprocess.run(
        [sys.executable, "-m", "tools.pulumi.install"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )

    assert answer.returncode == 0
    assert answer.stderr.splitlines()[-1].endswith("is ready")
    assert "building" not in answer.stderr
