"""Somebody changes one field behind our back: `pulumi preview --refresh` fails and names it.

Every field of both records, of the schema, of the roles, and the popup. What no API shows is here
too, so that nobody believes otherwise. Each test puts its change back; that nothing is left of any
is looked at once, at the end.
"""

from __future__ import annotations

import base64
import zlib
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from tests.e2e.conftest import Project, Stack
from tests.providers.vendor import CUSTOMER, Vendor

pytestmark = pytest.mark.xdist_group("drift")

OTHER_JQ = "JQ" + "0f" * 16
SCHEMA = "Flex_Details"
ADA = "ada@acme.example"
DESK = "https://desk.example"
TENANT: dict[str, Any] = {
    "google": {"custom_schema": {"fields": {"team_id": {"display_name": "Team ID"}}}},
    "flex": {"trusted_domains": [DESK]},
    "roles": {"people": {ADA: {"roles": ["agent"], "attributes": {"team_id": "12"}}}},
}


class World(NamedTuple):
    """The stack, and both consoles behind its back."""

    stack: Stack
    vendor: Vendor

    @property
    def outputs(self) -> dict[str, Any]:
        return self.stack.engine.outputs()

    def put_back(self) -> None:
        self.stack.pulumi("up", "--yes", "--skip-preview", "--refresh")


@pytest.fixture(scope="module")
def world(project: Project) -> World:
    stack = project.stack("acme.dev", **TENANT)
    stack.walk_to_active()
    stack.sign_in(ADA)
    assert "verified" == stack.up()["status"]
    return World(stack, Vendor(project.base, project.state_dir))


Change = Callable[[World], None]


def drifted(world: World, change: Change) -> str:
    """What the preview says; it must not find everything in order."""
    change(world)
    said = world.stack.drift()
    return "\n".join(line for line in said.splitlines() if "=>" in line or "~" in line)


# The SAML app at Google ---------------------------------------------------------------------


def edit_app(world: World, label: str, value: str, page: str = "Service provider details") -> None:
    person = world.stack.project.person()
    person.open("https://admin.google.com/ac/apps/unified")
    person.follow("Twilio Flex")
    person.follow(page)
    person.fill(label, value)
    person.press("SAVE")


@pytest.mark.parametrize(
    ("label", "field", "wrong"),
    [
        ("ACS URL", "acs_url", "https://login.flex.us1.twilio.com/login/callback?connection=JQ0"),
        ("Entity ID", "sp_entity_id", "urn:flex:JQ0"),
    ],
)
def test_a_field_of_the_google_app(world, label, field, wrong):
    good = world.outputs[field]

    said = drifted(world, lambda world: edit_app(world, label, wrong))
    edit_app(world, label, good)

    assert f'"{wrong}" => "{good}"' in said
    assert field in said


# The connection at Flex ---------------------------------------------------------------------


def edit_form(world: World, *values: tuple[str, str]) -> None:
    account = world.outputs["handoff"]["steps"][0]["path"][0]
    person = world.stack.project.person()
    person.open("https://console.twilio.com/")
    for text in (account, "Flex", "Users and access", "Single sign-on (SSO)", "Edit"):
        person.follow(text)
    for label, value in values:
        person.fill(label, value)
    person.press("Save")


def test_the_sso_url_of_the_form(world):
    good = world.outputs["sso_url"]
    wrong = good.replace("C01sandbx", "C0evil000")

    said = drifted(world, lambda world: edit_form(world, ("Single Sign-On URL", wrong)))
    edit_form(world, ("Single Sign-On URL", good))

    assert f'"{wrong}" => "{good}"' in said


def test_a_trusted_domain_that_was_taken_out(world):
    edit_form(world, ("Trusted domains", ""))
    said = world.stack.drift()
    edit_form(world, ("Trusted domains", DESK))

    assert f"a list without {DESK}" in said


def answer(world: World, **fault: Any) -> None:
    """Flex answers differently: its console has no button for that."""
    world.stack.project.control("faults", [{"host": "services.twilio.com", "times": 99} | fault])


def test_another_runtime_domain(world):
    """No API writes it, so neither does a stack: the program stops at it, with what to write."""
    body = world.vendor.flex_configuration() | {"runtime_domain": "acme-eagle-1.twil.io"}
    fault = {"host": "flex-api.twilio.com", "path": "/v1/Configuration", "body": body}
    answer(world, status=200, **fault)
    try:
        said = world.stack.pulumi("preview", "--refresh", exit_code=None)
    finally:
        world.stack.project.control("faults", [])

    what = "tenant.flex.runtime_domain: is acme-falcon-1234, but the account's is acme-eagle-1"
    assert f"{what} (write acme-eagle-1)" in said


