"""What Flex would say to a person, before anybody signs in."""

from __future__ import annotations

import pytest

from models.attribute_mapping import AttributeMapping
from models.claim_rules import split_list
from models.prediction import DirectoryPerson, SchemaNames, claims_of, predict, unread

MAPPING = AttributeMapping.default("Flex Details")
SCHEMA = SchemaNames(
    display_name="Flex Details", fields={"Roles": "Roles", "Full Name": "Name_Of_Old"}
)
ADA = {"Roles": ["agent"], "Name_Of_Old": "Ada"}


def claims(email: str = "ada@acme.example", **values: object):
    person = DirectoryPerson(email=email, values=ADA | values)
    return claims_of(person, MAPPING, SCHEMA)


def problems(email: str = "ada@acme.example", **values: object) -> list[str]:
    return [one.what for one in predict(claims(email, **values), MAPPING, email).broken]


def test_the_claims_come_from_the_adopted_schemas_own_fields():
    expected = {"email": ["ada@acme.example"], "full_name": ["Ada"], "roles": ["agent"]}

    assert expected == claims()
    assert [] == problems()


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"Roles": []}, "Flex Details > Roles is empty"),
        ({"Roles": None}, "Flex Details > Roles is empty"),
        ({"Name_Of_Old": ""}, "Flex Details > Full Name is empty"),
        ({"Roles": ["administrator"]}, "no role 'administrator'"),
        ({"Roles": ["wfo.full_access"]}, "no base role"),
        ({"Roles": ["agent", "wfo.team_leader"]}, "does nothing for an agent"),
    ],
)
def test_who_would_be_refused(values, says):
    found = problems(**values)

    assert 1 == len(found)
    assert says in found[0]


def test_the_roles_in_one_value_with_commas():
    assert ["agent", "supervisor"] == split_list(["agent, supervisor", ""])
    assert [] == problems(Roles=["agent,supervisor"])


def test_a_workers_name_is_short():
    email = "a" * 60 + "@acme.example"

    assert "at most 64" in problems(email)[0]


def test_a_claim_that_is_not_mapped_is_missing_and_one_from_elsewhere_is_not_guessed():
    rows = {"email": MAPPING["email"], "roles": "Employee Details > Title"}
    mapping = AttributeMapping(rows)
    sent = claims_of(DirectoryPerson(email="ada@acme.example", values=ADA), mapping, SCHEMA)

    assert {"email": ["ada@acme.example"]} == sent
    found = [one.what for one in predict(sent, mapping, "ada@acme.example").broken]
    assert ["the claim full_name is not mapped (error 45050)"] == found
    assert ["roles"] == unread(mapping, SCHEMA)
