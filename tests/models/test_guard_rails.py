"""What production refuses, and how production is known."""

from __future__ import annotations

from typing import Any

import pytest

from models.errors import TenantConfigError
from models.guard_rails import flag_problems, is_production, refuse
from models.stack import read_stack
from models.tenant import Tenant
from tests.models.test_stack import NOW, SOUND


def tenant(*, production: bool | None = None, **schema: Any) -> Tenant:
    google = {**SOUND["google"], "custom_schema": schema}
    return Tenant.model_validate({**SOUND, "production": production, "google": google})


@pytest.mark.parametrize(
    ("stack", "said", "expected"),
    [
        ("acme.prod", None, True),
        ("acme.production", None, True),
        ("acme.prod-eu", None, True),
        ("acme.eu-live", None, True),
        ("acme.prd", None, True),
        ("acme.dev", None, False),
        ("prod.dev", None, False),
        ("acme.preprod", None, False),
        ("acme.product", None, False),
        ("acme.dev", True, True),
        ("acme.prod", False, False),
    ],
)
def test_production_is_known_by_its_name_or_said(stack, said, expected):
    assert is_production(stack, tenant(production=said)) is expected


@pytest.mark.parametrize(
    ("flags", "key"),
    [({"allow_data_loss": True}, "allow_data_loss"), ({"retain": False}, "retain")],
)
def test_flags_that_lose_data_are_for_other_stacks(flags, key):
    where, what, hint = next(flag_problems("acme.prod", tenant(**flags)))

    assert f"tenant.google.custom_schema.{key}" == where
    assert "acme.prod is production" in what
    assert "tenant.production: false" in hint
    assert [] == list(flag_problems("acme.dev", tenant(**flags)))
    assert [] == list(flag_problems("acme.prod", tenant(production=False, **flags)))


def test_a_sound_production_stack_has_no_problems():
    refuse("acme.prod", tenant(), {"ada@acme.example": ["agent"]})


@pytest.mark.parametrize("role", ["administrator", "Admin", "admins", "super_admin", "owner"])
def test_what_looks_like_administrator_is_no_role(role):
    with pytest.raises(TenantConfigError, match=rf"ada@acme\.example.*no role '{role}'"):
        refuse("acme.dev", tenant(), {"ada@acme.example": ["agent", role]})


def test_reading_a_stack_names_broken_rules_beside_other_mistakes(tmp_path):
    google = {**SOUND["google"], "custom_schema": {"allow_data_loss": True}}
    roles = {"people": {"ada@acme.example": {"roles": ["agnet"]}}}

    with pytest.raises(TenantConfigError) as raised:
        read_stack("acme.prod", {**SOUND, "google": google, "roles": roles}, tmp_path, NOW)

    assert [
        "tenant.roles.people.ada@acme.example",
        "tenant.google.custom_schema.allow_data_loss",
    ] == [key for key, _, _ in raised.value.problems]