def test_a_connection_that_was_switched_off(world):
    connection = world.outputs["connection"]
    listed = [{"connection_name": connection, "active": False}]
    try:
        said = drifted(
            world,
            lambda world: answer(
                world, path="/Authentication/Config", status=200, body={"config_list": listed}
            ),
        )
    finally:
        world.stack.project.control("faults", [])

    assert f'"{connection} (not active)" => "{connection}"' in said


@pytest.mark.parametrize("field", ["acs_url", "sp_entity_id"])
def test_what_flex_asks_google_for(world, field):
    outputs = world.outputs
    says = {name: outputs[name] for name in ("acs_url", "sp_entity_id")}
    wrong = says[field].replace(outputs["connection"], OTHER_JQ)
    target = authn_request(outputs["sso_url"], **(says | {field: wrong}))
    try:
        said = drifted(
            world,
            lambda world: answer(
                world, path="/Authorize", status=302, body="", headers={"location": target}
            ),
        )
    finally:
        world.stack.project.control("faults", [])

    assert f'"{wrong}" => "{outputs[field]}"' in said


def authn_request(sso_url: str, acs_url: str, sp_entity_id: str) -> str:
    xml = (
        '<samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_1"'
        f' Version="2.0" AssertionConsumerServiceURL="{acs_url}">'
        '<saml:Issuer xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">'
        f"{sp_entity_id}</saml:Issuer></samlp:AuthnRequest>"
    )
    packer = zlib.compressobj(wbits=-15)
    packed = base64.b64encode(packer.compress(xml.encode()) + packer.flush()).decode()
    message = packed.replace("+", "%2B").replace("/", "%2F").replace("=", "%3D")
    return f"{sso_url}&SAMLRequest={message}"


NOT_SEEN_AT_FLEX = {
    "Friendly Name": "Something else",
    "Default Redirect URL": "https://desk.example/elsewhere",
    "Identity Provider Issuer": "https://accounts.google.com/o/saml2?idpid=C0evil000",
    "X.509 Certificate": "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----",
    "Trusted domains": f"{DESK}\nhttps://one.too.many.example",
}
NOT_SEEN_AT_GOOGLE = {
    "Start URL (optional)": "https://elsewhere.example/",
    "Name ID format": "PERSISTENT",
    "Name ID": "Basic Information > Last name",
}


def test_what_no_api_shows_is_not_seen(world):
    """Of the Google app, also which attributes are mapped, and for whom it is ON."""
    fields = {
        field["label"]: field["value"]
        for step in world.outputs["handoff"]["steps"]
        for screen in step["screens"]
        for field in screen["fields"]
    }
    edit_form(world, *NOT_SEEN_AT_FLEX.items())
    for label, value in NOT_SEEN_AT_GOOGLE.items():
        edit_app(world, label, value)
    edit_app(world, "App attributes", "rolls", "SAML attribute mapping")
    edit_app(world, "OFF for everyone", "OFF for everyone", "User access")

    world.stack.pulumi("preview", "--refresh", "--expect-no-changes")

    edit_form(world, *((label, fields[label]) for label in NOT_SEEN_AT_FLEX))
    for label in NOT_SEEN_AT_GOOGLE:
        edit_app(world, label, fields[label])
    edit_app(world, "App attributes", "email", "SAML attribute mapping")
    edit_app(world, "ON for everyone", "ON for everyone", "User access")
    world.stack.sign_in(ADA)


def test_the_hand_off_marks_what_differs_and_leads_to_where_it_is_put_right(world):
    """Both consoles at once; the person follows the document and knows nothing else."""
    wrong = world.outputs["acs_url"].replace(world.outputs["connection"], OTHER_JQ)
    edit_app(world, "ACS URL", wrong)
    elsewhere = world.outputs["sso_url"].replace("C01sandbx", "C0evil000")
    edit_form(world, ("Single Sign-On URL", elsewhere))
    world.put_back()

    outputs = world.outputs
    assert "drifted" == outputs["status"]
    assert [("ACS URL", wrong), ("Single Sign-On URL", elsewhere)] == [
        (field["label"], field["observed"])
        for step in outputs["handoff"]["steps"]
        for screen in step["screens"]
        for field in screen["fields"]
        if field["observed"]
    ]
    world.stack.hand_over(outputs)
    assert "active" == world.stack.up()["status"]
    world.stack.sign_in("ada@acme.example")
    assert "verified" == world.stack.up()["status"]


