"""Whoever raises an expected error says what to do about it."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from models import errors
from models.errors import FlexSsoError, TenantConfigError
from models.saml_input import SamlInputError

PROJECT = Path(__file__).resolve().parents[2]
ROOMS = ("cli", "components", "fleet", "models", "providers")
KINDS = {
    name
    for name, kind in vars(errors).items()
    if isinstance(kind, type) and issubclass(kind, FlexSsoError)
} - {TenantConfigError.__name__} | {SamlInputError.__name__}


@pytest.mark.parametrize("room", ROOMS)
def test_each_error_is_made_with_a_hint(room):
    """TenantConfigError has its own. `**` may carry one."""
    silent = [
        f"{path.relative_to(PROJECT)}:{call.lineno}"
        for path in sorted((PROJECT / room).rglob("*.py"))
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id in KINDS
        and not any(given.arg in {"hint", None} for given in call.keywords)
    ]

    assert [] == silent


def test_mistakes_of_a_configuration_end_with_a_hint_as_all_else():
    said = str(TenantConfigError([("tenant.name", "is missing", "")]))

    assert "  tenant.name: is missing" in said.splitlines()
    assert said.splitlines()[-1].startswith("hint: ")
