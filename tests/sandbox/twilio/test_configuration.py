"""The Flex Configuration resource: whole keys, read-only keys, what strangers may see."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from twilio.rest import Client  # noqa: TID251  the vendor's client is the judge here

from sandbox.world import World
from tests.sandbox.twilio.conftest import ENHANCED, LEGACY, key_of

PATH = "/flex-api.twilio.com/v1/Configuration"
ACCOUNT = ENHANCED["account_sid"]


def post(http: httpx.Client, **changes: Any) -> httpx.Response:
    return http.post(PATH, json={"account_sid": ACCOUNT, **changes})


def test_the_vendors_client_reads_the_document(client: Client) -> None:
    found = client.flex_api.v1.configuration().fetch()

    assert found.account_sid == ACCOUNT
    assert found.runtime_domain == "acme-falcon-1234.twil.io"
    assert found.flex_instance_sid == ENHANCED["flex_instance_sid"]
    assert found.taskrouter_workspace_sid == ENHANCED["workspace_sid"]
    assert found.ui_version == "2.11.0"
    assert found.public_attributes is None
    assert found.ui_attributes["custom_data"]
    assert found.date_created is not None


def test_the_document_has_the_keys_of_the_published_spec(
    client: Client, http: httpx.Client
) -> None:
    """The client's model is generated from it."""
    parts = vars(client.flex_api.v1.configuration().fetch())

    assert http.get(PATH).json().keys() == {name for name in parts if not name.startswith("_")}


def test_a_post_replaces_the_listed_keys_as_a_whole_and_no_other(
    http: httpx.Client, world: World
) -> None:
    before = http.get(PATH).json()
    world.set_clock(60)
    answer = post(http, attributes={"only": "this"}, public_attributes={"loginPopup": True})

    assert answer.status_code == 200
    after = http.get(PATH).json()
    assert answer.json() == after
    assert after["attributes"] == {"only": "this"}
    assert after["public_attributes"] == {"loginPopup": True}
    assert after["date_updated"] > before["date_updated"]
    moved = {"attributes", "public_attributes", "date_updated"}
    assert {k: v for k, v in after.items() if k not in moved} == {
        k: v for k, v in before.items() if k not in moved
    }


def test_the_vendors_generic_request_posts_json(client: Client) -> None:
    answer = client.request(
        "POST",
        "https://flex-api.twilio.com/v1/Configuration",
        data={"account_sid": ACCOUNT, "ui_language": "de-DE"},
        headers={"Content-Type": "application/json"},
    )

    assert answer.status_code == 200
    assert client.flex_api.v1.configuration().fetch().ui_language == "de-DE"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"flex_service_instance_sid": "IS00"},
            "You are not allowed to modify property for [flex_service_instance_sid].",
        ),
        ({"login_popup": True}, "login_popup"),
        ({"public_attributes": "loginPopup"}, "public_attributes"),
        ({"account_sid": LEGACY["account_sid"]}, "account_sid"),
        ({"account_sid": None}, "account_sid"),
    ],
)
def test_a_wrong_post_changes_nothing(
    http: httpx.Client, changes: dict[str, Any], said: str
) -> None:
    before = http.get(PATH).json()
    answer = post(http, **({"attributes": {"half": "done"}} | changes))

    assert (answer.status_code, answer.json()["code"]) == (400, 45004)
    assert said in answer.json()["message"]
    assert answer.json()["more_info"] == "https://www.twilio.com/docs/errors/45004"
    assert http.get(PATH).json() == before


def test_a_form_is_no_json(http: httpx.Client) -> None:
    answer = http.post(PATH, data={"account_sid": ACCOUNT})

    assert (answer.status_code, answer.json()["status"]) == (415, 415)


@pytest.mark.parametrize(
    "value", ["", "null", "[]", "{", "NaN", r'{"a": "\ud800"}', "[" * 100_000, '{"a":' * 50_000]
)
def test_what_is_no_good_json_object_is_refused(http: httpx.Client, value: str) -> None:
    kind = {"Content-Type": "application/json"}
    whole = http.post(PATH, content=value, headers=kind)
    part = http.post(
        PATH, content=f'{{"account_sid": "{ACCOUNT}", "attributes": {value}}}', headers=kind
    )

    assert whole.status_code == 400
    assert part.status_code == (200 if value == "null" else 400)
    assert http.get(PATH).status_code == 200


@pytest.mark.parametrize("auth", [None, ("SK" + "0" * 32, "wrong"), (ACCOUNT, "wrong")])
def test_without_good_credentials_nothing_is_shown(
    world: World, auth: tuple[str, str] | None
) -> None:
    answer = httpx.get(world.base + PATH, auth=auth)

    assert (answer.status_code, answer.json()["code"]) == (401, 20003)


def test_a_key_opens_its_own_account_only(world: World) -> None:
    found = httpx.get(world.base + PATH, auth=key_of(world, LEGACY)).json()

    assert found["account_sid"] == LEGACY["account_sid"]


def test_the_path_has_a_capital_c(http: httpx.Client) -> None:
    answer = http.get(PATH.lower())

    assert (answer.status_code, answer.json()["code"]) == (404, 20404)


@pytest.mark.parametrize(
    "query", [{"AccountSid": ACCOUNT}, {"RuntimeDomain": "acme-falcon-1234.twil.io"}]
)
def test_anybody_sees_the_public_attributes(
    world: World, http: httpx.Client, query: dict[str, str]
) -> None:
    post(http, public_attributes={"loginPopup": True})
    found = httpx.get(f"{world.base}{PATH}/Public", params=query).json()

    assert found["meta"]["key"] == "configurations"
    [shown] = found["configurations"]
    assert shown["public_attributes"] == {"loginPopup": True}
    assert shown["runtime_domain"] == "acme-falcon-1234.twil.io"
    assert shown["account_sid"] == ACCOUNT
    assert shown.keys() == {"url", "runtime_domain", "public_attributes", "account_sid"}


def test_an_unknown_runtime_domain_has_no_configuration(world: World) -> None:
    query = {"RuntimeDomain": "nobody-0000.twil.io"}

    assert httpx.get(f"{world.base}{PATH}/Public", params=query).json()["configurations"] == []
