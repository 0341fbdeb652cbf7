"""The Twilio Console's SSO pages by their words, as a person with a hand-off walks them."""

from __future__ import annotations

import re

import httpx
import pytest

from sandbox.twilio.accounts import Connection, connections_of
from sandbox.world import World
from tests.sandbox.google.browser import Browser
from tests.sandbox.twilio.conftest import CONSOLE, ENHANCED, LEGACY

ISSUER = "https://accounts.google.com/o/saml2?idpid=C01testing"
SSO_URL = "https://accounts.google.com/o/saml2/idp?idpid=C01testing"
NO_CERTIFICATE = "-----BEGIN CERTIFICATE-----\nnot one\n-----END CERTIFICATE-----"
FORM = {
    "Friendly Name": "Acme Google",
    "X.509 Certificate": NO_CERTIFICATE,
    "Identity Provider Issuer": ISSUER,
    "Single Sign-On URL": SSO_URL,
    "Default Redirect URL": "https://flex.twilio.com/acme-falcon-1234",
    "Trusted domains": "https://example.com/flex\n\n http://localhost:3000 \n",
}


def to_sso(browser: Browser, account: dict[str, str] = ENHANCED) -> Browser:
    """The way from the Console's first page."""
    browser.open(f"{CONSOLE}/").follow(account["account_sid"])
    for text in ("Flex", "Users and access", "Single sign-on (SSO)"):
        browser.follow(text)
    return browser


def to_page_b(browser: Browser) -> Browser:
    to_sso(browser).fill("I have updated my identity provider", True)
    return browser.press("Save and Continue")


def save(browser: Browser, form: dict[str, str], popup: str = "") -> Browser:
    for label, value in form.items():
        browser.fill(label, value)
    if popup:
        browser.fill(popup, True)
    return browser.press("Save")


def the_connection(world: World, account: dict[str, str] = ENHANCED) -> Connection:
    [found] = connections_of(world.store, account["account_sid"])
    return found


def heading(browser: Browser) -> str:
    assert browser.page.h1 is not None
    return browser.page.h1.get_text(strip=True)


def popup_seen_by_strangers(world: World, account: dict[str, str] = ENHANCED) -> bool | None:
    url = f"{world.base}/flex-api.twilio.com/v1/Configuration/Public"
    [found] = httpx.get(url, params={"AccountSid": account["account_sid"]}).json()["configurations"]
    return (found["public_attributes"] or {}).get("loginPopup")


def test_page_a_shows_addresses_that_stay_the_same(browser: Browser, world: World) -> None:
    assert heading(to_sso(browser)) == "Set up your identity provider"
    [sid] = set(re.findall(r"JQ[0-9a-f]{32}", browser.text))
    assert f"https://login.flex.us1.twilio.com/login/callback?connection={sid}" in browser.text
    assert f"urn:flex:{sid}" in browser.text

    assert sid in to_sso(browser).text
    assert (the_connection(world).name, the_connection(world).active) == (sid, False)


def test_page_a_asks_for_the_tick(browser: Browser) -> None:
    to_sso(browser).press("Save and Continue")

    assert browser.response.status_code == 400
    assert heading(browser) == "Set up your identity provider"


def test_page_b_makes_the_connection_active_with_what_was_typed(
    browser: Browser, world: World
) -> None:
    assert heading(to_page_b(browser)) == "Set up your Twilio Flex SSO"
    save(browser, FORM)

    found = the_connection(world)
    assert found.active
    assert found.friendly_name == "Acme Google"
    assert found.certificate.splitlines() == NO_CERTIFICATE.splitlines()
    assert (found.issuer, found.sso_url) == (ISSUER, SSO_URL)
    assert found.default_redirect_url == FORM["Default Redirect URL"]
    assert found.trusted_domains == ["https://example.com/flex", "http://localhost:3000"]
    assert found.login_popup is False


def test_the_page_then_lists_the_connection_and_the_login_link(browser: Browser) -> None:
    save(to_page_b(browser), FORM)
    to_sso(browser)

    assert heading(browser) == "Single sign-on (SSO)"
    assert "https://flex.twilio.com/acme-falcon-1234" in browser.text
    assert "Acme Google" in browser.text
    assert "Active" in browser.text
    links = [a.get_text(strip=True) for a in browser.page.find_all("a")]
    assert links.count("Edit") == links.count("Log in with SSO") == 1


