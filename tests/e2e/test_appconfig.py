"""`./flexsso appconfig` on the way of a stack with a Flex UI of its own."""

from __future__ import annotations

import httpx
import pytest

from cli.appconfig import config_of
from models.errors import FlexSsoError
from tests.e2e.conftest import Project

pytestmark = pytest.mark.xdist_group("appconfig")
UI = "https://desk.acme.example/"


def test_a_self_hosted_ui_gets_its_values_once_flex_uses_them(project: Project, monkeypatch):
    monkeypatch.setenv("PULUMI_BACKEND_URL", f"file://{project.root / '.state'}")
    flex = {"default_redirect_url": UI, "trusted_domains": ["https://desk.acme.example"]}
    stack = project.stack("hosted.dev", flex=flex)

    stack.up()
    with pytest.raises(FlexSsoError, match="does not use the connection"):
        config_of(stack.name, project.root)

    stack.walk_to_active()
    found = config_of(stack.name, project.root)
    outputs = stack.engine.outputs()

    assert {"accountSid": "AC" + "5a" * 16, "loginPopup": False} == found["sso"]
    assert outputs["connection"] == found["oauth"]["connection"]
    assert UI == found["oauth"]["redirectUrl"]
    assert published(project)["client_id"] == found["oauth"]["clientId"]


def published(project: Project) -> dict[str, str]:
    """What Flex shows to everybody."""
    url = f"{project.base}/services.twilio.com/v1/Flex/Authentication/Config"
    answer = httpx.get(url, params={"AccountSid": "AC" + "5a" * 16}).json()
    return dict(answer["config_list"][0])
