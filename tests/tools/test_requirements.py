from __future__ import annotations

from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tools.requirements import closure, declared, render

PROJECT = Path(__file__).resolve().parents[2]
LINES = [
    line
    for line in (PROJECT / "requirements.txt").read_text().splitlines()
    if not line.startswith("#")
]
PINS = dict(line.split("==") for line in LINES)


@pytest.mark.parametrize("wanted", declared(PROJECT / "pyproject.toml"), ids=str)
def test_each_declared_requirement_is_pinned_to_a_version_it_allows(wanted: Requirement):
    assert wanted.specifier.contains(PINS[canonicalize_name(wanted.name)])


def test_every_line_is_a_pin_and_nothing_else():
    assert [f"{name}=={version}" for name, version in sorted(PINS.items())] == LINES


def test_what_is_installed_is_what_is_pinned():
    """Otherwise the tests speak of other versions than a fresh install gets."""
    installed = closure(declared(PROJECT / "pyproject.toml"))

    assert {name: PINS.get(name) for name in installed} == installed


def test_the_closure_follows_requirements_of_requirements():
    pins = closure([Requirement("httpx")])

    assert {"httpx", "httpcore", "h11", "idna", "certifi"} <= set(pins)
    assert "pytest" not in pins


def test_extras_are_followed_only_where_asked_for():
    assert "socksio" not in closure([Requirement("httpx")])
    assert "h2" not in render(closure([Requirement("httpx")]))
