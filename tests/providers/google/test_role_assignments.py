"""Roles of many people against the pretend world: partial failure, attributes, modes, previews."""

from __future__ import annotations

import json
import re
import socket
from pathlib import Path
from typing import Any

import pytest

from models.errors import ConflictError, NotFoundError
from providers.failures import PartialState
from providers.google.bulk import BulkResult
from providers.google.custom_schema import CustomSchemaProvider
from providers.google.directory_api import DirectoryApi
from providers.google.groups import people_of_groups
from providers.google.people_checks import incomplete
from providers.google.role_assignments import RoleAssignmentsProvider
from sandbox.google import schemas, users
from tests.providers.vendor import Vendor

CUSTOMER = "C01sandbx"
SCHEMA = {
    "schemaName": "Flex_Details",
    "displayName": "Flex Details",
    "fields": [
        {"fieldName": "Roles", "displayName": "Roles", "fieldType": "STRING", "multiValued": True},
        {"fieldName": "Full_Name", "displayName": "Full Name", "fieldType": "STRING"},
        {"fieldName": "Team_ID", "displayName": "Team ID", "fieldType": "STRING"},
        {"fieldName": "Seat", "displayName": "Seat", "fieldType": "INT64"},
        {
            "fieldName": "Skills",
            "displayName": "Skills",
            "fieldType": "STRING",
            "multiValued": True,
        },
    ],
}
ADA, GRACE, EMMY = "ada@acme.example", "grace@acme.example", "emmy@acme.example"


@pytest.fixture
def vendor(pretend_world):
    schemas.insert(pretend_world, CUSTOMER, SCHEMA)
    return Vendor(pretend_world.base, pretend_world.state_dir)


@pytest.fixture
def provider(configured):
    return configured(RoleAssignmentsProvider)


def news(provider: Any, people: dict[str, Any], **inputs: Any) -> dict[str, Any]:
    given = {
        "customer": CUSTOMER,
        "schema_name": "Flex_Details",
        "roles_field": "Roles",
        "full_name_field": "Full_Name",
        "attribute_fields": {"team_id": "Team_ID", "seat": "Seat", "skills": "Skills"},
        "people": json.dumps(people),
        **inputs,
    }
    checked = provider.check({"people": ""}, given)
    assert [] == checked.failures
    return dict(checked.inputs)


def agent(**attributes: Any) -> dict[str, Any]:
    return {"roles": ["agent"], "attributes": attributes}


def flex(vendor: Vendor, email: str) -> dict[str, Any]:
    return vendor.custom_values(email).get("Flex_Details", {})


def test_attributes_are_written_and_read_as_the_stack_says_them(vendor, provider):
    wanted = news(provider, {ADA: agent(team_id="12", seat="7", skills=["billing", "a b"])})
    made = provider.create(wanted)

    assert "12" == flex(vendor, ADA)["Team_ID"]
    assert ["a b", "billing"] == flex(vendor, ADA)["Skills"]
    assert not provider.diff(made.id, made.outs, wanted).changes
    assert not provider.diff(made.id, provider.read(made.id, made.outs).outs, wanted).changes


def test_an_attribute_that_goes_unsaid_gets_its_old_value_back(vendor, provider):
    vendor.set_values(ADA, {"Flex_Details": {"Team_ID": "HR-1"}})
    made = provider.create(news(provider, {ADA: agent(team_id="12", seat="7")}))
    wanted = news(provider, {ADA: agent(seat="7")})
    outs = provider.update(made.id, made.outs, wanted).outs

    assert "HR-1" == flex(vendor, ADA)["Team_ID"]
    assert "7" == flex(vendor, ADA)["Seat"]
    assert not provider.diff(made.id, outs, wanted).changes
    provider.delete(made.id, outs)
    assert {"Team_ID": "HR-1"} == flex(vendor, ADA)


