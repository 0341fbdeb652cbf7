"""The tenant table, selection, and whose credentials go where."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from fleet.credentials import all_names, environment_of
from fleet.tenants import FleetStack, Selector, read_fleet, select
from models.errors import FlexSsoError

ROOT = Path(__file__).resolve().parents[2]
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


SHELL = {"PATH": "/bin", "ACME_KEY": "a", "ACME_SECRET": "b", "HOOK": "c", "OTHER": "d",
         "FLEXSSO_WEBHOOK_SECRET": "e"}  # fmt: skip
HOOK = "{writer: webhook, url: 'https://bot.example/', secret_env: HOOK}"


@pytest.mark.parametrize(
    ("own", "text"),
    [
        ({"HOOK"}, f"{{handoff: {HOOK}}}"),
        ({"FLEXSSO_WEBHOOK_SECRET"}, f"{{handoff: {HOOK.replace(', secret_env: HOOK', '')}}}"),
        (set(), "{handoff: {writer: console, secret_env: HOOK}}"),
        (set(), "{credentials: {twilio: {key_env: ACME_KEY}}}"),
        (set(), "{credentials: {twilio: [ACME_KEY, ACME_SECRET]}}"),
        (set(), "{credentials: {twilio: {key_evn: ACME_KEY, secret_env: ACME_SECRET}}}"),
        ({"ACME_KEY", "ACME_SECRET"}, """'{"credentials": {"twilio": {"key_env": "ACME_KEY",'
          ' "secret_env": "ACME_SECRET"}}}'""".replace("'\n          '", "")),
        (set(), "[\n  key_env: ACME_KEY\n  secret_env: 'ACME_SECRET'\n secret_env: HOOK"),
    ],
)  # fmt: skip
def test_what_a_file_names_reaches_nobody_else(tmp_path: Path, own: set[str], text: str) -> None:
    """Also where the file is mistaken, or no YAML at all; the webhook's secret like the others."""
    for name, tenant in {"acme.prod": text, "beta.prod": "{}"}.items():
        document = f"config:\n  flex-google-sso:tenant: {tenant}\n"
        (tmp_path / f"Pulumi.{name}.yaml").write_text(document)
    acme, beta = read_fleet(tmp_path)
    hidden = all_names([acme, beta])
    named = {one for one in SHELL if one in text} | {"FLEXSSO_WEBHOOK_SECRET"}

    assert own == set(environment_of(acme, SHELL, hidden)) & named
    assert set(SHELL) - named == set(environment_of(beta, SHELL, hidden))


def test_no_file_takes_the_path_from_others(tmp_path: Path) -> None:
    """Whoever names PATH as a key has made a mistake that is to be theirs alone."""
    text = "config: {'flex-google-sso:tenant': {credentials: {twilio: {key_env: PATH}}}}"
    (tmp_path / "Pulumi.acme.prod.yaml").write_text(text)

    assert "PATH" not in all_names(read_fleet(tmp_path))


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("bad.dev", "a: b\nconfig: [", r"stacks/Pulumi\.bad\.dev\.yaml is no YAML: .*line "),
        ("bad.dev", "at: 2026-13-45", "is no YAML: ValueError"),
        ("acme_eu.prod", "config: {}", r"acme_eu\.prod\.yaml is no stack's: names are"),
        ("notes", "config: {}", "is no stack's"),
    ],
)
def test_a_file_that_cant_be_used_is_a_failing_stack(
    tmp_path: Path, name: str, text: str, said: str
) -> None:
    """It stops nobody else, and no condition on labels leaves it out unnoticed."""
    (tmp_path / f"Pulumi.{name}.yaml").write_text(text)
    (stack,) = read_fleet(tmp_path)

    assert re.search(said, stack.mistake)
    assert [stack] == select([stack], Selector(labels=("wave=1",)), {})


def test_a_file_that_cant_be_opened_stops_the_fleet(tmp_path: Path) -> None:
    """Whose credentials it names can't be known, so nobody can be kept from them."""
    (tmp_path / "Pulumi.bad.dev.yaml").symlink_to("nowhere")
    with pytest.raises(FlexSsoError, match=r"Pulumi\.bad\.dev\.yaml"):
        read_fleet(tmp_path)


def test_who_is_no_member_is_taken_by_name_alone(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.example.prod.yaml").write_text("config: {flex-google-sso:fleet: false}")
    fleet = read_fleet(tmp_path)

    assert [] == select(fleet, Selector(names=("*.prod",)), {})
    assert fleet == select(fleet, Selector(names=("example.prod",)), {})


def test_examples_of_the_repository_are_no_members() -> None:
    fleet = read_fleet(ROOT / "stacks")

    assert {"example.prod", "sandbox.dev", "sandbox.legacy"} <= {one.name for one in fleet}
    assert [] == select(fleet, Selector(), {})
