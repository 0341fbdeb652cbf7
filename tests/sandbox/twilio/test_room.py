"""Twilio's room as a whole: what planting leaves, which hosts and endpoints there are."""

from __future__ import annotations

import json
import stat
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from sandbox import seed
from sandbox.hosts import TWILIO_HOSTS
from sandbox.twilio import room
from sandbox.world import World
from tests.sandbox.twilio.conftest import ENHANCED, LEGACY, key_of


@pytest.mark.parametrize("account", [ENHANCED, LEGACY])
def test_an_accounts_key_file_is_its_owners_alone(world: World, account: dict[str, Any]) -> None:
    path = world.state_dir / "credentials" / f"twilio-{account['account_sid']}.json"

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    content = json.loads(path.read_text(encoding="utf-8"))
    assert content.keys() == {"account_sid", "api_key", "api_secret"}
    assert content["account_sid"] == account["account_sid"]
    assert content["api_key"].startswith("SK")


def test_keys_are_fresh_in_each_world(world: World) -> None:
    url = f"{world.base}/flex-api.twilio.com/v1/Configuration"
    before = key_of(world)
    assert httpx.get(url, auth=before).status_code == 200

    seed.plant(world, seed.DEFAULT)

    assert key_of(world) != before
    assert httpx.get(url, auth=before).status_code == 401
    assert httpx.get(url, auth=key_of(world)).status_code == 200


def test_every_host_of_twilio_is_served(world: World) -> None:
    assert room.hosts(world).keys() == TWILIO_HOSTS


def test_the_parity_table_names_every_endpoint_and_no_other(world: World) -> None:
    served = {
        (method, host, route.path)
        for host, app in room.hosts(world).items()
        if isinstance(app, Starlette)
        for route in app.routes
        if isinstance(route, Route)
        for method in (route.methods or set()) - {"HEAD"}
    }
    named = {(row.method, row.host, row.path) for row in room.PARITY}

    assert named <= served
    assert {one for one in served - named if one[2] != "/open/{account_sid}"} == set()


def test_a_session_is_shown_to_nobody_else(world: World) -> None:
    answer = httpx.get(f"{world.base}/_sandbox/session")

    assert answer.status_code == 401
    assert "error" in answer.json()
