"""Attribute mapping: Flex's exact names, types, teams; Google's words for the sources."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.attribute_mapping import (
    INSIGHTS,
    TYPES,
    AttributeMapping,
    DirectoryAttribute,
    lint,
    warn,
    warn_removed,
)
from models.custom_schema import default_fields

DEFAULT = AttributeMapping.default("Flex Details")
FIELD = "Flex Details > X"


def default_and(claim: str, source: str = FIELD) -> AttributeMapping:
    return AttributeMapping({**DEFAULT, claim: source})


def without(*claims: str, **more: str) -> AttributeMapping:
    return AttributeMapping({k: v for k, v in DEFAULT.items() if k not in claims} | more)


def test_the_default_mapping_is_sound_and_in_the_wizards_words():
    assert [
        ("email", "Basic Information > Primary email"),
        ("full_name", "Flex Details > Full Name"),
        ("roles", "Flex Details > Roles"),
    ] == list(DEFAULT.items())
    assert [] == lint(DEFAULT)
    assert [] == warn(DEFAULT)


def test_the_default_mapping_uses_the_default_schemas_fields():
    display_names = {field.display_name for field in default_fields().values()}

    assert display_names == {
        DirectoryAttribute.parse(DEFAULT[claim]).attribute for claim in ("full_name", "roles")
    }


@pytest.mark.parametrize("claim", ["email", "full_name", "roles"])
def test_a_missing_claim_is_named(claim):
    problems = lint(without(claim))

    assert [claim] == [name for name, _, _ in problems]
    assert "45050" in problems[0][1]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Email", "email"),
        ("EMAIL", "email"),
        ("e-mail", "email"),
        ("mail", "email"),
        ("email_address", "email"),
        ("Full Name", "full_name"),
        ("full name", "full_name"),
        ("Full_Name", "full_name"),
        ("fullname", "full_name"),
        ("FullName", "full_name"),
        ("displayName", "full_name"),
        ("Roles", "roles"),
        ("role", "roles"),
        ("flex_role", "roles"),
        ("flex_roles", "roles"),
        ("Flex Roles", "roles"),
        ("roles.stringarray", "roles"),
        ("email.string", "email"),
    ],
)
def test_a_typo_is_told_the_right_word_once(written, meant):
    problems = lint(without(meant, **{written: FIELD}))

    assert [(written, f"Flex knows no '{written}'", f"write {meant}")] == problems


@pytest.mark.parametrize("claim", ["role", "mail", "display_name", "title", "skills"])
def test_other_words_beside_the_right_one_are_attributes_of_their_own(claim):
    assert [] == lint(default_and(claim))


@pytest.mark.parametrize("claim", ["Roles", "full name", "E-Mail"])
def test_another_spelling_beside_the_right_one_is_still_a_mistake(claim):
    assert [claim] == [name for name, _, _ in lint(default_and(claim))]


@pytest.mark.parametrize("claim", sorted(INSIGHTS))
def test_insights_attributes_are_known(claim):
    assert [] == lint(default_and(claim))
    assert [] == lint(default_and(f"{claim}.string"))
    assert f"write {claim}" == lint(default_and(claim.title()))[0][2]


@pytest.mark.parametrize("type_", TYPES)
def test_types_are_lower_case(type_):
    assert [] == lint(default_and(f"skills.{type_}"))
    for wrong in (type_.upper(), type_.title()):
        [(_, what, hint)] = lint(default_and(f"skills.{wrong}"))
        assert f"Flex knows no type '{wrong}'" == what
        assert f"write skills.{type_}" == hint


@pytest.mark.parametrize("claim", ["skills.array", "skills.", ".string", "a.b", "skills.integer"])
def test_other_types_are_refused(claim):
    assert [claim] == [name for name, _, _ in lint(default_and(claim))]


@pytest.mark.parametrize(
    ("claim", "sound"),
    [
        ("channel.voice.availability", True),
        ("channel.chat.capacity", True),
        ("channel.video.Capacity", False),
        ("Channel.voice.availability", False),
        ("channel.voice", False),
        ("channel.voice.limit", False),
        ("channel..capacity", False),
        ("contact_uri", True),
        ("image_url", True),
        ("Image_URL", False),
        ("image_url.string", False),
        ("team_member", True),
        ("team_owner", True),
        ("team_owner.stringarray", False),
        ("Team_Member", False),
    ],
)
def test_special_attributes(claim, sound):
    assert sound is (lint(default_and(claim)) == [])


@pytest.mark.parametrize("claim", ["Channel.voice.availability", "channel.voice.limit"])
def test_a_channel_attribute_is_told_its_two_forms(claim):
    [(_, _, hint)] = lint(default_and(claim))

    assert "channel.<task channel>.availability or channel.<task channel>.capacity" in hint


@pytest.mark.parametrize(
    "claim",
    [
        "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress",
        "https://schemas.example/roles",
        "urn:oid:0.9.2342.19200300.100.1.3",
    ],
)
def test_names_with_a_namespace_are_refused(claim):
    [(name, what, hint)] = lint(default_and(claim))

    assert claim == name
    assert "namespace" in what
    assert "bare name" in hint


@pytest.mark.parametrize("claim", ["", " ", " skills", "skills "])
def test_empty_names_and_stray_spaces_are_refused(claim):
    assert [claim] == [name for name, _, _ in lint(default_and(claim))]


@pytest.mark.parametrize("source", ["Primary email", "", ">", "A >", "> B", "A > B > C"])
def test_a_source_is_a_category_and_an_attribute(source):
    [(claim, what, hint)] = lint(default_and("skills", source))

    assert "skills" == claim
    assert "expected 'Category > Attribute'" in what
    assert "Basic Information > Primary email" in hint


@pytest.mark.parametrize("attribute", ["Employee ID", "Employee Id", "employee id"])
def test_employee_id_cannot_be_mapped(attribute):
    [(claim, what, _)] = lint(default_and("badge", f"Employee Details > {attribute}"))

    assert "badge" == claim
    assert "Employee ID" in what


def test_all_mistakes_are_reported_together():
    mapping = AttributeMapping({"Full Name": "Name", "http://x/roles": FIELD})

    assert ["Full Name", "Full Name", "http://x/roles", "email", "roles"] == [
        claim for claim, _, _ in lint(mapping)
    ]


@pytest.mark.parametrize("claim", ["team_member", "team_owner", "contact_uri"])
def test_claims_that_bite_are_warned_of(claim):
    assert [claim] == [name for name, _, _ in warn(default_and(claim))]


def test_a_removed_row_leaves_its_values_behind():
    assert ["skills"] == [name for name, _, _ in warn_removed(default_and("skills"), DEFAULT)]
    assert [] == warn_removed(DEFAULT, default_and("skills"))


WORDS = st.text(min_size=1).map(str.strip).filter(lambda text: text and ">" not in text)


@given(category=WORDS, attribute=WORDS)
def test_a_directory_attribute_reads_what_it_writes(category, attribute):
    written = DirectoryAttribute(category, attribute)

    assert written == DirectoryAttribute.parse(str(written))


@given(st.dictionaries(st.text(max_size=20), st.text(max_size=20)))
def test_lint_never_crashes_and_never_passes_without_the_required_claims(rows):
    assert lint(AttributeMapping(rows))


def test_a_mapping_is_a_copy():
    rows = dict(DEFAULT)
    mapping = AttributeMapping(rows)
    rows.clear()

    assert 3 == len(mapping)
    assert mapping == DEFAULT
    assert "email" in repr(mapping)
