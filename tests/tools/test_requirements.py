from __future__ import annotations

import re
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tools.reference.licences import ONLY_RUN, allowed, licence_of
from tools.requirements import closure, declared, pinned, render

PROJECT = Path(__file__).resolve().parents[2]
TEXT = (PROJECT / "requirements.txt").read_text()
PINS = pinned(PROJECT / "requirements.txt")
PIN = re.compile(r"([a-z0-9-]+)==([\w.+!-]+)((?: \\\n    --hash=sha256:[0-9a-f]{64})+)\n")


@pytest.mark.parametrize("wanted", declared(PROJECT / "pyproject.toml"), ids=str)
def test_each_declared_requirement_is_pinned_to_a_version_it_allows(wanted: Requirement):
    assert wanted.specifier.contains(PINS[canonicalize_name(wanted.name)])


def test_every_line_is_a_pin_with_its_hashes_and_nothing_else():
    """No address of an index, no option: where packages come from is for whoever installs."""
    lines = "".join(line for line in TEXT.splitlines(keepends=True) if not line.startswith("#"))
    found = PIN.findall(lines)

    assert sorted(PINS.items()) == [(name, version) for name, version, _ in found]
    assert lines == "".join(one[0] for one in re.finditer(PIN, lines))


@pytest.mark.parametrize("name", sorted(set(PINS) - ONLY_RUN))
def test_each_licence_is_known_and_lets_the_project_be_what_it_is(name):
    assert allowed(licence_of(name)), licence_of(name)


def test_a_licence_that_binds_the_project_is_found_out():
    assert not allowed("AGPL-3.0-only")
    assert not allowed("GNU General Public License v3 (GPLv3)")
    assert not allowed("")


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
