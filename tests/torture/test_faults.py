"""A slice of the fault matrix (`make torture` runs much more of it), and its own judge."""

from __future__ import annotations

import random
import secrets

import pytest

from models.errors import FlexSsoError, UnreachableError
from providers.failures import PartialState
from tools.torture.late import Condition, conditions
from tools.torture.matrix import Matrix, unclear
from tools.torture.place import place
from tools.torture.receiver import HOST

pytestmark = pytest.mark.xdist_group("torture")

SLICE = 36


@pytest.fixture(scope="module")
def matrix():
    with place() as world:
        yield Matrix(world)


def test_there_are_enough_cases_and_every_resource_has_some(matrix):
    cases = list(matrix.cases())

    assert len(cases) > 5000
    assert {
        "CustomSchema",
        "RoleAssignments",
        "FlexConfiguration",
        "SamlApp",
        "FlexSso",
        "FlexSso (legacy)",
        "HandoffDelivery",
    } < {case.subject for case in cases}


def test_parts_of_batches_are_disturbed_as_parts(matrix):
    """By an answer of their own: a connection is never a part's."""
    of_people = [case for case in matrix.cases() if case.call.method == "PUT" and case.call.part]

    assert any("/users/" in case.call.path for case in of_people)
    assert not [case for case in of_people if getattr(case.fault, "of_transport", False)]


def test_a_slice_of_the_matrix(matrix):
    drawn = random.Random(7).sample(list(matrix.cases()), SLICE)  # noqa: S311  a draw, no secret

    assert [] == [f"{case}: {wrong}" for case in drawn if (wrong := matrix.run(case))]


def test_a_write_whose_answer_is_lost_is_neither_doubled_nor_forgotten(matrix):
    """The cases that once lost what stood in Flex's configuration before us."""
    writes = [
        case
        for case in matrix.cases()
        if case.verb == "create"
        and case.call.method == "POST"
        and case.call.host in {"flex-api.twilio.com", "admin.googleapis.com"}
        and case.fault.name in {"reset after the effect", "503 plain"}
    ]

    assert len(writes) >= 10
    assert [] == [f"{case}: {wrong}" for case in writes if (wrong := matrix.run(case))]


def test_google_that_is_late_and_a_quota_that_others_use_are_waited_for(matrix):
    late = [case for case in matrix.cases() if isinstance(case.fault, Condition)]
    felt = {(case.subject, case.fault.name) for case in late}

    assert ("RoleAssignments", "schema not known yet to who writes values") in felt
    assert ("RoleAssignments", "people too new to be written") in felt
    assert ("CustomSchema", "quota used up by another stack") in felt
    assert [] == [f"{case}: {wrong}" for case in late if (wrong := matrix.run(case))]


def test_a_slice_of_answers_of_another_kind(matrix):
    cases = list(matrix.misshapen())
    drawn = random.Random(7).sample(cases, SLICE)  # noqa: S311  a draw, no secret

    assert len(cases) > 2000
    assert [] == [f"{case}: {wrong}" for case in drawn if (wrong := matrix.run(case))]


@pytest.mark.parametrize(
    ("subject", "fault"),
    [
        ("FlexConfiguration", "public_attributes is a list"),
        ("RoleAssignments", "users is an object"),
        ("RoleAssignments", "users.0.customSchemas.Flex_Details.Roles.0.value is a list"),
        ("RoleAssignments", "users.0.customSchemas.Flex_Details.Roles.0 is null"),
        ("CustomSchema", "schemas is a text"),
    ],
)
def test_an_answer_of_another_kind_is_not_believed(matrix, subject, fault):
    """The changed answer does arrive: what depends on it stops the run with a sentence."""
    case = next(
        case for case in matrix.misshapen() if (case.subject, case.fault.name) == (subject, fault)
    )
    before = matrix.before(case)

    with matrix.disturbance(case), pytest.raises((FlexSsoError, PartialState)) as raised:
        before.run(case.verb, matrix.place.settings())
    assert not unclear(raised.value)


@pytest.mark.parametrize("condition", list(conditions()), ids=lambda condition: condition.name)
def test_what_stays_late_ends_the_run_with_a_sentence(matrix, condition):
    """Each condition is felt: otherwise the matrix would prove nothing with it."""
    case = next(
        case
        for case in matrix.cases()
        if case.fault.name == condition.name and case.for_good and case.verb == "create"
    )
    subject = matrix.before(case)

    with matrix.disturbance(case), pytest.raises((FlexSsoError, PartialState)):
        subject.run(case.verb, matrix.place.settings())


def test_the_judge_finds_no_sentence_in_a_web_page():
    assert unclear(UnreachableError("Google: <!DOCTYPE html><html>…"))
    assert unclear(UnreachableError(""))
    assert not unclear(UnreachableError("Google: no answer", hint="try again"))


def test_signing_without_a_key_and_a_delivery_whose_answer_is_lost(matrix):
    """Both go on by themselves: IAM is asked again, the receiver under the same key."""
    hosts = {"iamcredentials.googleapis.com": "503 UNAVAILABLE", HOST: "reset after the effect"}
    disturbed = [
        case
        for case in matrix.cases()
        if case.fault.name == hosts.get(case.call.host) and not case.for_good
    ]

    assert {case.subject for case in disturbed} == {"CustomSchema (no key)", "HandoffDelivery"}
    assert [] == [f"{case}: {wrong}" for case in disturbed if (wrong := matrix.run(case))]


def test_the_judge_finds_a_delivery_that_counts_twice(matrix, monkeypatch):
    monkeypatch.setattr("providers.webhook.idempotency_key", lambda *_: secrets.token_hex())
    case = next(
        case
        for case in matrix.cases()
        if case.call.host == HOST and case.fault.name == "reset after the effect"
    )

    assert '"webhook"' in matrix.run(case)


def test_the_judge_finds_a_lost_value(matrix, monkeypatch):
    """A product that forgets what was before us is found out."""
    from providers.twilio import flex_configuration  # noqa: PLC0415

    outputs = flex_configuration._outputs
    monkeypatch.setattr(
        flex_configuration,
        "_outputs",
        lambda wanted, live, _olds: outputs(wanted, live, {}),
    )
    case = next(
        case
        for case in matrix.cases()
        if case.subject == "FlexConfiguration" and case.verb == "create" and not case.for_good
    )

    assert "changed" in matrix.run(case)
