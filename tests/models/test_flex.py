"""Flex's words: settings that follow, roles that Flex takes, names of workers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.attribute_mapping import AttributeMapping, lint
from models.endpoints import Endpoints
from models.flex import (
    Generation,
    derive_sp_settings,
    identity_of,
    lint_role,
    lint_roles,
    worker_name_problem,
)

ACCOUNT, CONNECTION = "AC" + "5a" * 16, "JQ" + "ab" * 16


def test_enhanced_settings_follow_from_the_connection():
    sp = derive_sp_settings(Generation.ENHANCED, ACCOUNT, CONNECTION, "acme-falcon-1234")

    assert f"https://login.flex.us1.twilio.com/login/callback?connection={CONNECTION}" == sp.acs_url
    assert f"urn:flex:{CONNECTION}" == sp.entity_id
    assert "https://flex.twilio.com/acme-falcon-1234" == sp.start_url


def test_legacy_settings_follow_from_the_account():
    sp = derive_sp_settings(Generation.LEGACY, ACCOUNT, None, "acme-falcon-1234")

    assert f"https://iam.twilio.com/v1/Accounts/{ACCOUNT}/saml2" == sp.acs_url
    assert f"https://iam.twilio.com/v1/Accounts/{ACCOUNT}/saml2/metadata" == sp.entity_id


def test_enhanced_has_no_settings_before_its_connection():
    assert derive_sp_settings(Generation.ENHANCED, ACCOUNT, None, "acme-falcon-1234") is None


@pytest.mark.parametrize(
    ("role", "hint"),
    [
        ("administrator", "did you mean admin?"),
        ("Agent", "did you mean agent?"),
        ("supervisors", "did you mean supervisor?"),
        ("WFO.full_access", "did you mean wfo.full_access?"),
        ("boss", "Flex knows agent, supervisor, admin and wfo.*"),
        ("flex.readteams", "it is given in the Twilio Console only"),
    ],
)
def test_roles_that_flex_does_not_take(role, hint):
    assert hint == lint_role(role)[1]


@pytest.mark.parametrize(
    ("roles", "sound"),
    [
        (["agent"], True),
        (["supervisor", "wfo.team_leader"], True),
        (["agent", "wfo.team_leader"], False),
        (["wfo.full_access"], False),
        ([], False),
    ],
)
def test_roles_of_one_person_are_judged_together(roles, sound):
    assert sound is (lint_roles(roles) == [])


def test_identity_is_encoded_as_flex_does():
    assert "user_40example_2Ecom" == identity_of("user@example.com")


def test_long_names_make_no_workers():
    assert worker_name_problem("a" * 65)
    assert worker_name_problem("a" * 64) is None


@pytest.mark.parametrize(
    ("claim", "what"),
    [
        ("Roles", "is not roles"),
        ("flex_role", "is not roles"),
        ("full name", "is not full_name"),
        ("Full Name", "is not full_name"),
        ("Email", "is not email"),
        ("http://schemas.xmlsoap.org/claims/Group", "is a namespaced name"),
        ("skills.StringArray", "has a suffix in capitals"),
        ("two words", "is no attribute name"),
        ("x.float", "is no attribute name"),
    ],
)
def test_claims_that_flex_does_not_read(claim, what):
    mapping = AttributeMapping.default("Flex Details") | {claim: "Flex Details > X"}

    assert [(claim, True)] == [(c, what in text) for c, text, _ in lint(AttributeMapping(mapping))]


@pytest.mark.parametrize(
    "claim",
    ["team_id", "skills.stringarray", "level.int", "channel.chat.capacity", "contact_uri"],
)
def test_claims_that_flex_reads(claim):
    mapping = AttributeMapping(AttributeMapping.default("F") | {claim: "Flex Details > X"})

    assert [] == lint(mapping)


def test_a_missing_claim_and_an_odd_source_are_named():
    found = lint(AttributeMapping(email="Primary email", roles="F > Roles"))

    assert ["full_name", "email"] == [claim for claim, _, _ in found]


PATHS = st.text("abcdefghij/?=&%.-_0123456789", max_size=40)


@given(path=PATHS, base=st.sampled_from([None, "http://127.0.0.1:8765", "https://gw.example/x"]))
def test_an_address_comes_back_as_it_went(path, base):
    endpoints = Endpoints(base=base)
    url = "https://services.twilio.com/" + path

    assert url == endpoints.canonical(endpoints.url(url))


@pytest.mark.parametrize(
    "base", ["http://example.com:80", "ftp://x", "127.0.0.1:80", "http://127.0.0.1"]
)
def test_a_base_that_leaves_this_machine_in_clear_is_refused(base):
    with pytest.raises(ValueError, match="expected http://127"):
        Endpoints(base=base)
