"""Flex users and tokens at flex-api.twilio.com."""

from __future__ import annotations

import base64
from typing import Any

import httpx
import pytest

from sandbox.twilio import flex_users, tokens
from sandbox.twilio.accounts import Account, find_account
from sandbox.twilio.claims import Person
from sandbox.world import World
from tests.sandbox.twilio.conftest import ENHANCED, LEGACY, key_of

ACCOUNT = ENHANCED["account_sid"]
USERS = f"/flex-api.twilio.com/v1/Instances/{ENHANCED['flex_instance_sid']}/Users"
INFO = f"/flex-api.twilio.com/v1/Accounts/{ACCOUNT}/Tokens/Info"


def person(name: str, roles: list[str]) -> Person:
    return Person(f"{name}@acme.example", f"{name}@acme.example", name.title(), roles, {})


@pytest.fixture
def account(world: World) -> Account:
    found = find_account(world.store, ACCOUNT)
    assert found is not None
    return found


@pytest.fixture
def token(world: World) -> str:
    """Ada is signed in, for one hour."""
    session: dict[str, Any] = {
        "account_sid": ACCOUNT,
        "flex_instance_sid": ENHANCED["flex_instance_sid"],
        "flex_user_sid": "FU" + "0" * 32,
        "identity": "ada_40acme_2Eexample",
        "name_id": "ada@acme.example",
        "realm_user_id": "JC" + "0" * 32,
        "roles": ["agent"],
        "worker_sid": "WK" + "0" * 32,
    }
    return tokens.issue(world, session)[0]


def test_users_are_listed_in_pages(world: World, account: Account, http: httpx.Client) -> None:
    for name in ("ada", "grace", "linus"):
        flex_users.sign_in(world, account, person(name, ["agent"]), f"WK-{name}")
    first = http.get(USERS, params={"PageSize": "2"}).json()
    rest = http.get(first["meta"]["next_page_url"].replace("https:/", world.base)).json()

    assert [len(first["users"]), len(rest["users"])] == [2, 1]
    assert rest["meta"]["next_page_url"] is None
    users = {user["username"]: user for user in first["users"] + rest["users"]}
    assert users.keys() == {f"{name}@acme.example" for name in ("ada", "grace", "linus")}
    ada = users["ada@acme.example"]
    assert (ada["roles"], ada["worker_sid"], ada["deactivated"]) == (["agent"], "WK-ada", False)


def test_a_second_sign_in_changes_the_user(
    world: World, account: Account, http: httpx.Client
) -> None:
    flex_users.sign_in(world, account, person("ada", ["agent"]), "WK1")
    world.set_clock(60)
    flex_users.sign_in(world, account, person("ada", ["admin"]), "WK1")

    [user] = http.get(USERS).json()["users"]
    assert user["roles"] == ["admin"]
    assert user["updated_date"] > user["created_date"]


def test_users_of_another_instance_are_not_found(world: World) -> None:
    assert httpx.get(world.base + USERS).status_code == 401
    assert httpx.get(world.base + USERS, auth=key_of(world, LEGACY)).status_code == 404


def test_a_token_is_shown_to_its_holder(world: World, token: str) -> None:
    """The header that @twilio/flex-sdk sends, with its stray bracket."""
    header = "Basic " + base64.b64encode(f"token:{token}".encode()).decode() + ")"
    answer = httpx.post(world.base + INFO, data={"Token": token}, headers={"Authorization": header})

    assert answer.status_code == 200
    found = answer.json()
    assert found["identity"] == "ada_40acme_2Eexample"
    assert found["roles"] == ["agent"]
    assert found["expiration"].endswith("Z")
    assert found["permissions"] == []


def test_a_token_ends_after_an_hour(world: World, token: str, http: httpx.Client) -> None:
    assert http.post(INFO, data={"Token": token}).status_code == 200

    world.set_clock(3601)
    answer = http.post(INFO, data={"Token": token})

    assert (answer.status_code, answer.json()["code"]) == (401, 20101)


def test_an_unknown_token_and_a_strangers_question_are_refused(world: World, token: str) -> None:
    form = {"Token": token}
    assert httpx.post(world.base + INFO, data=form).status_code == 401
    assert httpx.post(world.base + INFO, data=form, auth=("token", "x")).status_code == 401
    assert httpx.post(world.base + INFO, data={"Token": "x"}, auth=("token", token)).json()[
        "code"
    ] == (20101)
    answer = httpx.post(world.base + INFO, data=form, auth=key_of(world, LEGACY))
    assert (answer.status_code, answer.json()["code"]) == (403, 45003)
