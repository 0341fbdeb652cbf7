"""appConfig.js: exact values, and none that is made up."""

from __future__ import annotations

import json
from typing import Any

import pytest

from models.app_config import app_config, as_javascript
from models.errors import FlexSsoError
from models.tenant import FlexSettings

ACCOUNT, JQ = "AC" + "0" * 32, "JQ" + "ab" * 16
UI = "https://desk.acme.example/"


def flex(**more: Any) -> FlexSettings:
    given = {"account_sid": ACCOUNT, "runtime_domain": "acme", "default_redirect_url": UI}
    return FlexSettings.model_validate(given | more)


def test_enhanced():
    assert {
        "sso": {"accountSid": ACCOUNT, "loginPopup": True},
        "oauth": {"connection": JQ, "clientId": "c1", "redirectUrl": UI, "loginPopup": True},
    } == app_config(flex(login_popup=True), {JQ: "c1"}, JQ)


def test_legacy_has_no_oauth_for_it_would_switch_flex_ui_over():
    found = app_config(flex(generation="legacy"), {JQ: "c1"}, None)

    assert {"sso": {"accountSid": ACCOUNT, "loginPopup": False}} == found


@pytest.mark.parametrize(
    ("changes", "active", "connection", "says"),
    [
        ({}, {}, JQ, "does not use the connection JQ"),
        ({}, {}, None, "(not known yet)"),
        ({}, {"JQ" + "cd" * 16: "c1"}, JQ, "does not use the connection JQ"),
        ({}, {JQ: ""}, JQ, "no client id"),
        ({"default_redirect_url": None}, {JQ: "c1"}, JQ, "The address of your Flex UI"),
    ],
)
def test_what_is_not_known_is_not_made_up(changes, active, connection, says):
    with pytest.raises(FlexSsoError) as caught:
        app_config(flex(**changes), active, connection)

    assert says in str(caught.value)
    assert "hint:" in str(caught.value)


def test_it_is_javascript():
    text = as_javascript({"sso": {"accountSid": ACCOUNT}})

    assert text.startswith("var appConfig = {")
    assert {"sso": {"accountSid": ACCOUNT}} == json.loads(text[len("var appConfig = ") : -1])
    assert text.endswith(";")
