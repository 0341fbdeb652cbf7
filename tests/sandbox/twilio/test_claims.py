"""Flex's rules over the attributes: who may come in, and what a login leaves behind."""

from __future__ import annotations

from typing import Any

import pytest
from bs4 import BeautifulSoup

from tests.sandbox.twilio.idp import ADA
from tests.sandbox.twilio.service_provider import ServiceProvider


def sign_in(sp: ServiceProvider, name_id: str = "ada@acme.example", **values: Any) -> int:
    """Ada logs in with these attributes changed (None: not sent); the status of the answer."""
    said = {name: one for name, one in (ADA | values).items() if one is not None}
    return sp.post(sp.signed(name_id=name_id, values=said)).status_code


def attributes(sp: ServiceProvider) -> dict[str, Any]:
    [worker] = sp.world.store.page("worker")
    return dict(worker["attributes"])


def test_a_login_leaves_a_worker_and_a_user(sp: ServiceProvider) -> None:
    assert 303 == sign_in(sp, roles=["agent", "supervisor"])

    assert {
        "contact_uri": "client:ada_40acme_2Eexample",
        "email": "ada@acme.example",
        "full_name": "Ada Lovelace",
        "roles": ["agent", "supervisor"],
    } == attributes(sp)
    [worker] = sp.world.store.page("worker")
    [user] = sp.world.store.page("flex_user")
    assert "ada@acme.example" == worker["friendly_name"] == user["username"]
    assert worker["sid"] == user["worker_sid"]
    assert ["agent", "supervisor"] == user["roles"]


@pytest.mark.parametrize(
    "values",
    [
        {"email": None},
        {"email": []},
        {"email": [""]},
        {"full_name": None},
        {"full_name": ["  "]},
        {"roles": None},
        {"roles": []},
        {"roles": [""]},
        {"roles": [" , "]},
        {"roles": ["administrator"]},
        {"roles": ["Agent"]},
        {"roles": ["wfo.full_access"]},
        {"roles": None, "Roles": ["agent"]},
        {"full_name": None, "Full Name": ["Ada Lovelace"]},
        {"roles": None, "http://schemas.acme.example/claims/roles": ["agent"]},
    ],
)
def test_without_email_full_name_and_a_role_nobody_comes_in(
    sp: ServiceProvider, values: dict[str, Any]
) -> None:
    said = {name: one for name, one in (ADA | values).items() if one is not None}
    answer = sp.post(sp.signed(values=said))
    page = BeautifulSoup(answer.text, "html.parser")

    assert 400 == answer.status_code
    assert "Missing User Attributes" in page.find(role="alert").get_text()
    assert "45050" == sp.reason()
    assert [] == sp.world.store.page("worker") == sp.world.store.page("flex_user")


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (["agent,supervisor"], ["agent", "supervisor"]),
        (["agent, supervisor"], ["agent", "supervisor"]),
        (["agent", "agent"], ["agent"]),
        (["supervisor", "wfo.full_access"], ["supervisor", "wfo.full_access"]),
    ],
)
def test_roles_come_as_values_or_with_commas(
    sp: ServiceProvider, said: list[str], expected: list[str]
) -> None:
    assert 303 == sign_in(sp, roles=said)
    assert expected == attributes(sp)["roles"]


@pytest.mark.parametrize(("kept", "expected"), [(True, ["agent", "chief"]), (False, ["agent"])])
def test_what_becomes_of_an_unknown_role_is_a_switch(
    sp: ServiceProvider, kept: bool, expected: list[str]
) -> None:
    sp.world.options.unknown_roles_are_kept = kept

    assert 303 == sign_in(sp, roles=["agent", "chief"])
    assert expected == attributes(sp)["roles"]


@pytest.mark.parametrize(
    ("name", "said", "key", "expected"),
    [
        ("team", ["blue"], "team", "blue"),
        ("badge.string", ["007"], "badge", "007"),
        ("level.int", ["3"], "level", 3),
        ("lead.boolean", ["true"], "lead", True),
        ("lead.boolean", ["False"], "lead", False),
        ("skills.stringarray", ["en,de"], "skills", ["en", "de"]),
        ("skills.stringarray", ["en", "de"], "skills", ["en", "de"]),
        ("floors.intarray", ["1,2"], "floors", [1, 2]),
        ("days.booleanarray", ["true", "false"], "days", [True, False]),
        ("contact_uri", ["client:other"], "contact_uri", "client:other"),
        ("channel.voice.availability", ["true"], "channel.voice.availability", True),
        ("channel.chat.capacity", ["5"], "channel.chat.capacity", 5),
    ],
)
def test_typed_attributes(
    sp: ServiceProvider, name: str, said: list[str], key: str, expected: Any
) -> None:
    assert 303 == sign_in(sp, **{name: said})
    assert expected == attributes(sp)[key]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("level.int", ["three"]),
        ("level.int", ["1.5"]),
        ("level.int", ["1", "2"]),
        ("lead.boolean", ["yes"]),
        ("floors.intarray", ["1,x"]),
        ("days.booleanarray", ["1"]),
        ("channel.chat.capacity", ["many"]),
    ],
)
def test_a_value_of_the_wrong_type_leaves_the_worker_unchanged(
    sp: ServiceProvider, name: str, said: list[str]
) -> None:
    sign_in(sp)
    before = sp.world.store.page("worker")
    answer = sp.post(sp.signed(values=ADA | {"full_name": ["Ada King"], name: said}))

    assert 400 == answer.status_code
    assert "400 Error invalid attribute format" in answer.text
    assert before == sp.world.store.page("worker")


def test_the_provider_wins_and_what_it_sends_no_more_stays(sp: ServiceProvider) -> None:
    sign_in(sp, roles=["agent", "admin"], team=["blue"], desk=["12"])
    sign_in(sp, roles=["supervisor"], full_name=["Ada King"], desk=[""])
    found = attributes(sp)

    assert ["supervisor"] == found["roles"]
    assert "Ada King" == found["full_name"]
    assert "blue" == found["team"]
    assert "desk" not in found


def test_the_same_name_in_capitals_is_the_same_person(sp: ServiceProvider) -> None:
    sign_in(sp)
    sign_in(sp, name_id="ADA@acme.example")

    assert 1 == len(sp.world.store.page("worker")) == len(sp.world.store.page("flex_user"))


def test_another_name_id_is_another_worker_of_the_same_email(sp: ServiceProvider) -> None:
    sign_in(sp)
    sign_in(sp, name_id="1042")

    emails = [worker["attributes"]["email"] for worker in sp.world.store.page("worker")]
    assert 2 * ["ada@acme.example"] == emails


def test_the_identity_has_letters_and_digits_only(sp: ServiceProvider) -> None:
    sign_in(sp, name_id="zoë_o'x-1@acme.example")

    assert "client:zo_C3_AB_5Fo_27x_2D1_40acme_2Eexample" == attributes(sp)["contact_uri"]
