"""The tenant table, selection, and whose credentials go where."""

from __future__ import annotations

from pathlib import Path

import pytest

from fleet.credentials import all_names, environment_of
from fleet.tenants import FleetStack, Selector, read_fleet, select
from models.errors import FlexSsoError

FILE = """\
config:
  flex-google-sso:labels: {{region: {region}}}
  flex-google-sso:tenant:
    google: {{customer: C0123abcd}}
    credentials:
      twilio: {{key_env: {name}_KEY, secret_env: {name}_SECRET}}
      google: {{file: g.json}}
"""


@pytest.fixture
def fleet(tmp_path: Path) -> list[FleetStack]:
    for name, region in [("acme.prod", "eu"), ("acme.dev", "eu"), ("beta.prod", "us")]:
        text = FILE.format(region=region, name=name.replace(".", "_").upper())
        (tmp_path / f"Pulumi.{name}.yaml").write_text(text)
    (tmp_path / "Pulumi.not_a_stack.yaml").write_text("config: {}")
    return read_fleet(tmp_path)


@pytest.mark.parametrize(
    ("selector", "expected"),
    [
        (Selector(), ["acme.dev", "acme.prod", "beta.prod"]),
        (Selector(tenants=("acme",)), ["acme.dev", "acme.prod"]),
        (Selector(environments=("prod",), labels=("region=us",)), ["beta.prod"]),
        (Selector(names=("*.prod", "acme.dev")), ["acme.dev", "acme.prod", "beta.prod"]),
        (Selector(phases=("active",)), ["acme.dev"]),
        (Selector(labels=("region=nowhere",)), []),
    ],
)
def test_selection(fleet: list[FleetStack], selector: Selector, expected: list[str]) -> None:
    chosen = select(fleet, selector, {"acme.dev": "active"})

    assert expected == [one.name for one in chosen]


def test_a_name_that_is_not_there_is_an_error(fleet: list[FleetStack]) -> None:
    """A misspelt name must not make a run that does nothing and says all is good."""
    with pytest.raises(FlexSsoError, match=r"no stack amce\.prod"):
        select(fleet, Selector(names=("amce.prod", "acme.*")), {})


def test_credentials_reach_their_own_tenant_only(fleet: list[FleetStack]) -> None:
    """Neither another tenant's variables, nor the default ones that this stack does not use."""
    shell = {"PATH": "/bin", "ACME_PROD_KEY": "a", "ACME_PROD_SECRET": "b", "BETA_PROD_KEY": "c",
             "BETA_PROD_SECRET": "d", "TWILIO_API_SECRET": "e", "TWILIO_AUTH_TOKEN": "f",
             "GOOGLE_APPLICATION_CREDENTIALS": "g"}  # fmt: skip
    acme = next(one for one in fleet if one.name == "acme.prod")

    assert {"PATH": "/bin", "ACME_PROD_KEY": "a", "ACME_PROD_SECRET": "b"} == environment_of(
        acme, shell, all_names(fleet)
    )


def test_unreadable_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.bad.dev.yaml").write_text("config: [")
    with pytest.raises(FlexSsoError, match=r"Pulumi\.bad\.dev\.yaml"):
        read_fleet(tmp_path)
