"""What was set up by hand, in the words of a stack; and what can't be told."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest

from models.adoption import (
    AppFound,
    FlexFound,
    Gap,
    SchemaFound,
    find_app,
    find_people,
    find_schema,
)
from models.app_history import CHANGE_ENTITY_ID, CREATE, DELETE, ENTITY_ID, NAME
from models.custom_schema import merge_fields
from models.flex import Generation
from models.roles_csv import parse_roles_csv
from models.tenant import SchemaSettings

JQ = "JQ" + "ab" * 16
US = f"urn:flex:{JQ}"


def field(name: str, display: str = "", *, many: bool = False, **more: Any) -> dict[str, Any]:
    return {
        "fieldName": name,
        "displayName": display or name,
        "fieldType": "STRING",
        "multiValued": many,
        "readAccessType": "ADMINS_AND_SELF",
        "fieldId": "x==",
        **more,
    }


def schema(name: str, display: str, *fields: dict[str, Any]) -> dict[str, Any]:
    return {"schemaName": name, "displayName": display, "fields": list(fields), "schemaId": "y=="}


USUAL = schema(
    "Flex_Details", "Flex Details", field("Roles", many=True), field("Full_Name", "Full Name")
)
HR = schema("HR", "HR", field("Badge"))
ODD = schema(
    "Contact_Center",
    "Contact Centre",
    field("team_id"),
    field("FlexRoles", "Flex roles", many=True, readAccessType="ALL_DOMAIN_USERS"),
    field("FlexName", "Flex name", indexed=False),
)


def found(*schemas: dict[str, Any], called: str = "") -> SchemaFound:
    one = find_schema(list(schemas), called)
    assert isinstance(one, SchemaFound), one
    return one


@pytest.mark.parametrize("live", [USUAL, ODD])
def test_a_schema_that_is_adopted_is_not_written(live):
    """What the stack's file will say, laid over what is there, changes nothing."""
    one = found(live, HR)

    settings = SchemaSettings.model_validate(one.section())
    merge = merge_fields(live["fields"], settings.fields, {})

    assert not merge.changed
    assert [] == merge.conflicts
    assert not one.would_change(live["fields"])
    assert settings.display_name == live["displayName"]
    assert settings.name == live["schemaName"]


def test_only_what_is_not_usual_stands_in_the_file():
    assert {"display_name": "Flex Details"} == found(USUAL).section()
    assert found(USUAL).mapping() is None

    mapping = found(ODD).mapping()
    assert mapping is not None
    assert "Contact Centre > Flex roles" == mapping["roles"]
    assert ["team_id"] == found(ODD).others


def test_a_schema_is_found_by_either_name():
    assert "Contact_Center" == found(HR, ODD).name, "the only one with roles"
    assert "Contact_Center" == found(USUAL, ODD, called="contact centre").name
    assert "Contact_Center" == found(USUAL, ODD, called="Contact_Center").name
    assert "Flex_Details" == found(USUAL, ODD).name, "the usual name decides between two"


@pytest.mark.parametrize(
    ("schemas", "called", "why"),
    [
        ([], "", "none has a field of roles; Google has none"),
        ([HR], "", "none has a field of roles; Google has HR"),
        ([HR], "Flex", "there is none called Flex; Google has HR"),
        ([ODD, ODD | {"schemaName": "B", "displayName": "B"}], "", "several have a field of roles"),
        ([HR], "HR", "HR has no field of roles"),
        ([schema("S", "S", field("Roles"))], "", "field Roles of S holds a single value"),
    ],
)
def test_a_schema_that_will_not_do(schemas, called, why):
    gap = find_schema(schemas, called)

    assert isinstance(gap, Gap)
    assert why in gap.why
    assert "--schema NAME" == gap.way


def test_a_missing_name_field_would_be_added_and_is_said():
    bare = schema("S", "S", field("Roles", many=True))

    assert found(bare).would_change(bare["fields"])
    assert found(bare).full_name is None


class Person(NamedTuple):
    email: str
    full_name: str
    values: dict[str, Any]


PEOPLE = [
    Person("b@acme.example", "Bo", {"Roles": ["supervisor", "agent"], "Full_Name": "Bo, the 1st"}),
    Person("a@acme.example", "Al", {"Roles": ["agent"], "Full_Name": "Al"}),
    Person("f@acme.example", "F", {"Roles": ["agent"], "Full_Name": '=HYPERLINK("http://x")'}),
    Person("n@other.example", "Nam", {"Roles": ["agent"]}),
    Person("w@acme.example", "Wu", {"Roles": ["administrator"], "Full_Name": "Wu"}),
    Person(f"{'x' * 60}@acme.example", "X", {"Roles": ["agent"]}),
    Person("none@acme.example", "No", {"Full_Name": "No"}),
]