def test_additive_leaves_attributes_of_others_alone_and_authoritative_clears_them(vendor, provider):
    vendor.set_values(ADA, {"Flex_Details": {"Team_ID": "HR-1"}})
    made = provider.create(news(provider, {ADA: agent()}))
    assert "HR-1" == flex(vendor, ADA)["Team_ID"]

    wanted = news(provider, {ADA: agent()}, mode="authoritative")
    outs = provider.update(made.id, made.outs, wanted).outs
    assert "Team_ID" not in flex(vendor, ADA)
    assert not provider.diff(made.id, outs, wanted).changes


def test_who_was_cleared_stays_cleared_until_the_stack_is_destroyed(vendor, provider):
    vendor.set_values(GRACE, {"Flex_Details": {"Roles": [{"value": "admin"}]}})
    wanted = news(provider, {ADA: agent()}, mode="authoritative")
    made = provider.create(wanted)
    outs = provider.update(made.id, made.outs, wanted).outs
    assert {} == flex(vendor, GRACE)

    wanted = news(provider, {ADA: agent(team_id="1")}, mode="authoritative")
    outs = provider.update(made.id, outs, wanted).outs
    assert {} == flex(vendor, GRACE)

    provider.delete(made.id, outs)
    assert {"Roles": ["admin"]} == flex(vendor, GRACE)
    assert {} == flex(vendor, ADA)


def test_what_succeeded_is_kept_and_the_next_run_does_only_the_rest(
    vendor, provider, pretend_world
):
    people = {ADA: agent(), GRACE: agent(team_id="x" * 501)}
    with pytest.raises(PartialState) as caught:
        provider.create(news(provider, people))

    (reason,) = caught.value.reasons
    assert reason.startswith(f"{GRACE}: Google answered 413")
    outs = caught.value.outs
    assert {"agent": 1} == outs["role_counts"]
    assert ["agent"] == flex(vendor, ADA)["Roles"]

    wanted = news(provider, {**people, GRACE: agent(team_id="2")})
    assert provider.diff("id", outs, wanted).changes
    provider.update("id", outs, wanted)
    assert "2" == flex(vendor, GRACE)["Team_ID"]
    provider.delete("id", provider.update("id", outs, wanted).outs)
    assert {} == flex(vendor, ADA) == flex(vendor, GRACE)


def test_a_schema_of_another_shape_is_refused_before_anything_is_written(vendor, provider):
    with pytest.raises(ConflictError) as caught:
        provider.create(news(provider, {ADA: agent()}, roles_field="Team_ID"))

    assert "field Team_ID holds a single value, not many values" in str(caught.value)
    assert {} == flex(vendor, ADA)


def test_another_address_of_somebody_is_told_from_nobody(vendor, provider, pretend_world):
    user = users.get(pretend_world, CUSTOMER, ADA)
    pointer = {"customer": CUSTOMER, "email": ADA}
    pretend_world.store.put("google_user_id", "a.lovelace@acme.example", pointer)
    del user

    people = {"a.lovelace@acme.example": agent(), "ghost@acme.example": agent()}
    with pytest.raises(NotFoundError) as caught:
        provider.create(news(provider, people))

    assert "2 people are not in the directory: a.lovelace@acme.example, ghost" in str(caught.value)
    assert f"a.lovelace@acme.example is another address of {ADA}" in caught.value.hint


def test_suspended_people_are_named(vendor, provider, capfd):
    provider.create(news(provider, {EMMY: agent()}))

    assert f"1 listed people are suspended at Google: {EMMY}" in capfd.readouterr().err


def test_a_schema_that_google_does_not_know_everywhere_yet_is_waited_for(
    pretend_world, provider, configured
):
    fields = {
        "Roles": {"display_name": "Roles", "multi_valued": True},
        "Full_Name": {"display_name": "Full Name"},
    }
    given = {"customer": CUSTOMER, "schema_name": "Flex_Details", "display_name": "Flex Details"}
    schema = configured(CustomSchemaProvider)
    schema.create(schema.check({}, {**given, "fields": fields}).inputs)
    pretend_world.options.propagation_delay = 2

    made = provider.create(news(provider, {ADA: agent()}, attribute_fields=None))

    assert {"agent": 1} == made.outs["role_counts"]


