"""Answers of Twilio that are none of its API's end in a sentence."""

from __future__ import annotations

import pytest

from models.errors import UnreachableError
from providers.twilio.flex_api import FlexApi
from tests.providers.vendor import ENHANCED

WORKSPACE = "WS" + "5a" * 16


@pytest.mark.parametrize("name", [{}, {"friendly_name": None}, {"friendly_name": 7}])
def test_a_worker_without_a_name_is_no_answer(settings, pretend_world, name):
    body = {"workers": [{"sid": "WK" + "1" * 32, "attributes": "{}", **name}], "meta": {}}
    fault = {"host": "taskrouter.twilio.com", "times": 99, "status": 200, "body": body}
    pretend_world.faults[:] = [fault]

    with pytest.raises(UnreachableError, match="has no text in friendly_name"):
        list(FlexApi(settings, ENHANCED).workers(WORKSPACE))


def test_a_worker_has_its_name_and_attributes(settings, pretend_world):
    body = {"workers": [{"friendly_name": "ada", "attributes": '{"roles": ["agent"]}'}]}
    fault = {"host": "taskrouter.twilio.com", "status": 200, "body": body}
    pretend_world.faults[:] = [fault]

    (worker,) = FlexApi(settings, ENHANCED).workers(WORKSPACE)

    assert {"friendly_name": "ada", "attributes": {"roles": ["agent"]}} == worker