# What we manage: found, and put back -----------------------------------------------------------


def edit_schema(world: World, change: Callable[[dict[str, Any]], None]) -> None:
    schemas, key = world.vendor.directory().schemas(), {"customerId": CUSTOMER, "schemaKey": SCHEMA}
    live = schemas.get(**key).execute()
    change(live)
    schemas.update(**key, body=live).execute()


def _set_field(name: str, **values: Any) -> Change:
    def change(schema: dict[str, Any]) -> None:
        next(one for one in schema["fields"] if one["fieldName"] == name).update(values)

    return lambda world: edit_schema(world, change)


def _drop_field(name: str) -> Change:
    def change(schema: dict[str, Any]) -> None:
        schema["fields"] = [one for one in schema["fields"] if one["fieldName"] != name]

    return lambda world: edit_schema(world, change)


def _values(email: str, **values: Any) -> Change:
    return lambda world: world.vendor.set_values(email, {SCHEMA: values})


def _popup(world: World) -> None:
    world.vendor.flex_configuration({"public_attributes": {"loginPopup": True}})


def _delete_schema(world: World) -> None:
    world.vendor.directory().schemas().delete(customerId=CUSTOMER, schemaKey=SCHEMA).execute()


MANAGED: dict[str, tuple[Change, str]] = {
    "name of the category": (
        lambda world: world.vendor.rename_schema(SCHEMA, "Flex Stuff"),
        '"Flex Stuff" => "Flex Details"',
    ),
    "name of a field": (_set_field("Roles", displayName="Rollen"), '"Rollen" => "Roles"'),
    "who may read a field": (
        _set_field("Full_Name", readAccessType="ALL_DOMAIN_USERS"),
        '"ALL_DOMAIN_USERS" => "ADMINS_AND_SELF"',
    ),
    "roles": (
        _values("ada@acme.example", Roles=[{"value": "admin"}]),
        '"admin" => "agent"',
    ),
    "one role more": (
        _values("grace@acme.example", Roles=[{"value": r} for r in ("agent", "supervisor", "x")]),
        "grace@acme.example",
    ),
    "full name": (_values("ada@acme.example", Full_Name="Countess"), "full_name Countess"),
    "nothing left": (_values("linus@acme.example", Roles=[], Full_Name=""), "linus@acme.example"),
    "login popup": (_popup, "true => false"),
    "a field gone": (_drop_field("Full_Name"), "Full_Name"),
    "a further attribute": (_values(ADA, team_id="13"), "team_id 13"),
}


@pytest.mark.parametrize("what", MANAGED)
def test_what_is_managed_is_found_and_put_back(world, what):
    change, says = MANAGED[what]

    said = drifted(world, change)
    world.put_back()

    assert says in said, said


@pytest.mark.parametrize(
    ("name", "other", "says"),
    [
        ("Roles", {"multiValued": False}, "false => true"),
        ("team_id", {"fieldType": "INT64"}, '"INT64" => "STRING"'),
    ],
)
def test_a_field_that_was_deleted_and_made_otherwise(world, name, other, says):
    """Google never changes the type or the number of values of a field, so that is how it is done.

    To put it back is a person's work: we delete no values.
    """
    made = {"fieldName": name, "displayName": name, "fieldType": "STRING"}
    before = _fields(world)[name]

    said = drifted(world, lambda world: _made_anew(world, name, made | other))
    _made_anew(world, name, before)
    world.put_back()

    assert says in said, said


def _fields(world: World) -> dict[str, dict[str, Any]]:
    key = {"customerId": CUSTOMER, "schemaKey": SCHEMA}
    live = world.vendor.directory().schemas().get(**key).execute()
    return {field["fieldName"]: field for field in live["fields"]}


def _made_anew(world: World, name: str, field: dict[str, Any]) -> None:
    _drop_field(name)(world)
    edit_schema(world, lambda schema: schema["fields"].append(field))


def test_a_deleted_schema_is_made_again_with_everybodys_values(world):
    _delete_schema(world)

    assert "CustomSchema" in world.stack.drift()
    world.put_back()

    assert ["agent"] == world.vendor.custom_values("ada@acme.example")[SCHEMA]["Roles"]


def test_nothing_is_left_of_all_that(world):
    world.stack.pulumi("preview", "--refresh", "--expect-no-changes")


def test_a_deleted_app_is_named(world):
    person = world.stack.project.person()
    person.open("https://admin.google.com/ac/apps/unified")
    person.follow("Twilio Flex")
    person.follow("Delete app")
    person.press("DELETE")

    assert "(the app was deleted)" in world.stack.drift()