def test_people_with_roles_become_a_table_that_is_read_back():
    people = find_people(PEOPLE, found(USUAL))
    rows, problems = parse_roles_csv(people.table)

    assert [] == problems
    expected = ["a@acme.example", "b@acme.example", "f@acme.example", "n@other.example"]
    assert expected == [*rows]
    assert ["agent", "supervisor"] == rows["b@acme.example"].roles
    assert "Bo, the 1st" == rows["b@acme.example"].full_name
    assert rows["a@acme.example"].full_name is None, "it is the directory's own"
    assert "\"'=HYPERLINK" in people.table
    assert '=HYPERLINK("http://x")' == rows["f@acme.example"].full_name
    assert set(rows) == people.emails
    assert "acme.example" == people.domain


def test_whom_flex_would_refuse_is_left_out_and_named():
    people = find_people(PEOPLE, found(USUAL))

    assert 2 == len(people.left_out)
    assert "w@acme.example: Flex has no role 'administrator' (write admin)" == people.left_out[0]
    assert "at most 64" in people.left_out[1]
    assert ["n@other.example"] == people.nameless


class Event(NamedTuple):
    name: str
    time: str
    actor: str
    parameters: dict[str, str]


def event(name: str, app: str, entity_id: str, **more: str) -> Event:
    day = f"2026-10-{len(app):02d}T00:00:00Z"
    return Event(name, day, "root@acme.example", {NAME: app, ENTITY_ID: entity_id, **more})


MINE = event(CREATE, "Flex", US)
OTHER = event(CREATE, "Wiki", "urn:wiki")


@pytest.mark.parametrize(
    ("events", "logins", "name"),
    [
        ([OTHER, MINE], [], "Flex"),
        ([MINE, event(CREATE, "Flex", "urn:flex:JQother")], ["Wiki"], "Flex"),
        (
            [
                event(CREATE, "Old", "urn:x"),
                event(CHANGE_ENTITY_ID, "Old", "urn:x", OLD_VALUE="urn:x", NEW_VALUE=US),
            ],
            [],
            "Old",
        ),
        ([], ["Desk", "Desk"], "Desk"),
        ([OTHER], ["Desk", ""], "Desk"),
    ],
)
def test_the_app_that_calls_flex_by_its_name_is_ours(events, logins, name):
    app = find_app(events, logins, US)

    assert isinstance(app, AppFound), app
    assert name == app.name


@pytest.mark.parametrize(
    ("events", "logins", "why"),
    [
        ([OTHER], [], "no app with the entity id"),
        ([MINE, event(DELETE, "Flex", US)], [], "no app with the entity id"),
        ([], ["Desk", "Wiki"], "people signed in to Desk, Wiki"),
    ],
)
def test_an_app_that_can_not_be_told(events, logins, why):
    gap = find_app(events, logins, US)

    assert isinstance(gap, Gap)
    assert why in gap.why
    assert "--app NAME" == gap.way


def flex(**changes: Any) -> FlexFound:
    given = {
        "account_sid": "AC" + "0" * 32,
        "runtime_domain": "acme-falcon-1234",
        "generation": "enhanced",
        "connection": JQ,
        "sso_url": "https://accounts.google.com/o/saml2/idp?idpid=C0123abcd",
        "sp_entity_id": US,
        "acs_url": f"https://login.flex.us1.twilio.com/login/callback?connection={JQ}",
    }
    return FlexFound.model_validate(given | changes)


def test_flex_in_the_words_of_a_stack():
    assert {
        "account_sid": "AC" + "0" * 32,
        "runtime_domain": "acme-falcon-1234",
        "connection": JQ,
        "login_popup": True,
    } == flex(login_popup=True).section()
    assert "legacy" == flex(generation=Generation.LEGACY, connection=None).section()["generation"]
    assert "C0123abcd" == flex().idpid
    assert flex(sso_url="https://accounts.google.com/o/saml2/idp?idpid=x").idpid is None


def test_addresses_of_an_older_age_are_said():
    old = "https://preview.twilio.com/iam/Accounts/AC/saml2"
    unlike = flex(
        generation=Generation.LEGACY, connection=None, acs_url=old, sp_entity_id=old
    ).unlike()

    assert [] == flex().unlike()
    assert 2 == len(unlike)
    assert old in unlike[0]