def test_an_edit_changes_one_field_and_keeps_the_others(browser: Browser, world: World) -> None:
    save(to_page_b(browser), FORM, popup="Login using popup")
    before = the_connection(world)
    to_sso(browser).follow("Edit").fill("Single Sign-On URL", SSO_URL + "x").press("Save")

    after = the_connection(world)
    assert after.sso_url == SSO_URL + "x"
    assert after.certificate.splitlines() == before.certificate.splitlines()
    assert (after.name, after.active, after.login_popup) == (before.name, True, True)
    assert after.trusted_domains == before.trusted_domains


@pytest.mark.parametrize(
    ("label", "value"),
    [
        ("X.509 Certificate", " "),
        ("Identity Provider Issuer", ""),
        ("Single Sign-On URL", ""),
        ("Trusted domains", "https://*.example.com"),
    ],
)
def test_page_b_refuses_what_cant_work_and_keeps_the_rest_typed(
    browser: Browser, world: World, label: str, value: str
) -> None:
    save(to_page_b(browser), FORM | {label: value})

    assert browser.response.status_code == 400
    assert label in browser.page.find(role="alert").get_text()
    assert "Acme Google" in str(browser.page)
    assert not the_connection(world).active


def test_the_popup_box_can_be_seen_without_credentials(browser: Browser, world: World) -> None:
    assert popup_seen_by_strangers(world) is None
    save(to_page_b(browser), FORM, popup="Login using popup")
    assert popup_seen_by_strangers(world) is True

    to_sso(browser).follow("Edit").fill("Login using popup", False).press("Save")
    assert popup_seen_by_strangers(world) is False


def test_the_popup_box_touches_the_configuration_only_as_an_option(
    browser: Browser, world: World
) -> None:
    world.options.popup_box_writes_configuration = False
    save(to_page_b(browser), FORM, popup="Login using popup")

    assert the_connection(world).login_popup is True
    assert popup_seen_by_strangers(world) is None


def test_a_legacy_account_has_one_form(browser: Browser, world: World) -> None:
    to_sso(browser, LEGACY)
    acs = f"https://iam.twilio.com/v1/Accounts/{LEGACY['account_sid']}/saml2"
    assert f"ACS URL {acs} Entity ID {acs}/metadata" in browser.text
    assert connections_of(world.store, LEGACY["account_sid"]) == []

    shout = ("X.509 Certificate", "Identity Provider Issuer", "Single Sign-On URL")
    shout += ("Default Redirect URL", "Trusted domains")
    form = {label.upper() if label in shout else label: value for label, value in FORM.items()}
    save(browser, form, popup="Login using Popup")

    found = the_connection(world, LEGACY)
    assert (found.name, found.active, found.login_popup) == ("legacy", True, True)
    assert (found.issuer, found.sso_url) == (ISSUER, SSO_URL)
    assert found.uses_iam
    assert "https://flex.twilio.com/acme-heron-4321" in browser.text


def test_the_oldest_legacy_address_is_a_choice(browser: Browser, world: World) -> None:
    to_sso(browser, LEGACY).fill("USES PREVIEW.TWILIO.COM", True).press("Save")

    assert the_connection(world, LEGACY).uses_iam is False
    acs = f"https://preview.twilio.com/iam/Accounts/{LEGACY['account_sid']}/saml2"
    assert f"ACS URL {acs} Entity ID {acs} " in to_sso(browser, LEGACY).text


def test_a_page_without_an_open_account_leads_to_the_list(browser: Browser) -> None:
    browser.open(f"{CONSOLE}/flex/users-and-access/sso")

    assert heading(browser) == "Accounts"
    assert ENHANCED["account_sid"] in browser.text


def test_a_connection_of_another_account_is_not_found(browser: Browser, world: World) -> None:
    to_sso(browser)
    path = f"{CONSOLE}/flex/users-and-access/sso/{the_connection(world).name}"
    assert browser.open(path).response.status_code == 200

    to_sso(browser, LEGACY)
    assert browser.open(path).response.status_code == 404


def test_a_form_has_at_most_256_kb(browser: Browser, world: World) -> None:
    save(to_page_b(browser), FORM | {"X.509 Certificate": "x" * 300_000})

    assert browser.response.status_code == 413
    assert not the_connection(world).active


@pytest.mark.parametrize("path", ["/", "/flex/overview", "/flex/users-and-access/sso"])
def test_every_page_says_that_it_is_a_sandbox(browser: Browser, path: str) -> None:
    to_sso(browser)

    assert "This is not Google and not Twilio" in browser.open(CONSOLE + path).text
