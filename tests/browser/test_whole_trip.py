"""A person with a browser and the hand-off page, nothing else: from nothing to a sign-in."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.conftest import Tenant, fresh, tenant_of
from tests.browser.pictures import is_pictured
from tests.browser.visitor import sign_in
from tests.e2e.conftest import Project

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser_trip")]


@pytest.fixture(scope="module")
def tenant(project: Project, browser: Browser) -> Tenant:
    tenant = tenant_of(project, "acme.trip")
    with fresh(browser) as context:
        done = tenant.walk(context)
    assert [
        ("Let Flex make its connection", []),
        ("Make the custom SAML app", []),
        ("Tell Flex about Google", []),
    ] == done
    return tenant


def by_login_link(page: Page, tenant: Tenant) -> None:
    page.goto(tenant.reach("https://flex.twilio.com/acme-falcon-1234"))
    page.get_by_role("link", name="Log in with SSO").click()


def by_tile(page: Page, tenant: Tenant) -> None:
    page.goto(tenant.reach("https://admin.google.com/ac/apps/unified"))
    page.get_by_role("link", name="Twilio Flex", exact=True).click()
    page.get_by_role("link", name="Test SAML login").click()


@pytest.mark.parametrize("begin", [by_login_link, by_tile])
@pytest.mark.parametrize(
    ("email", "roles"),
    [("ada@acme.example", "agent"), ("grace@acme.example", "agent, supervisor")],
)
def test_a_person_lands_in_flex_with_the_right_roles(tenant, context, begin, email, roles):
    page = context.new_page()
    begin(page, tenant)
    sign_in(page, email)

    page.get_by_role("heading", name="Welcome to Flex").wait_for()
    assert roles == page.locator("dt", has_text="Roles").locator("+ dd").inner_text()


def test_golden_picture_of_flex(tenant, browser):
    with fresh(browser, viewport={"width": 1000, "height": 720}) as context:
        page = context.new_page()
        by_login_link(page, tenant)
        sign_in(page, "grace@acme.example")
        page.get_by_role("heading", name="Welcome to Flex").wait_for()

        assert is_pictured(page, "flex-landing.png")


def test_after_a_sign_in_the_page_has_every_step_ticked(tenant, context):
    assert "verified" == tenant.stack.up()["status"]

    page = context.new_page()
    page.goto(tenant.handoff().as_uri())

    assert ["Done"] * 4 == page.locator(".badge").all_inner_texts()
    assert "Nobody" in page.locator(".band").inner_text()
    assert "signed in on" in page.locator("#sign_in .proof").inner_text()


def test_a_persons_word_is_on_the_page_and_in_the_folder(tenant, context):
    page = context.new_page()
    page.goto(tenant.handoff("--attest", "flex_connection", "--by", "Grace Hopper").as_uri())

    page.locator("#flex_page_b summary").click()
    assert page.get_by_text("Attested by Grace Hopper").is_visible()
    assert (tenant.root / "stacks" / "acme.trip" / "attestations.json").exists()
