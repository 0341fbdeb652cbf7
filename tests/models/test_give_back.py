"""What people had before us: given back when the stack no longer speaks of it, and not before."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from models.give_back import given_back, merged, remembered
from models.roles import Mode

ADA, GRACE = "ada@a.example", "grace@a.example"
ADDITIVE, AUTHORITATIVE = Mode.ADDITIVE, Mode.AUTHORITATIVE


def test_who_leaves_gets_back_what_was_there_or_nothing():
    was = {ADA: {"Roles": ["x"], "Full_Name": None}}
    live = {ADA: {"Roles": ["agent"], "Full_Name": "Ada"}}

    assert {ADA: {"Roles": ["x"], "Full_Name": None}} == given_back(was, {}, live, ADDITIVE)


def test_an_attribute_that_is_no_longer_said_is_given_back_alone():
    was = {ADA: {"Roles": None, "Team": "7"}}
    live = {ADA: {"Roles": ["agent"], "Team": "12"}}
    values = {ADA: {"Roles": ["agent"]}}

    assert {ADA: {"Team": "7"}} == given_back(was, values, live, ADDITIVE)


def test_what_is_back_already_is_not_written_again_and_the_deleted_are_left_out():
    was = {ADA: {"Roles": ["x"]}, GRACE: {"Roles": ["x"]}}

    assert {} == given_back(was, {}, {ADA: {"Roles": ["x"]}}, ADDITIVE)


def test_authoritative_mode_gives_nothing_back_to_people_who_are_not_listed():
    was, live = {ADA: {"Roles": ["x"]}}, {ADA: {}}

    assert {} == given_back(was, {}, live, AUTHORITATIVE)
    assert was == remembered(was, was, {}, set(), AUTHORITATIVE)


def test_what_was_given_back_is_forgotten_and_what_failed_is_not():
    was = {ADA: {"Roles": None}, GRACE: {"Roles": ["x"]}}

    assert {GRACE: {"Roles": ["x"]}} == remembered(was, {}, {}, {GRACE}, ADDITIVE)


def test_a_failed_give_back_of_somebody_adopted_is_kept_although_there_was_nothing():
    assert {ADA: {"Roles": None}} == remembered({ADA: {"Roles": None}}, {}, {}, {ADA}, ADDITIVE)


def test_who_stays_listed_is_remembered_by_field():
    before = {ADA: {"Roles": None, "Team": "7"}}

    kept = remembered(before, before, {ADA: {"Roles": ["agent"]}}, set(), ADDITIVE)

    assert {ADA: {"Roles": None}} == kept


VALUES = st.dictionaries(
    st.sampled_from(["Roles", "Full_Name", "Team"]), st.sampled_from([None, "1", "2"])
)
PEOPLE = st.dictionaries(st.sampled_from([ADA, GRACE, "x@a.example"]), VALUES)


@given(was=PEOPLE, values=PEOPLE, live=PEOPLE, mode=st.sampled_from(Mode))
def test_giving_back_converges_and_never_touches_what_the_stack_speaks_of(was, values, live, mode):
    changes = given_back(was, values, live, mode)
    after = {email: {**fields, **changes.get(email, {})} for email, fields in live.items()}

    assert {} == given_back(was, values, after, mode)
    for email, change in changes.items():
        assert not change.keys() & values.get(email, {}).keys()
        assert change.keys() <= was[email].keys()


@given(one=PEOPLE, two=PEOPLE)
def test_the_first_source_wins_by_field(one, two):
    both = merged(one, two)

    for email in both:
        assert both[email] == {**two.get(email, {}), **one.get(email, {})}
