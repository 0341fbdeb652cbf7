"""Previews: counts first, then people, in words."""

from __future__ import annotations

from models.role_preview import describe
from models.roles import Mode

INSIGHTS = (
    "without a wfo. role, Flex Insights gives wfo.full_access (name the role that is meant, for"
    " example wfo.team_leader)"
)
BEFORE = {
    "ada@a.example": {"roles": ["agent"]},
    "grace@a.example": {"roles": ["agent"], "attributes": {"team_id": "12"}},
    "linus@a.example": {"roles": ["supervisor"], "full_name": "Linus P."},
}
AFTER = {
    "ada@a.example": {"roles": ["agent"]},
    "grace@a.example": {"roles": ["agent", "supervisor"], "attributes": {"team_id": "13"}},
    "marie@a.example": {"roles": ["agent"], "attributes": {"skills": ["b", "a"]}},
}


def test_people_are_told_apart_by_what_happens_to_them():
    seen = describe(BEFORE, AFTER, Mode.ADDITIVE, 3)

    assert [
        "3 people listed: 1 come, 1 leave, 1 change, 1 keep what they have",
        "agent 2 → 3, supervisor 1",
        "3 people who are not listed have values and keep them (mode additive)",
        f"note: 1 who come or change: {INSIGHTS}",
    ] == seen.counts
    assert [
        "+ marie@a.example: agent; skills b, a",
        "~ grace@a.example: roles agent → agent, supervisor; team_id 12 → 13",
        "- linus@a.example: was supervisor; full_name Linus P.",
    ] == seen.changes
    assert ["= ada@a.example"] == seen.kept


def test_the_same_values_in_another_order_are_no_change():
    one = {"a@a.example": {"roles": ["b", "a"], "attributes": {}}}
    other = {"a@a.example": {"roles": ["a", "b"]}}

    assert [] == describe(one, other, Mode.ADDITIVE).changes
    assert ["= a@a.example"] == describe(one, other, Mode.ADDITIVE).kept


def test_authoritative_mode_says_who_loses():
    seen = describe({}, {}, Mode.AUTHORITATIVE, 1)

    assert "1 people who are not listed have values and lose them" in seen.counts


def test_a_name_that_is_not_given_is_the_directorys():
    named, unnamed = {"roles": ["agent"], "full_name": "L. P."}, {"roles": ["agent"]}

    taken_away = describe({"l@a.example": named}, {"l@a.example": unnamed}, Mode.ADDITIVE)

    assert ["~ l@a.example: full_name L. P. → the directory's"] == taken_away.changes


def test_what_bites_is_noted_of_those_who_come_or_change_and_of_nobody_else():
    before = {"ada@a.example": {"roles": ["admin"], "attributes": {"skills": ["pre-sales"]}}}
    after = before | {
        "grace@a.example": {"roles": ["supervisor"]},
        "marie@a.example": {"roles": ["agent"], "attributes": {"skills": ["a", "pre-sales"]}},
        "linus@a.example": {"roles": ["supervisor", "wfo.team_leader"]},
    }

    counts = describe(before, after, Mode.ADDITIVE).counts

    notes = [line for line in counts if line.startswith("note: ")]
    assert [
        "note: 1 who come or change: skills has a hyphen in it, which Twilio says may cause a"
        " parsing error (write the value without, for example with _)",
        f"note: 1 who come or change: {INSIGHTS}",
    ] == notes
    assert [] == [x for x in describe(after, after, Mode.ADDITIVE).counts if "note: " in x]
