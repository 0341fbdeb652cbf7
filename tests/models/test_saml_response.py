"""A second implementation of Flex's checks, judged by the same hostile responses as the sandbox's.

The two share no code: what one lets through the other should name.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.certificate import parse_pem
from models.finding import Result, Who
from models.saml_input import SamlInputError, read_saml_inputs
from models.saml_response import explain_response
from tests.models.saml_door import Door, wrong
from tests.sandbox.twilio import attacks, idp
from tests.sandbox.twilio.idp import ADA, HOUR, Idp


@pytest.fixture(scope="module")
def provider() -> Idp:
    return Idp()


@pytest.fixture
def door(provider: Idp) -> Door:
    return Door(provider)


def name(value: Any) -> str:
    return getattr(value, "__name__", "")


def test_a_genuine_response_is_understood(door):
    explanation = door.explain(door.signed())

    assert [] == wrong(explanation)
    assert explanation.trusted
    assert "ada@acme.example" == explanation.name_id
    assert ADA == explanation.claims


@pytest.mark.parametrize(("attack", "code"), [*attacks.WRAPPING.items()], ids=name)
def test_what_is_wrapped_is_not_read(door, attack, code):
    explanation = door.explain(attack(door))

    assert [code] == wrong(explanation)
    assert not explanation.claims


@pytest.mark.parametrize(("attack", "code"), [*attacks.SIGNATURE.items()], ids=name)
def test_a_bad_signature_is_never_trusted(door, attack, code):
    explanation = door.explain(attack(door))

    assert code == wrong(explanation)[0]
    assert not explanation.trusted


@pytest.mark.parametrize(("attack", "code"), attacks.SEMANTICS, ids=name)
def test_what_is_not_for_this_door_moment_or_person_is_named(door, attack, code):
    explanation = door.explain(attack(door), at=datetime.now(UTC))

    if code == "in_response_to":  # only Flex knows which requests it sent
        assert Result.NOT_CHECKED == explanation.findings[-1].result
    else:
        assert code in wrong(explanation)


@pytest.mark.parametrize(
    ("attack", "code"), [pytest.param(a, code, id=name) for name, a, code in attacks.ENCODING]
)
def test_what_is_no_response_is_named(door, attack, code):
    if code in {"missing", "not_base64"}:
        with pytest.raises(SamlInputError):
            door.explain(attack(door))
    else:
        assert [code] == wrong(door.explain(attack(door)))


def test_an_old_response_is_judged_at_its_own_time(door):
    old = door.signed(now=datetime.now(UTC) - 10 * HOUR)

    assert [] == wrong(door.explain(old))
    assert "expired" in wrong(door.explain(old, at=datetime.now(UTC)))


def test_only_the_assertion_signed_names_googles_switch(door):
    response = door.provider.sign(idp.assertion_of(door.document()))

    first = door.explain(response).first_failing
    assert "signed_response" == first.check
    assert "turn on Signed response" in first.note
    assert Who.GOOGLE_ADMIN is first.who


def test_another_certificate_is_shown_with_both_fingerprints(door):
    stranger = Idp()
    first = door.explain(stranger.sign(door.document())).first_failing

    assert "signature_invalid" == first.check
    assert parse_pem(door.provider.certificate).fingerprint == first.expected
    assert parse_pem(stranger.certificate).fingerprint == first.observed


def test_googles_other_certificate_is_told_apart(door):
    second = Idp()
    both = door.expected.model_copy(update={"others": (parse_pem(second.certificate),)})
    xml = read_saml_inputs(idp.encode(second.sign(door.document())).encode())[0].xml

    explanation = explain_response(xml, both)

    assert ["certificate"] == wrong(explanation)
    assert explanation.trusted
    assert "Google's other certificate" in explanation.first_failing.note


def test_a_certificate_that_had_ended_is_named(door):
    ended = Door(Idp((-30, -2)))

    assert ["certificate_expired"] == wrong(ended.explain(ended.signed()))


def test_googles_refusal_is_shown_as_a_clue_only(door):
    message = "Invalid request, ACS Url in request x doesn't match configured ACS Url y."
    refusal = door.document(status="urn:oasis:names:tc:SAML:2.0:status:Requester")
    refusal.remove(idp.assertion_of(refusal))
    status = refusal.find(f"{idp.SAMLP}Status")
    idp.etree.SubElement(status, f"{idp.SAMLP}StatusMessage").text = message

    explanation = door.explain(refusal)

    assert ["status"] == wrong(explanation)
    assert message in explanation.first_failing.note
    assert "only a clue" in explanation.first_failing.note
    assert explanation.first_failing.where.endswith("ACS URL")


@pytest.mark.parametrize(
    ("values", "checks"),
    [
        ({"roles": []}, ["claim email", "claim full_name", "claim roles"]),
        ({**ADA, "roles": []}, ["claim roles"]),
        ({**ADA, "roles": ["administrator"]}, ["roles"]),
        ({**ADA, "roles": ["agent,supervisor"]}, []),
        ({"email": ADA["email"], "roles": ["agent"], "Full Name": ["A"]}, None),
        ({**ADA, "email": ["other@acme.example"]}, ["name_id"]),
    ],
)
def test_claims_by_flexs_rules(door, values, checks):
    found = wrong(door.explain(door.signed(values=values)))

    if checks is None:
        assert {"claim full_name", "claim Full Name"} == set(found)
    else:
        assert checks == found


def test_an_hour_of_skew_can_be_allowed(door):
    lenient = door.expected.model_copy(update={"clock_skew": timedelta(hours=2)})
    xml = idp.etree.tostring(door.signed(now=datetime.now(UTC) - HOUR))

    assert [] == wrong(explain_response(xml, lenient, at=datetime.now(UTC)))


@given(st.data())
def test_no_mutant_is_believed_with_another_identity(mutable, data):
    """Whatever bytes change: what is trusted still says what was signed."""
    door, genuine = mutable
    at = data.draw(st.integers(0, len(genuine) - 1))
    mutant = genuine[:at] + data.draw(st.binary(min_size=1, max_size=3)) + genuine[at + 1 :]

    explanation = explain_response(mutant, door.expected)

    if explanation.trusted:
        assert ("ada@acme.example", ADA) == (explanation.name_id, explanation.claims)


@pytest.fixture(scope="module")
def mutable(provider: Idp) -> tuple[Door, bytes]:
    door = Door(provider)
    return door, idp.etree.tostring(door.signed())
