"""The sandbox's receiver of hand-offs keeps to the contract."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from typing import Any

import httpx
import pytest

from sandbox.webhook import secret_of
from sandbox.world import World

NOTHING = {"stack": "acme.prod", "steps": []}
TWILIO = {
    "url": "https://console.twilio.com/",
    "waiting": True,
    "path": ["AC" + "5a" * 16, "Flex", "Users and access", "Single sign-on (SSO)"],
}


def post(world: World, document: Any, key: str = "k", **changes: Any) -> httpx.Response:
    body = json.dumps(document).encode()
    moment = str(changes.get("moment", int(time.time())))
    secret = changes.get("secret", secret_of(world.state_dir))
    digest = hmac.new(secret, moment.encode() + b"." + body, hashlib.sha256).hexdigest()
    headers = {"Idempotency-Key": key, "Flexsso-Signature": f"t={moment},v1={digest}"}
    return httpx.post(f"{world.base}/_sandbox/webhook", content=body, headers=headers, timeout=30)


def requests(world: World) -> int:
    return len(world.store.page("request"))


def test_nothing_to_do_is_done(pretend_world):
    assert "done" == post(pretend_world, NOTHING).json()["status"]


@pytest.mark.parametrize("changes", [{"secret": b"another"}, {"moment": 1}, {"moment": "soon"}])
def test_what_is_not_signed_now_with_the_secret_is_refused(pretend_world, changes):
    before = requests(pretend_world)

    assert 401 == post(pretend_world, NOTHING, **changes).status_code
    assert before == requests(pretend_world)


def test_the_same_key_is_done_once(pretend_world):
    step = TWILIO | {"screens": [{"open": "", "button": "", "fields": []}]}
    first = post(pretend_world, {"steps": [step]}, "one")
    seen = requests(pretend_world)

    assert first.json() == post(pretend_world, {"steps": [step]}, "one").json()
    assert seen == requests(pretend_world) > 0


def test_a_label_that_is_not_there_is_a_refusal_that_names_it(pretend_world):
    field = {"kind": "paste", "label": "No such field", "value": "x"}
    step = TWILIO | {"screens": [{"open": "", "button": "", "fields": [field]}]}

    answer = post(pretend_world, {"steps": [step]}).json()

    assert "refused" == answer["status"]
    assert "no field 'No such field'" in answer["message"]


def test_a_document_of_another_shape_is_a_refusal(pretend_world):
    assert "refused" == post(pretend_world, {"steps": [{"waiting": True}]}).json()["status"]
