"""roles.csv with columns beyond roles: found by either name, split only where many are allowed."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from typing import Any

import pytest

from models.attribute_mapping import lint
from models.attributes import checked, claim_of, mapping_with_attributes, with_defaults
from models.custom_schema import FieldType, SchemaField
from models.errors import TenantConfigError
from models.roles import RoleAssignment, union
from models.roles_csv import parse_roles_csv, write_rows
from models.stack import read_stack

FIELDS = {
    "team_id": SchemaField(display_name="Team ID"),
    "skills": SchemaField(display_name="Skills", multi_valued=True),
    "seat": SchemaField(display_name="Seat", type=FieldType.INT64),
}
NOW = datetime(2026, 11, 1, tzinfo=UTC)


def test_further_columns_are_fields_of_the_schema_by_name_or_display_name():
    text = "email,roles,Team ID,skills\na@b.example,agent,12,first line; billing\n"

    people, problems = parse_roles_csv(text, FIELDS)

    assert [] == problems
    expected = {"team_id": "12", "skills": ["first line", "billing"]}
    assert expected == people["a@b.example"].attributes


def test_an_empty_cell_says_nothing():
    people, _ = parse_roles_csv("email,roles,team_id,skills\na@b.example,agent,,\n", FIELDS)

    assert {} == people["a@b.example"].attributes


def test_the_same_field_twice_is_a_mistake():
    _, problems = parse_roles_csv("email,roles,team_id,Team ID\n", FIELDS)

    assert ["column 'team_id' comes twice"] == [problem.what for problem in problems]


@pytest.mark.parametrize(
    ("kind", "given", "kept"),
    [
        (FieldType.INT64, "007", "7"),
        (FieldType.BOOL, "TRUE", "true"),
        (FieldType.DATE, "2026-3", None),
        (FieldType.DATE, "2026", "2026-01-01"),
        (FieldType.DOUBLE, "2.50", "2.5"),
        (FieldType.DOUBLE, "nan", None),
        (FieldType.BOOL, "yes", None),
        (FieldType.INT64, "1.5", None),
        (FieldType.EMAIL, "boss", None),
        (FieldType.STRING, "x" * 501, None),
    ],
)
def test_a_value_is_brought_into_googles_form_or_refused(kind, given, kept):
    values, problems = checked({"f": given}, {"f": SchemaField(display_name="F", type=kind)})

    assert (kept is None) is bool(problems)
    assert kept is None or {"f": kept} == values


def test_many_values_for_one_and_a_field_nobody_declared_are_mistakes():
    _, problems = checked({"team_id": ["1", "2"], "rank": "3", "skills": ["x"] * 151}, FIELDS)

    assert [
        "team_id takes a single value, got 2",
        "'rank' is no field of the custom schema",
        "skills has 151 values, Google keeps at most 150",
    ] == [what for what, _ in problems]


@pytest.mark.parametrize(
    ("name", "field", "claim"),
    [
        ("Team_ID", FIELDS["team_id"], "team_id"),
        ("skills", FIELDS["skills"], "skills.stringarray"),
        ("seat", FIELDS["seat"], "seat.int"),
        ("phone", SchemaField(display_name="Phone", type=FieldType.INT64), "phone"),
    ],
)
def test_a_field_becomes_a_claim_that_flex_can_read(name, field, claim):
    assert claim == claim_of(name, field)


def test_the_mapping_of_further_fields_has_no_mistakes():
    mapping = mapping_with_attributes("Flex Details", with_defaults(FIELDS))

    assert "Flex Details > Skills" == mapping["skills.stringarray"]
    assert [] == lint(mapping)


def test_numbers_of_yaml_are_texts_and_what_is_empty_is_unsaid():
    given = RoleAssignment.model_validate(
        {
            "roles": ["agent"],
            "attributes": {"team_id": 12, "on_call": True, "skills": [], "x": None},
        }
    )

    assert {"team_id": "12", "on_call": "true"} == given.attributes


def test_the_first_source_that_names_an_attribute_wins():
    one = {"a@b.example": RoleAssignment(roles=["agent"], attributes={"team_id": "1"})}
    two = {"a@b.example": RoleAssignment(roles=["admin"], attributes={"team_id": "2", "seat": "3"})}

    assert {"team_id": "1", "seat": "3"} == union(one, two)["a@b.example"].attributes


def test_a_stack_reads_attributes_and_names_the_lines_that_are_wrong(tmp_path):
    config: dict[str, Any] = {
        "name": "Acme Support",
        "google": {
            "customer": "C01sandbx",
            "domain": "acme.example",
            "custom_schema": {"fields": {n: f.model_dump(mode="json") for n, f in FIELDS.items()}},
        },
        "flex": {"account_sid": "AC" + "5a" * 16, "runtime_domain": "acme-falcon-1234"},
        "roles": {"file": "roles.csv", "people": {}},
    }
    (tmp_path / "acme.prod").mkdir()
    csv = tmp_path / "acme.prod" / "roles.csv"
    csv.write_text("email,roles,team_id,seat\na@b.example,agent,12,007\n")

    stack = read_stack("acme.prod", config, tmp_path, NOW)

    assert {"team_id": "12", "seat": "7"} == stack.people["a@b.example"].attributes
    assert {"Roles", "Full_Name", *FIELDS} == set(stack.tenant.google.custom_schema.fields)
    assert "Flex Details > Seat" == stack.tenant.attribute_mapping["seat.int"]

    csv.write_text("email,roles,seat\na@b.example,agent,low\n")
    config["roles"]["people"] = {"c@d.example": {"roles": ["agent"], "attributes": {"rank": "1"}}}
    with pytest.raises(TenantConfigError) as caught:
        read_stack("acme.prod", config, tmp_path, NOW)

    assert [
        ("tenant.roles.file: roles.csv line 2", "seat: expected a whole number, got 'low'"),
        ("tenant.roles.people.c@d.example", "'rank' is no field of the custom schema"),
    ] == [problem[:2] for problem in caught.value.problems]


@pytest.mark.parametrize(
    "name",
    [
        "=cmd|' /C calc'!A0",
        "+1 555 0100",
        "-Ada",
        "@SUM(1)",
        "'=Ada",
        "''@Ada",
        "O'Hara",
        "'Ada'",
        'Ada "the first", Lovelace',
    ],
)
def test_what_a_spreadsheet_would_compute_is_written_as_text_and_read_as_it_was(name):
    head = ["email", "roles", "full_name", "team_id"]
    table = write_rows([head, ["a@b.example", "agent", name, name]])

    written = list(csv.reader(io.StringIO(table)))[-1]
    assert not any(cell.startswith(("=", "+", "-", "@")) for cell in written)
    people, problems = parse_roles_csv(table, FIELDS)
    assert [] == problems
    read = people["a@b.example"]
    assert (name, {"team_id": name}) == (read.full_name, read.attributes)
