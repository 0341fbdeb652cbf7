"""What is asked where no API shows it: answers that are taken, and what is said to the others."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cli.adopt import Hints, _ask_for_the_certificate, _missing
from cli.adopt_questions import (
    MappingQuestion,
    TrustedDomainsQuestion,
    connection_question,
    with_further_rows,
)
from cli.stack_draft import get
from models.attribute_mapping import AttributeMapping
from tests.idp_files import NOW

JQS = ("JQ" + "ab" * 16, "JQ" + "cd" * 16)
USUAL = AttributeMapping.default("Flex Details")


@pytest.mark.parametrize(
    ("answer", "chosen"),
    [("1", JQS[0]), (" 2 ", JQS[1]), (JQS[1].lower(), JQS[1]), ("3", ""), ("", ""), ("0", "")],
)
def test_one_of_several_connections(answer, chosen):
    question = connection_question(JQS)

    assert chosen == question.chosen(answer)
    assert bool(chosen) == (question.problem(answer) == "")
    assert f"2: {JQS[1]}" in question.explained


@pytest.fixture
def two(make_certificate, make_metadata) -> Hints:
    ends = [NOW + timedelta(days=days) for days in (30, 900)]
    ders = [make_certificate(ends=end, slot=slot) for slot, end in enumerate(ends)]
    return Hints(metadata=make_metadata(*ders).decode())


def test_which_of_two_certificates_is_asked_for(two):
    tenant = _ask_for_the_certificate({}, two, lambda question: "2")

    fingerprint = get(tenant, "saml_app.certificate")
    assert 95 == len(fingerprint)
    assert tenant == _ask_for_the_certificate(tenant, two, lambda question: pytest.fail("again"))


def test_without_a_terminal_the_certificate_is_named_as_missing(two):
    gaps = {gap.what: gap for gap in _missing({}, two)}

    assert "--certificate FINGERPRINT" == gaps["the certificate in use"].way
    named = {"saml_app": {"certificate": "AB"}}
    assert "the certificate in use" not in {gap.what for gap in _missing(named, two)}


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        ("", ""),
        ("team_id = Employee Details > Department, seat.int = HR > Seat", ""),
        ("team_id", "expected App attribute = Category > Attribute"),
        ("team_id = Department", "expected 'Category > Attribute'"),
        ("Team_ID = HR > Team", "Flex knows no 'Team_ID' (write team_id)"),
    ],
)
def test_further_rows_of_the_mapping(answer, problem):
    assert problem in MappingQuestion().problem(answer)
    assert bool(problem) == bool(MappingQuestion().problem(answer))


def test_further_rows_go_beside_those_that_are_there():
    rows = MappingQuestion().read("seat.int = HR > Seat")
    found = {"saml_app": {"attribute_mapping": {"email": "A > B"}}}

    beside = with_further_rows(found, rows, USUAL)
    fresh = with_further_rows({}, rows, USUAL)

    assert {"email": "A > B", "seat.int": "HR > Seat"} == get(beside, "saml_app.attribute_mapping")
    assert {**USUAL, **rows} == get(fresh, "saml_app.attribute_mapping")
    assert found == with_further_rows(found, {}, USUAL)


def test_trusted_domains():
    question = TrustedDomainsQuestion()

    assert ["https://a.example", "https://b.example"] == question.read(
        "https://a.example, https://b.example,"
    )
    assert [] == question.read("")
    assert "" == question.problem("http://localhost:3000")
    assert question.problem("https://a.example, b.example").startswith("b.example: ")
