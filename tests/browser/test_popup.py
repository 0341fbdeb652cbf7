"""`login_popup: true`: the login happens in a window of its own, and the page behind it goes on."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import Tenant, fresh, tenant_of
from tests.browser.visitor import sign_in
from tests.e2e.conftest import Project

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser_popup")]


@pytest.fixture(scope="module")
def tenant(project: Project, browser: Browser) -> Tenant:
    tenant = tenant_of(project, "acme.popup", flex={"login_popup": True})
    with fresh(browser) as context:
        tenant.walk(context)
    return tenant


def test_the_popup_signs_in_and_closes(tenant, context):
    page = context.new_page()
    page.goto(tenant.reach("https://flex.twilio.com/acme-falcon-1234"))
    with page.expect_popup() as opened:
        page.get_by_role("link", name="Log in with SSO").click()
    popup = opened.value
    popup.get_by_label("Email or phone").wait_for()
    with popup.expect_event("close"):
        sign_in(popup, "ada@acme.example")

    page.get_by_role("heading", name="Welcome to Flex, Ada Lovelace").wait_for()
    assert "verified" == tenant.stack.up()["status"]


def test_a_popup_that_is_blocked_is_said(tenant, context):
    page = context.new_page()
    page.add_init_script("window.open = () => null")
    page.goto(tenant.reach("https://flex.twilio.com/acme-falcon-1234"))
    page.get_by_role("link", name="Log in with SSO").click()

    page.get_by_text("This browser blocked the popup.").wait_for()
