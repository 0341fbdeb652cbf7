"""From two empty consoles to somebody at Flex: both rooms together, pages and words only."""

from __future__ import annotations

import json
import re
from typing import Any

import httpx
import pytest
from twilio.rest import Client  # noqa: TID251  the vendor's client is the judge here

from sandbox import seed
from sandbox.world import World
from tests.sandbox.google import wizard
from tests.sandbox.google.browser import Browser
from tests.sandbox.twilio.conftest import ENHANCED, LEGACY
from tests.sandbox.twilio.test_console import save, to_page_b, to_sso

ADMIN = "https://admin.google.com"
CUSTOMER = seed.DEFAULT["google"][0]["customer_id"]
ADA = "ada@acme.example"


def give_roles(browser: Browser, roles: str) -> None:
    """The category "Flex Details" by hand, and Ada's values in it."""
    browser.open(f"{ADMIN}/ac/customschema").fill("Category", "Flex Details")
    browser.fill("Name", "Roles").fill("No. of values", "Multi-value")
    browser.fill("Name", "Full Name", 1).fill("No. of values", "Single Value", 1).press("ADD")
    browser.open(f"{ADMIN}/ac/users").follow(ADA)
    browser.fill("Roles", roles).fill("Full Name", "Ada Lovelace").press("SAVE")


def add_google_app(browser: Browser, acs_url: str, entity_id: str) -> tuple[str, dict[str, str]]:
    """The app, ON for everyone; returns its spid and what the app's page says of the IdP."""
    spid = wizard.add_app(browser, acs_url=acs_url, entity_id=entity_id)
    wizard.turn_on(browser, spid)
    browser.open(f"{ADMIN}/ac/apps/saml/{spid}")
    said = {}
    for term in browser.page.find_all("dt"):
        said[term.get_text(strip=True)] = term.find_next("dd").get_text(strip=True)
    return spid, said


def form_of(said: dict[str, str]) -> dict[str, str]:
    return {
        "Friendly Name": "Acme Google",
        "X.509 Certificate": said["Certificate"],
        "Identity Provider Issuer": said["Entity ID"],
        "Single Sign-On URL": said["SSO URL"],
        "Default Redirect URL": "",
    }


def set_up(browser: Browser) -> str:
    """The enhanced account, all of it; returns the app's spid."""
    to_sso(browser)
    [sid] = set(re.findall(r"JQ[0-9a-f]{32}", browser.text))
    acs_url = f"https://login.flex.us1.twilio.com/login/callback?connection={sid}"
    spid, said = add_google_app(browser, acs_url, f"urn:flex:{sid}")
    save(to_page_b(browser), form_of(said))
    return spid


def carry_on(browser: Browser) -> Browser:
    """What a browser does by itself with Google's page that posts itself."""
    return browser.press("Continue")


def session_by_token(browser: Browser, world: World) -> httpx.Response:
    """By the access token in the Authorization header, without a cookie."""
    token = browser.cookies["flex_session"]
    bearer = {"authorization": f"Bearer {token}"}
    return httpx.get(f"{world.base}/_sandbox/session", headers=bearer)


def session(browser: Browser, world: World) -> dict[str, Any]:
    return dict(browser.open(f"{world.base}/_sandbox/session").response.json())


def test_somebody_logs_in_from_flexs_login_link(
    browser: Browser, world: World, client: Client
) -> None:
    give_roles(browser, "agent, supervisor")
    set_up(browser)
    browser.open("https://flex.twilio.com/acme-falcon-1234").follow("Log in with SSO")
    carry_on(wizard.sign_in(browser, ADA))
    found = session(browser, world)

    assert (found["account_sid"], found["generation"]) == (ENHANCED["account_sid"], "enhanced")
    assert (found["name_id"], found["identity"]) == (ADA, "ada_40acme_2Eexample")
    assert sorted(found["roles"]) == ["agent", "supervisor"]
    assert session_by_token(browser, world).json() == found
    world.set_clock(3601)
    assert session_by_token(browser, world).status_code == 401
    world.set_clock(0)
    workers = client.taskrouter.v1.workspaces(ENHANCED["workspace_sid"]).workers
    [worker] = workers.list(friendly_name=ADA)
    assert worker.sid == found["worker_sid"]
    attributes = json.loads(worker.attributes)
    assert attributes == found["worker_attributes"]
    assert attributes["full_name"] == "Ada Lovelace"
    assert attributes["contact_uri"] == "client:ada_40acme_2Eexample"


def test_somebody_starts_from_googles_app_tile(browser: Browser, world: World) -> None:
    give_roles(browser, "admin")
    spid = set_up(browser)
    carry_on(wizard.open_app(browser, spid, ADA, CUSTOMER))

    assert browser.url.startswith("flex.twilio.com/acme-falcon-1234")
    assert session(browser, world)["roles"] == ["admin"]


def test_somebody_logs_in_to_a_legacy_account(browser: Browser, world: World) -> None:
    give_roles(browser, "agent")
    acs_url = f"https://iam.twilio.com/v1/Accounts/{LEGACY['account_sid']}/saml2"
    _, said = add_google_app(browser, acs_url, f"{acs_url}/metadata")
    shout = {
        name if name == "Friendly Name" else name.upper(): value
        for name, value in form_of(said).items()
    }
    save(to_sso(browser, LEGACY), shout)
    browser.open("https://flex.twilio.com/acme-heron-4321").follow("Log in with SSO")
    carry_on(wizard.sign_in(browser, ADA))
    found = session(browser, world)

    assert (found["account_sid"], found["generation"]) == (LEGACY["account_sid"], "legacy")
    assert found["roles"] == ["agent"]


@pytest.mark.parametrize("roles", ["", "administrator"])
def test_nobody_logs_in_without_a_role_of_flex(
    browser: Browser, world: World, client: Client, roles: str
) -> None:
    give_roles(browser, roles)
    set_up(browser)
    browser.open("https://flex.twilio.com/acme-falcon-1234").follow("Log in with SSO")
    carry_on(wizard.sign_in(browser, ADA))

    assert "Missing User Attributes" in browser.text
    assert "45050" in browser.text
    assert "error" in session(browser, world)
    assert client.taskrouter.v1.workspaces(ENHANCED["workspace_sid"]).workers.list() == []


def test_a_wrong_certificate_shows_at_the_login_and_not_before(
    browser: Browser, world: World
) -> None:
    give_roles(browser, "agent")
    set_up(browser)
    to_sso(browser).follow("Edit").fill("X.509 Certificate", "not one").press("Save")
    assert browser.response.status_code == 200

    browser.open("https://flex.twilio.com/acme-falcon-1234").follow("Log in with SSO")
    carry_on(wizard.sign_in(browser, ADA))

    assert browser.response.status_code == 400
    assert "certificate" in browser.text.lower()
    assert "error" in session(browser, world)
