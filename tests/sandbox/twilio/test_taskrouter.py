"""Workers through twilio-python, unmodified but for the host."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client  # noqa: TID251  the vendor's client is the judge here

from sandbox.world import World
from tests.sandbox.twilio.conftest import ENHANCED, LEGACY, key_of

WORKSPACE = ENHANCED["workspace_sid"]
WORKERS = f"/taskrouter.twilio.com/v1/Workspaces/{WORKSPACE}/Workers"
ADA = {"email": "ada@acme.example", "roles": ["agent"]}


@pytest.fixture
def workspace(client: Client) -> Any:
    return client.taskrouter.v1.workspaces(WORKSPACE)


def make(workspace: Any, name: str = "ada@acme.example") -> Any:
    return workspace.workers.create(friendly_name=name, attributes=json.dumps(ADA))


def test_the_workspace_is_the_flex_accounts(workspace: Any) -> None:
    found = workspace.fetch()

    assert found.account_sid == ENHANCED["account_sid"]
    assert found.date_created is not None
    assert found.default_activity_name == "Offline"


def test_a_worker_is_made_read_changed_and_deleted(workspace: Any, world: World) -> None:
    sid = make(workspace).sid
    made = workspace.workers(sid).fetch()
    assert made.friendly_name == "ada@acme.example"
    assert json.loads(made.attributes) == ADA
    assert made.activity_name == "Offline"
    assert made.activity_sid == workspace.fetch().default_activity_sid
    assert made.available is False

    world.set_clock(60)
    changed = workspace.workers(sid).update(attributes='{"roles": ["admin"]}')
    assert json.loads(changed.attributes) == {"roles": ["admin"]}
    assert changed.date_updated > made.date_updated
    assert changed.date_created == made.date_created

    assert workspace.workers(sid).delete()
    with pytest.raises(TwilioRestException) as caught:
        workspace.workers(sid).fetch()
    assert (caught.value.status, caught.value.code) == (404, 20404)


def test_workspace_and_worker_have_the_keys_of_the_published_spec(
    workspace: Any, http: httpx.Client
) -> None:
    """The client's models are generated from it."""
    made = make(workspace)
    for path, model in (
        (WORKERS.removesuffix("/Workers"), workspace.fetch()),
        (f"{WORKERS}/{made.sid}", made),
    ):
        shown = http.get(path).json()
        assert shown.keys() == {name for name in vars(model) if not name.startswith("_")}


def test_the_filter_by_name_ignores_case(workspace: Any) -> None:
    make(workspace)
    make(workspace, "grace@acme.example")

    found = workspace.workers.list(friendly_name="ADA@acme.example")

    assert [worker.friendly_name for worker in found] == ["ada@acme.example"]
    assert workspace.workers.list(friendly_name="ada@acme.exampl") == []


def test_the_client_walks_through_pages(workspace: Any) -> None:
    names = {make(workspace, f"person-{number}").friendly_name for number in range(5)}
    found = workspace.workers.list(page_size=2)

    assert len(found) == 5
    assert {worker.friendly_name for worker in found} == names


def test_a_list_answers_attributes_as_text(workspace: Any, http: httpx.Client) -> None:
    make(workspace)
    [shown] = http.get(WORKERS, params={"FriendlyName": "ada@acme.example"}).json()["workers"]

    assert json.loads(shown["attributes"]) == ADA
    assert "version" not in shown


@pytest.mark.parametrize("size", ["0", "1001", "many"])
def test_a_page_has_1_to_1000_records(http: httpx.Client, size: str) -> None:
    answer = http.get(WORKERS, params={"PageSize": size})

    assert (answer.status_code, answer.json()["code"]) == (400, 20001)


def test_a_filter_that_the_sandbox_lacks_is_refused(http: httpx.Client) -> None:
    answer = http.get(WORKERS, params={"TargetWorkersExpression": "roles HAS 'agent'"})

    assert answer.status_code == 400
    assert "TargetWorkersExpression" in answer.json()["message"]


@pytest.mark.parametrize(
    ("name", "attributes"),
    [
        ("ADA@ACME.EXAMPLE", "{}"),
        ("x" * 65, "{}"),
        ("", "{}"),
        ("grace", "[]"),
        ("grace", "{"),
        ("grace", '{"a": NaN}'),
    ],
)
def test_a_wrong_worker_is_refused(workspace: Any, name: str, attributes: str) -> None:
    make(workspace)
    with pytest.raises(TwilioRestException) as caught:
        workspace.workers.create(friendly_name=name, attributes=attributes)

    assert (caught.value.status, caught.value.code) == (400, 20001)
    assert len(workspace.workers.list()) == 1


def test_a_worker_may_not_take_anothers_name(workspace: Any) -> None:
    make(workspace)
    other = make(workspace, "grace@acme.example")

    with pytest.raises(TwilioRestException):
        other.update(friendly_name="Ada@acme.example")
    assert other.update(friendly_name="Grace@acme.example").friendly_name == "Grace@acme.example"


def test_if_match_guards_against_a_change_in_between(workspace: Any, http: httpx.Client) -> None:
    sid = make(workspace).sid
    etag = http.get(f"{WORKERS}/{sid}").headers["etag"]
    workspace.workers(sid).update(attributes="{}")

    with pytest.raises(TwilioRestException) as caught:
        workspace.workers(sid).update(attributes='{"late": 1}', if_match=etag)
    assert caught.value.status == 412
    # By plain HTTP: delete() of twilio-python 9.13.0 loses its If-Match.
    late = http.delete(f"{WORKERS}/{sid}", headers={"If-Match": etag})
    assert late.status_code == 412
    assert workspace.workers(sid).fetch().attributes == "{}"
    fresh = http.get(f"{WORKERS}/{sid}").headers["etag"]
    assert http.delete(f"{WORKERS}/{sid}", headers={"If-Match": fresh}).status_code == 204


def test_another_accounts_workspace_is_not_found(world: World) -> None:
    assert httpx.get(world.base + WORKERS, auth=key_of(world, LEGACY)).status_code == 404
    assert httpx.get(world.base + WORKERS).json()["code"] == 20003