def test_a_state_from_before_attributes_is_still_understood(vendor, provider):
    wanted = news(provider, {ADA: {"roles": ["agent"]}}, attribute_fields=None)
    vendor.set_values(ADA, {"Flex_Details": {"Roles": [{"value": "agent"}]}})
    olds = {
        **wanted,
        "before": json.dumps({ADA: {"Roles": ["trainee"], "Full_Name": None}}),
        "strays": [],
        "stray_count": 0,
        "role_counts": {"agent": 1},
    }

    assert not provider.diff("id", olds, wanted).changes
    provider.delete("id", olds)
    assert {"Roles": ["trainee"]} == flex(vendor, ADA)


def test_a_preview_of_thousands_is_counts_fifty_names_and_a_file(provider, capfd, tmp_path):
    people = {f"p{number:05d}@acme.example": {"roles": ["agent"]} for number in range(20_000)}
    changed = {
        email: {"roles": ["agent", "supervisor"]} if number < 300 else entry
        for number, (email, entry) in enumerate(people.items())
    }
    olds, wanted = news(provider, people), news(provider, changed)
    capfd.readouterr()

    assert provider.diff("id", olds, wanted).changes

    lines = capfd.readouterr().err.splitlines()
    assert len(lines) == 3 + 50 + 1
    assert "20,000 people listed: 0 come, 0 leave, 300 change, 19,700 keep" in lines[0]
    assert "roles: agent 20,000, supervisor 0 → 300" == lines[1]
    assert "300 who come or change: without a wfo. role" in lines[2]
    assert "  ~ p00000@acme.example: roles agent → agent, supervisor" == lines[3]
    (path,) = re.findall(r"and 250 more, all of them in (\S+)", lines[-1])
    whole = Path(path).read_text(encoding="utf-8").splitlines()
    assert 3 + 20_000 == len(whole)
    assert "~ p00299@acme.example: roles agent → agent, supervisor" in whole


def test_the_first_preview_names_people_and_nothing_is_said_when_nothing_changes(provider, capfd):
    given = news(provider, {ADA: {"roles": ["agent"]}})
    capfd.readouterr()
    provider.check({}, given)
    assert f"  + {ADA}: agent" in capfd.readouterr().err

    provider.diff("id", given, given)
    assert "" == capfd.readouterr().err


def test_authoritative_mode_names_who_will_be_cleared_though_the_stack_is_unchanged(
    vendor, provider, capfd
):
    wanted = news(provider, {ADA: agent()}, mode="authoritative")
    made = provider.create(wanted)
    vendor.set_values(GRACE, {"Flex_Details": {"Roles": [{"value": "admin"}]}})
    seen = provider.read(made.id, made.outs)
    capfd.readouterr()

    assert provider.diff(made.id, seen.outs, wanted).changes

    said = capfd.readouterr().err
    assert f"  - {GRACE}: is not listed" in said
    assert "1 people who are not listed have values and lose them" in said


def test_sixty_strays_of_a_first_up_are_named_by_a_preview_before_anybody_is_cleared(
    vendor, provider, pretend_world, capfd
):
    emails = [f"old{number:02d}@acme.example" for number in range(60)]
    for email in emails:
        user = {"primaryEmail": email, "name": {"givenName": "O", "familyName": "L"}}
        user["customSchemas"] = {"Flex_Details": {"Roles": [{"value": "agent"}]}}
        users.insert(pretend_world, CUSTOMER, user)
    wanted = news(provider, {ADA: agent()}, mode="authoritative")

    made = provider.create(wanted)
    assert [["agent"]] * 60 == [flex(vendor, email)["Roles"] for email in emails]
    said = capfd.readouterr().err
    assert "60 people who are not listed have values, and keep them in this run" in said

    assert provider.diff(made.id, made.outs, wanted).changes
    lines = capfd.readouterr().err.splitlines()
    assert [f"  - {email}: is not listed" for email in emails[:50]] == lines[-51:-1]
    (path,) = re.findall(r"and 10 more, all of them in (\S+)", lines[-1])
    whole = Path(path).read_text(encoding="utf-8").splitlines()
    assert [f"- {email}: is not listed" for email in emails] == whole[-61:-1]

    outs = provider.update(made.id, made.outs, wanted).outs
    assert [{}] * 60 == [flex(vendor, email) for email in emails]
    assert ([], 0, []) == (outs["strays"], outs["stray_count"], outs["to_clear"])
    assert not provider.diff(made.id, outs, wanted).changes


