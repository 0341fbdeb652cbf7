"""Each class of expected error is in docs/reference/errors.md, with a cause and a fix."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from models.errors import FlexSsoError
from tools.reference.errors import classes, render

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("models", "providers", "components", "cli", "fleet")


def defined() -> set[str]:
    """The names of all classes that derive from FlexSsoError, over any number of steps."""
    bases = {
        node.name: {base.id for base in node.bases if isinstance(base, ast.Name)}
        for room in ROOMS
        for path in (ROOT / room).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef)
    }
    found = {"FlexSsoError"}
    while more := {name for name, over in bases.items() if over & found} - found:
        found |= more
    return found


def test_no_class_is_left_out():
    assert defined() == {kind.__name__ for kind in classes()}


@pytest.mark.parametrize("kind", classes(), ids=lambda kind: kind.__name__)
def test_each_has_its_own_cause_and_fix(kind: type[FlexSsoError]):
    for name in ("cause", "fix"):
        assert vars(kind).get(name), f"{kind.__name__}.{name}"
    assert kind.cause in render()
