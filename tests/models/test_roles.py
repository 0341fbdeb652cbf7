"""Roles: the CSV, the union of sources, and the plan between wanted and live."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.roles import (
    Mode,
    RoleAssignment,
    plan_changes,
    role_counts,
    same_value,
    union,
)
from models.roles_csv import CsvRow, parse_roles_csv
from models.value_fields import ValueFields

EMAILS = st.sampled_from(["ada@a.example", "grace@a.example", "linus@a.example", "x@a.example"])
VALUES = st.fixed_dictionaries(
    {},
    optional={
        "Roles": st.lists(st.sampled_from(["agent", "supervisor", "admin"]), max_size=3),
        "Full_Name": st.sampled_from(["Ada", "Grace", ""]),
    },
)
PEOPLE = st.dictionaries(EMAILS, VALUES)


def test_csv_reads_roles_in_all_usual_spellings():
    text = 'email,roles,full_name\nAda@a.example,agent;admin,\nb@a.example,"agent, admin",Bea\n'

    people, problems = parse_roles_csv(text)

    assert [] == problems
    assert {
        "ada@a.example": CsvRow(2, ["agent", "admin"]),
        "b@a.example": CsvRow(3, ["agent", "admin"], "Bea"),
    } == people


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("mail,roles\n", 1, "column 'email' is missing"),
        ("email,roles,rank\n", 1, "unknown column 'rank'"),
        ("email,roles\na@b.c,agent,admin,x\n", 2, "too many columns"),
        ("email,roles\na@b.c,agent\nA@B.C,admin\n", 3, "a@b.c is listed twice (first on line 2)"),
        ('email,roles\n"a@b.c,agent\n', 2, "not readable as CSV: unexpected end of data"),
    ],
)
def test_csv_names_the_line_that_is_wrong(text, line, what):
    _, problems = parse_roles_csv(text)

    assert (line, what) in [(problem.line, problem.what) for problem in problems]


def test_csv_with_a_byte_order_mark_is_read():
    people, problems = parse_roles_csv("\ufeffemail,roles\na@b.example,agent\n")

    assert [] == problems
    assert ["a@b.example"] == list(people)


def test_union_joins_roles_and_keeps_the_first_name():
    merged = union(
        {"ada@a.example": RoleAssignment(roles=["agent"])},
        {"ada@a.example": RoleAssignment(roles=["admin", "agent"], full_name="Ada L.")},
    )

    assert ["admin", "agent"] == merged["ada@a.example"].roles
    assert "Ada L." == merged["ada@a.example"].full_name
    assert {"admin": 1, "agent": 1} == role_counts(merged)


def test_additive_leaves_strays_alone_and_authoritative_clears_those_that_are_known():
    live = {"stray@a.example": {"Roles": ["agent"]}}

    additive = plan_changes({}, live, Mode.ADDITIVE)
    unnamed = plan_changes({}, live, Mode.AUTHORITATIVE)
    authoritative = plan_changes({}, live, Mode.AUTHORITATIVE, ["stray@a.example"])

    assert ["stray@a.example"] == additive.strays
    assert {} == additive.changes
    assert (["stray@a.example"], {}) == (unnamed.strays, unnamed.changes)
    assert {"stray@a.example": {"Roles": None}} == authoritative.changes


def test_people_who_are_not_in_the_directory_are_named():
    plan = plan_changes({"ghost@a.example": {"Roles": ["agent"]}}, {}, Mode.ADDITIVE)

    assert ["ghost@a.example"] == plan.missing
    assert {} == plan.changes


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (["a", "b"], ["b", "a"], True),
        (["a", "a"], ["a"], True),
        ([], None, True),
        ("", None, True),
        ("a", "A", False),
        (["a"], ["a", "b"], False),
        ("3", 3, True),
    ],
)
def test_values_are_compared_as_google_keeps_them(one, other, same):
    assert same is same_value(one, other)


@given(wanted=PEOPLE, live=PEOPLE, mode=st.sampled_from(Mode))
def test_applying_a_plan_converges(wanted, live, mode):
    plan = plan_changes(wanted, live, mode, live)
    after = {email: {**values, **plan.changes.get(email, {})} for email, values in live.items()}

    again = plan_changes(
        wanted, {e: {k: v for k, v in x.items() if v} for e, x in after.items()}, mode, live
    )

    assert {} == again.changes


@given(people=PEOPLE, mode=st.sampled_from(Mode))
def test_no_difference_is_no_plan(people, mode):
    assert {} == plan_changes(people, people, mode, people).changes


def test_a_name_that_is_the_directorys_goes_unsaid():
    fields = ValueFields(roles="Roles", full_name="Full_Name")
    live = {"Roles": ["b", "a"], "Full_Name": "Ada Lovelace"}

    assert {"roles": ["a", "b"]} == fields.seen(live, "Ada Lovelace", None)
    assert {"roles": ["a", "b"], "full_name": "Ada Lovelace"} == fields.seen(live, "Ada King", None)
