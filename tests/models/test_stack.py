"""Reading a stack: every mistake at once, by its key, with a hint."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from models.errors import TenantConfigError
from models.stack import read_stack

NOW = datetime(2026, 11, 1, tzinfo=UTC)
SOUND: dict[str, Any] = {
    "name": "Acme Support",
    "google": {"customer": "C01sandbx", "domain": "acme.example"},
    "flex": {"account_sid": "AC" + "5a" * 16, "runtime_domain": "acme-falcon-1234"},
    "roles": {"people": {"ada@acme.example": {"roles": ["agent"]}}},
}


def changed(path: str, value: object) -> dict[str, Any]:
    """SOUND with one key set, or removed where the value is None."""
    *parents, last = path.split(".")
    config = inner = {**SOUND}
    for parent in parents:
        inner[parent] = dict(inner.get(parent, {}))
        inner = inner[parent]
    if value is None:
        del inner[last]
    else:
        inner[last] = value
    return config


def problems(config: object, folder: Path, name: str = "acme.prod") -> list[tuple[str, str, str]]:
    with pytest.raises(TenantConfigError) as caught:
        read_stack(name, config, folder, NOW)
    return caught.value.problems


def test_a_sound_stack_is_read(tmp_path):
    stack = read_stack("acme.prod", SOUND, tmp_path, NOW)

    assert ["ada@acme.example"] == list(stack.people)
    assert stack.idp_metadata is None


@pytest.mark.parametrize(
    ("domain", "generation"),
    [
        ("http://localhost:3000", "enhanced"),
        ("https://example.com/flex", "enhanced"),
        ("https://*.example.com", "legacy"),
    ],
)
def test_trusted_domains_as_twilio_shows_them(tmp_path, domain, generation):
    flex = SOUND["flex"] | {"trusted_domains": [domain], "generation": generation}

    assert [domain] == read_stack(
        "acme.prod", SOUND | {"flex": flex}, tmp_path, NOW
    ).tenant.flex.trusted_domains


def test_neither_an_ended_certificate_nor_a_second_one_stops_a_stack(
    tmp_path, make_certificate, make_metadata
):
    ended, other = make_certificate(ends=NOW - timedelta(days=1)), make_certificate(slot=1)
    file = tmp_path / "acme.prod" / "idp_metadata.xml"
    file.parent.mkdir()

    for certificates in ([ended], [ended, other]):
        file.write_bytes(make_metadata(*certificates))
        assert read_stack("acme.prod", SOUND, tmp_path, NOW).idp_metadata


@pytest.mark.parametrize(
    ("path", "value", "key", "what"),
    [
        ("google.customer", "acme", "tenant.google.customer", "expected a Google customer id"),
        ("google.domain", "acme", "tenant.google.domain", "expected a domain"),
        ("google.domain", None, "tenant.google.domain", "is missing"),
        ("google.admin", "boss", "tenant.google.admin", "expected an e-mail address"),
        ("flex.account_sid", "AC123", "tenant.flex.account_sid", "expected an Account SID"),
        ("flex.connection", "JQ12", "tenant.flex.connection", "expected a connection"),
        ("flex.generation", "new", "tenant.flex.generation", "input should be 'enhanced'"),
        ("flex.acount_sid", "AC", "tenant.flex.acount_sid", "is no such key"),
        ("flex.trusted_domains", ["http://x"], "tenant.flex.trusted_domains.0", "expected an add"),
        (
            "flex.trusted_domains",
            ["https://*.x.example"],
            "tenant.flex.trusted_domains",
            "enhanced",
        ),
        ("roles.mode", "strict", "tenant.roles.mode", "input should be 'additive'"),
        (
            "roles.people",
            {"ada@acme.example": {"roles": ["administrator"]}},
            "tenant.roles.people.ada@acme.example",
            "administrator",
        ),
        ("roles.people", {"ada": {"roles": ["agent"]}}, "tenant.roles.people.ada", "expected an e"),
        ("roles.groups", {"g@acme.example": ["Agent"]}, "tenant.roles.groups.g@acme.", "Agent"),
        ("roles.file", "absent.csv", "tenant.roles.file", "can't read absent.csv"),
        ("credentials", {"twilio": {"key_env": "A"}}, "tenant.credentials.twilio", "key_env and"),
        ("saml_app", {"certificate": "AB"}, "tenant.saml_app.certificate", "expected a SHA-256"),
        (
            "saml_app",
            {"attribute_mapping": {"email": "Basic Information > Primary email"}},
            "tenant.saml_app.attribute_mapping.roles",
            "",
        ),
    ],
)
def test_a_mistake_is_named_by_its_key(tmp_path, path, value, key, what):
    found = problems(changed(path, value), tmp_path)

    assert any(
        where.startswith(key) and what.casefold() in text.casefold() for where, text, _ in found
    ), found


def test_a_missing_key_comes_with_where_to_find_its_value(tmp_path):
    found = problems(changed("google.customer", None), tmp_path)

    assert [("tenant.google.customer", "is missing")] == [one[:2] for one in found]
    assert "Account settings" in found[0][2]


def test_all_mistakes_are_reported_together(tmp_path):
    (tmp_path / "acme").mkdir()
    (tmp_path / "acme" / "roles.csv").write_text("email,roles\nada,agent\nb@acme.example,boss\n")
    (tmp_path / "acme" / "idp_metadata.xml").write_text("<html><body>Sign in</body></html>")
    config = changed("flex.account_sid", "AC123") | {"nmae": "x"}
    config["roles"] = {"file": "roles.csv", "people": {"c@acme.example": {"roles": ["Admin"]}}}

    keys = {key for key, _, _ in problems(config, tmp_path, name="acme")}

    assert {
        "stack",
        "tenant.flex.account_sid",
        "tenant.nmae",
        "tenant.roles.file: roles.csv line 2",
        "tenant.roles.file: roles.csv line 3",
        "tenant.roles.people.c@acme.example",
        "tenant.saml_app.idp_metadata",
    } == keys


@pytest.mark.parametrize("config", [None, "text", 3, [], {"name": 4}, {"roles": "x"}, {"flex": []}])
def test_nonsense_is_refused_without_a_crash(tmp_path, config):
    assert problems(config, tmp_path)


def test_mistakes_of_shape_hide_neither_the_mappings_nor_the_guard_rails_nor_endpoints(tmp_path):
    config = changed("flex.account_sid", "AC123") | {"production": True}
    config["google"] = {**config["google"], "custom_schema": {"retain": False}}
    config["saml_app"] = {"attribute_mapping": {"Email": "Basic Information > Primary email"}}

    with pytest.raises(TenantConfigError) as caught:
        read_stack("acme.dev", config, tmp_path, NOW, {"base": "ftp://x", "bsae": 1})

    mapping = "tenant.saml_app.attribute_mapping"
    assert {
        "tenant.flex.account_sid",
        "tenant.google.custom_schema.retain",
        f"{mapping}.Email",
        f"{mapping}.full_name",
        f"{mapping}.roles",
        "endpoints.base",
        "endpoints.bsae",
    } == {key for key, _, _ in caught.value.problems}


def mapped(full_name: str) -> dict[str, Any]:
    rows = {
        "email": "Basic Information > Primary email",
        "full_name": full_name,
        "roles": "Flex Details > Roles",
    }
    return changed("saml_app", {"attribute_mapping": rows})


@pytest.mark.parametrize(
    "source",
    ["Flex Details > Full Nmae", "Flex Details > full name", "flex details > Full Name"],
)
def test_a_row_that_misspells_a_field_of_the_schema_is_refused(tmp_path, source):
    found = problems(mapped(source), tmp_path)

    assert ["tenant.saml_app.attribute_mapping.full_name"] == [key for key, _, _ in found]
    assert "write Flex Details > Full Name, or declare that field" == found[0][2]


@pytest.mark.parametrize("source", ["Flex Details > Payroll", "Employee Details > Full Nmae"])
def test_fields_that_are_somebody_elses_are_taken_as_they_are(tmp_path, source):
    stack = read_stack("acme.prod", mapped(source), tmp_path, NOW)

    assert source == stack.tenant.attribute_mapping["full_name"]


def test_a_row_of_another_shape_is_one_mistake(tmp_path):
    rows = {"email": 5, "full_name": "Flex Details > Full Name", "roles": "Flex Details > Roles"}

    found = problems(changed("saml_app", {"attribute_mapping": rows}), tmp_path)

    assert ["tenant.saml_app.attribute_mapping.email"] == [key for key, _, _ in found]
