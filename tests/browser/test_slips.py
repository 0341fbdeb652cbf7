"""What people get wrong, and what they then see: at Google, at Flex, and in the stack."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.conftest import Tenant, fresh, tenant_of
from tests.browser.visitor import rightly, sign_in
from tests.e2e.conftest import Project

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser_slips")]

ACCOUNT = "AC" + "5a" * 16


ISSUER, SSO_URL = "Identity Provider Issuer", "Single Sign-On URL"


def swapped(label: str, value: str) -> str:
    """Each of Google's two addresses in the other's field: they differ by `/idp`."""
    if label == ISSUER:
        return value.replace("/saml2?", "/saml2/idp?")
    return value.replace("/saml2/idp?", "/saml2?") if label == SSO_URL else value


def wrong_issuer(label: str, value: str) -> str:
    """The SSO URL in the issuer's field, too."""
    return swapped(label, value) if label == ISSUER else value


@pytest.fixture(scope="module")
def visits() -> list[tuple[str, list[str]]]:
    """Filled in by the tenant's first walk."""
    return []


@pytest.fixture(scope="module")
def tenant(project: Project, browser: Browser, visits: list[tuple[str, list[str]]]) -> Tenant:
    """Only Ada has a role, so that the others can try without one."""
    people = {"ada@acme.example": {"roles": ["agent"]}}
    tenant = tenant_of(project, "acme.slips", roles={"file": None, "groups": {}, "people": people})
    with fresh(browser) as context:
        visits += tenant.walk(context, rightly, rightly, swapped, wrong_issuer)
    return tenant


def log_in(tenant: Tenant, context: BrowserContext, email: str = "ada@acme.example") -> Page:
    page = context.new_page()
    page.goto(tenant.reach("https://flex.twilio.com/acme-falcon-1234"))
    page.get_by_role("link", name="Log in with SSO").click()
    sign_in(page, email)
    page.wait_for_load_state()
    return page


def press(page: Page, name: str) -> None:
    """A button whose form is taken in before anything else happens."""
    with page.expect_navigation():
        page.get_by_role("button", name=name, exact=True).click()


def follow(page: Page, *names: str) -> None:
    for name in names:
        page.get_by_role("link", name=name, exact=True).click()


@contextmanager
def flex_form(tenant: Tenant, browser: Browser) -> Iterator[Page]:
    """The connection's form at Twilio, saved at the end."""
    with fresh(browser) as context:
        page = context.new_page()
        page.goto(tenant.reach("https://console.twilio.com/"))
        follow(page, ACCOUNT, "Flex", "Users and access", "Single sign-on (SSO)", "Edit")
        yield page
        press(page, "Save")


def set_access(tenant: Tenant, browser: Browser, state: str) -> None:
    with fresh(browser) as context:
        page = context.new_page()
        page.goto(tenant.reach("https://admin.google.com/ac/apps/unified"))
        follow(page, "Twilio Flex", "User access")
        page.get_by_label(f"{state} for everyone", exact=True).check()
        press(page, "SAVE")


def test_what_flex_shows_to_be_wrong_is_marked_and_put_right_by_the_same_page(tenant, visits):
    """Flex shows where it sends people, not which issuer it expects."""
    form = "Tell Flex about Google"

    assert [form, form] == [title for title, _ in visits[2:]]
    assert [[], 1] == [visits[2][1], len(visits[3][1])]
    marked = " ".join(visits[3][1][0].split())
    told = "Single Sign-On URL is now https://accounts.google.com/o/saml2?idpid="
    assert marked.startswith(told), marked


def test_the_sso_url_pasted_as_issuer_is_flexs_refusal(tenant, browser, context):
    page = log_in(tenant, context)

    page.get_by_role("heading", name="Log in failed").wait_for()
    assert "ssuer" in page.locator("main").inner_text()
    with flex_form(tenant, browser) as form:
        form.get_by_label(ISSUER).fill(swapped(SSO_URL, form.get_by_label(ISSUER).input_value()))


def test_the_app_off_is_google_s_refusal(tenant, browser, context):
    set_access(tenant, browser, "OFF")

    page = log_in(tenant, context)

    assert "app_not_enabled_for_user" in page.locator("main").inner_text()
    told = tenant.stack.up()["next_step"]
    assert "The app is OFF for this person's organizational unit and groups" in told
    assert "the app > User access" in told
    set_access(tenant, browser, "ON")


def test_no_roles_is_flexs_refusal_and_the_stack_stays_unproved(tenant, context):
    page = log_in(tenant, context, "linus@acme.example")

    page.get_by_role("heading", name="Log in failed").wait_for()
    assert "roles" in page.locator("main").inner_text()
    outputs = tenant.stack.up()
    assert "active" == outputs["status"]
    assert "linus@acme.example logged in at Google" in outputs["next_step"]


def test_when_all_is_put_back_ada_gets_in(tenant, context):
    page = log_in(tenant, context)

    page.get_by_role("heading", name="Welcome to Flex").wait_for()
    assert "verified" == tenant.stack.up()["status"]


def test_a_wrong_file_is_refused_on_the_spot(tenant, tmp_path, capsys):
    wrong = tmp_path / "GoogleIDPMetadata.xml"
    wrong.write_text("<!doctype html><title>Sign in - Google Accounts</title>")

    with pytest.raises(AssertionError):
        tenant.handoff("--metadata", str(wrong))

    assert "This is a web page" in capsys.readouterr().err