def test_who_got_values_after_the_preview_is_not_cleared_unnamed(vendor, provider):
    wanted = news(provider, {ADA: agent()}, mode="authoritative")
    made = provider.create(wanted)
    vendor.set_values(GRACE, {"Flex_Details": {"Roles": [{"value": "admin"}]}})

    outs = provider.update(made.id, made.outs, wanted).outs

    assert ["admin"] == flex(vendor, GRACE)["Roles"]
    assert [GRACE] == outs["to_clear"]


def test_more_than_fifty_missing_people_are_fifty_names_and_a_file(vendor, provider):
    people = {f"ghost{number:02d}@acme.example": agent() for number in range(60)}

    with pytest.raises(NotFoundError) as caught:
        provider.create(news(provider, people))

    (path,) = re.findall(
        r"ghost49@acme\.example and 10 more, all of them in (\S+)\.", str(caught.value)
    )
    assert list(people) == Path(path).read_text(encoding="utf-8").splitlines()


class Tenant:
    """The part of a tenant that groups need."""

    class google:  # noqa: N801  as in the tenant
        customer = CUSTOMER

    class roles:  # noqa: N801
        groups = {"flex-agents@acme.example": ["agent"], "night@acme.example": ["supervisor"]}  # noqa: RUF012


def test_groups_say_who_gets_no_roles_and_why(settings, pretend_world):
    said: list[str] = []

    people = people_of_groups(settings, Tenant, said.append)  # type: ignore[arg-type]

    assert ["agent", "supervisor"] == people[ADA].roles
    assert ["agent"] == people["marie@acme.example"].roles
    assert EMMY not in people
    flat = "\n".join(said)
    assert f"flex-agents@acme.example: no roles for 1 members who are suspended: {EMMY}" in flat
    assert "who are outside the account: temp@elsewhere.example" in flat


def test_groups_that_are_not_there_are_named_together(settings, pretend_world, monkeypatch):
    monkeypatch.setattr(Tenant.roles, "groups", {"b@acme.example": ["agent"], "a@acme.example": []})

    with pytest.raises(NotFoundError, match=r"no group b@acme\.example, a@acme\.example"):
        people_of_groups(settings, Tenant)  # type: ignore[arg-type]


def test_thousands_of_failures_are_fifty_lines_and_a_file():
    failed = {f"p{number:04d}": NotFoundError("gone") for number in range(2000)}

    error = incomplete(BulkResult(done={}, failed=dict(failed)))

    assert 51 == len(error.reasons)
    (path,) = re.findall(r"and 1,950 more, all of them in (\S+)", error.reasons[-1])
    assert 2000 == len(Path(path).read_text(encoding="utf-8").splitlines())


def test_a_connection_that_was_closed_while_we_waited_is_made_anew(settings, vendor, pretend_world):
    api = DirectoryApi(settings, CUSTOMER, writes=True)
    change = {ADA: {"Roles": ["agent"]}}
    assert ["agent"] == api.update_people("Flex_Details", change)[ADA]["Roles"]

    (connection,) = api._of_thread.http.http.connections.values()
    connection.sock.shutdown(socket.SHUT_RDWR)

    assert ["agent"] == api.update_people("Flex_Details", change)[ADA]["Roles"]
