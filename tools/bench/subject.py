"""One program to be measured: how many resources, how many values in each, in what shape."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cli.env import engine_environment

if TYPE_CHECKING:
    from collections.abc import Mapping

PROJECT = Path(__file__).resolve().parents[2]
PROGRAM = Path(__file__).parent / "program"
VERBS = {
    "first up": ("up", "--yes", "--skip-preview"),
    "no-op up": ("up", "--yes", "--skip-preview", "--expect-no-changes"),
    "preview": ("preview", "--expect-no-changes"),
    "refresh": ("refresh", "--yes", "--skip-preview"),
}


class BenchError(Exception):
    """A measured command failed: its figure would mean nothing."""


@dataclass(frozen=True)
class Subject:
    """`values` people in each of `resources` notes, as a JSON string or as a map."""

    name: str
    resources: int
    values: int = 0
    as_text: bool = True

    def environment(self, base: Mapping[str, str]) -> dict[str, str]:
        """`base` and what the program reads."""
        return {
            **base,
            "BENCH_RESOURCES": str(self.resources),
            "BENCH_VALUES": str(self.values),
            "BENCH_AS_TEXT": str(int(self.as_text)),
        }


SUBJECTS = (
    Subject("empty program", 0),
    Subject("1 resource", 1),
    Subject("100 resources", 100),
    Subject("1 of 10,000 people, as JSON", 1, 10_000),
    Subject("1 of 10,000 people, as a map", 1, 10_000, as_text=False),
)


def measure(subject: Subject, folder: Path) -> dict[str, float]:
    """Seconds by verb, for a new stack in a backend of its own inside `folder`."""
    work = shutil.copytree(
        PROGRAM, folder / "program", ignore=shutil.ignore_patterns("__pycache__")
    )
    (folder / "state").mkdir()
    base = {**os.environ, "PULUMI_BACKEND_URL": f"file://{folder / 'state'}"}
    env = subject.environment(engine_environment(PROJECT, base))
    _pulumi(("stack", "init"), work, env)
    return {verb: _pulumi(arguments, work, env) for verb, arguments in VERBS.items()}


def _pulumi(arguments: tuple[str, ...], work: Path, env: dict[str, str]) -> float:
    started = time.monotonic()
    answer = subprocess.run(
        ["pulumi", "--non-interactive", *arguments, "--stack", "bench.dev"],
        cwd=work,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    if answer.returncode != 0:
        message = f"pulumi {' '.join(arguments)} failed:\n{answer.stdout}{answer.stderr}"
        raise BenchError(message)
    return time.monotonic() - started
