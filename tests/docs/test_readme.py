"""The README's two long blocks are real: what the demo prints, and the program."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path

import pytest

from tests.checkout import ROOT, Checkout
from tests.docs.walk import matches

README = (ROOT / "README.md").read_text(encoding="utf-8")
STACK_FILE, WORLD = "stacks/Pulumi.sandbox.dev.yaml", "http://127.0.0.1:8765"


def block(language: str) -> str:
    """The first block of a language that is longer than a few lines."""
    blocks = re.findall(rf"^```{language}\n(.*?)^```$", README, re.M | re.S)
    return next(one for one in blocks if one.count("\n") > 10)


@pytest.mark.xdist_group("demo")
def test_make_demo_prints_what_the_readme_shows_as_often_as_one_likes(tmp_path: Path):
    copy = Checkout(tmp_path)
    stack_file = copy.root / STACK_FILE
    stack_file.write_text(stack_file.read_text().replace(WORLD, copy.base))
    try:
        for _ in range(2):
            said = _demo(copy).replace(copy.base, WORLD)
            assert matches(_between_pulumis_own(block("text")), said), said
    finally:
        copy.flexsso("sandbox", "down")


def _demo(copy: Checkout) -> str:
    done = subprocess.run(
        ["make", "--old-file=.venv/.installed", "demo"],  # the virtual environment is shared
        cwd=copy.root,
        env=copy.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _between_pulumis_own(shown: str) -> list[str]:
    """The block's lines, with room for Pulumi's output where the README leaves it out."""
    lines = []
    for line in shown.splitlines():
        lines += ["…", line] if line.startswith(("==", "   status:")) else [line]
    return lines


def test_the_program_in_the_readme_is_the_program():
    program = ast.parse((ROOT / "__main__.py").read_text(encoding="utf-8"))
    (guarded,) = (one for one in program.body if isinstance(one, ast.With))
    shown = ast.parse(block("python")).body

    assert [*map(ast.unparse, guarded.body)] == [*map(ast.unparse, shown)]
