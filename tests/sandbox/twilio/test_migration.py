"""From legacy to enhanced SSO in the Console's wizard, both ways, and the way back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from sandbox.twilio import configuration
from sandbox.twilio.accounts import connections_of, find_account
from tests.sandbox.google.browser import Browser
from tests.sandbox.twilio import idp
from tests.sandbox.twilio.conftest import CONSOLE, LEGACY
from tests.sandbox.twilio.service_provider import ServiceProvider

ACCOUNT = LEGACY["account_sid"]
OLD_ACS = f"https://iam.twilio.com/v1/Accounts/{ACCOUNT}/saml2"
OLD_ENTITY_ID = f"{OLD_ACS}/metadata"
MODIFY, CREATE = "Modify existing SSO connection", "Create new SSO connection"
CONFIRMED = "I have updated my identity provider"
REVERTED = "I confirm that my Flex application reflects the Legacy Flex SSO connection"
DAY = 86400


@pytest.fixture
def page(sp: ServiceProvider) -> Iterator[Browser]:
    """Somebody at the SSO page of an account with Flex UI 2.7."""
    with Browser(sp.world.base) as browser:
        set_ui_version(sp, "2.7.x")
        yield to_sso(browser)


def set_ui_version(sp: ServiceProvider, version: str) -> None:
    account = find_account(sp.world.store, ACCOUNT)
    assert account is not None
    configuration.write(sp.world, account, {"account_sid": ACCOUNT, "ui_version": version})


def to_sso(browser: Browser) -> Browser:
    browser.open(f"{CONSOLE}/").follow(ACCOUNT)
    for text in ("Flex", "Users and access", "Single sign-on (SSO)"):
        browser.follow(text)
    return browser


def begin(page: Browser, way: str) -> str:
    """Steps 1 and 2; returns the JQ sid that the page shows."""
    page.follow("Start setup").fill(way, True).press("Continue")
    [sid] = set(re.findall(r"JQ[0-9a-f]{32}", page.text))
    page.fill(CONFIRMED, True).press("Save and Continue")
    return str(sid)


def enter_data(page: Browser, sp: ServiceProvider) -> None:
    """Step 3."""
    page.fill("Friendly Name", "Acme Google").fill("X.509 Certificate", sp.provider.certificate)
    page.fill("Identity Provider Issuer", idp.ISSUER).fill("Single Sign-On URL", idp.SSO_URL)
    page.press("Save")


def log_in(sp: ServiceProvider, acs_url: str, entity_id: str) -> httpx.Response:
    """Ada, from her identity provider."""
    response = sp.provider.sign(idp.document(acs_url, entity_id))
    form = {"SAMLResponse": idp.encode(response)}
    return sp.http.post(sp.here(acs_url), data=form, follow_redirects=True)


def log_in_by_enhanced(sp: ServiceProvider, sid: str) -> httpx.Response:
    acs_url = f"https://login.flex.us1.twilio.com/login/callback?connection={sid}"
    return log_in(sp, acs_url, f"urn:flex:{sid}")


def log_in_by_legacy(sp: ServiceProvider) -> httpx.Response:
    return log_in(sp, OLD_ACS, OLD_ENTITY_ID)


def heading(page: Browser) -> str:
    assert page.page.h1 is not None
    return page.page.h1.get_text(strip=True)


def alert(page: Browser) -> str:
    found = page.page.find(role="alert")
    assert found is not None, page.text
    return found.get_text(strip=True)


def listed(sp: ServiceProvider) -> list[tuple[str, bool]]:
    """Authentication/Config, as a stranger reads it."""
    url = f"/services.twilio.com/v1/Flex/Authentication/Config?AccountSid={ACCOUNT}"
    return [
        (one["connection_name"], one["active"]) for one in sp.http.get(url).json()["config_list"]
    ]


def legacy_begins(sp: ServiceProvider) -> tuple[int, Any]:
    """Status and code of iam's `authenticate`."""
    asked = {"products": ["flex"], "resource": "https://flex.twilio.com/acme-heron-4321"}
    answer = sp.http.post(f"/iam.twilio.com/v1/Accounts/{ACCOUNT}/authenticate", json=asked)
    return answer.status_code, answer.json().get("code")


def types_and_states(page: Browser) -> list[tuple[str, str]]:
    rows = [[cell.get_text(strip=True) for cell in row.find_all("td")] for row in page.page("tr")]
    return [(cells[2], cells[3]) for cells in rows if cells]


@pytest.mark.parametrize(
    ("version", "offered"),
    [
        ("2.6.9", False),
        ("~2.6.0", False),
        ("1.34.0", False),
        ("2.7.0", True),
        ("^2.4.0", True),
        ("2.x.auto", True),
        ("2.n", True),
        ("3.0.0", True),
        ("latest", False),
    ],
)
def test_the_new_solution_is_offered_from_flex_ui_2_7_on(sp, page, version, offered):
    set_ui_version(sp, version)

    assert offered == ("New SSO Solution Available" in to_sso(page).text)
    status = page.open(f"{CONSOLE}/flex/users-and-access/sso/setup").response.status_code
    assert (200 if offered else 404) == status


def test_a_version_lowered_meanwhile_is_refused(sp, page):
    page.follow("Start setup").fill(MODIFY, True)
    set_ui_version(sp, "2.6.0")
    page.press("Continue")

    assert (400, True) == (page.response.status_code, "needs Flex UI 2.7" in alert(page))
    assert [] == listed(sp)


def test_a_setup_type_must_be_chosen(sp, page):
    page.follow("Start setup").press("Continue")

    assert "Select a setup type" == alert(page)


def test_until_the_identity_provider_is_confirmed_nothing_changes_for_anybody(sp, page):
    page.follow("Start setup").fill(MODIFY, True).press("Continue")
    assert "Update your identity provider" == heading(page)
    [sid] = set(re.findall(r"JQ[0-9a-f]{32}", page.text))

    page.press("Save and Continue")

    assert "tick the box" in alert(page)
    assert [(sid, False)] == listed(sp)
    assert 200 == log_in_by_legacy(sp).status_code
    assert 400 == log_in_by_enhanced(sp, sid).status_code


def test_the_setup_goes_on_where_it_was_left(sp, page):
    begin(page, CREATE)
    assert "Enter identity provider data" == heading(page)

    assert "Enter identity provider data" == heading(to_sso(page).follow("Start setup"))


def test_a_setup_is_cancelled_while_nothing_is_live(sp, page):
    page.follow("Start setup").fill(CREATE, True).press("Continue").press("Cancel setup")

    assert [] == listed(sp)
    assert "Select setup type" == heading(page.follow("Start setup"))
    begin(page.open(f"{CONSOLE}/flex/users-and-access/sso"), MODIFY)
    cancel = f"{sp.world.base}/console.twilio.com/flex/users-and-access/sso/setup-cancel"
    assert 404 == page._http.post(cancel).status_code


def test_modify_takes_the_legacy_data_over_and_ends_the_legacy_sign_in(sp, page):
    sid = begin(page, MODIFY)

    assert "Validate successful connection in Flex" == heading(page)
    assert [(sid, True)] == listed(sp)
    assert (403, 70251) == legacy_begins(sp)
    assert 401 == log_in_by_legacy(sp).status_code
    assert 200 == log_in_by_enhanced(sp, sid).status_code
    [new] = [one for one in connections_of(sp.world.store, ACCOUNT) if one.name == sid]
    assert (sp.legacy.issuer, sp.legacy.certificate) == (new.issuer, new.certificate)
    assert sp.legacy.trusted_domains == new.trusted_domains


def test_create_leaves_the_legacy_sign_in_alone_until_the_new_data_is_there(sp, page):
    sid = begin(page, CREATE)
    assert ((200, None), [(sid, False)]) == (legacy_begins(sp), listed(sp))

    enter_data(page, sp)

    assert "Validate successful connection in Flex" == heading(page)
    assert [(sid, True)] == listed(sp)
    assert 401 == log_in_by_legacy(sp).status_code
    assert 200 == log_in_by_enhanced(sp, sid).status_code


def test_create_refuses_a_form_that_cant_work(sp, page):
    begin(page, CREATE)
    page.press("Save")

    assert "X.509 Certificate, Identity Provider Issuer, Single Sign-On URL required" == alert(page)
    assert 200 == log_in_by_legacy(sp).status_code


def test_finish_asks_for_a_trial_login(sp, page):
    sid = begin(page, MODIFY)
    page.press("Finish")
    assert "Log in with SSO first" in alert(page)

    assert 200 == log_in_by_enhanced(sp, sid).status_code
    page.press("Finish")

    assert "Single sign-on (SSO)" == heading(page)
    assert "New connection saved" in page.text


def test_a_login_without_roles_validates_nothing(sp, page):
    sid = begin(page, MODIFY)
    acs_url = f"https://login.flex.us1.twilio.com/login/callback?connection={sid}"
    claims = {"email": ["ada@acme.example"], "full_name": ["Ada Lovelace"]}
    document = idp.document(acs_url, f"urn:flex:{sid}", attributes=claims)
    form = {"SAMLResponse": idp.encode(sp.provider.sign(document))}
    assert 400 == sp.http.post(sp.here(acs_url), data=form).status_code

    assert "Log in with SSO first" in alert(page.press("Finish"))


def test_whether_finish_asks_is_a_switch(sp, page):
    sp.world.options.finish_needs_a_login = False
    begin(page, MODIFY)

    assert "New connection saved" in page.press("Finish").text


@pytest.fixture
def finished(sp: ServiceProvider, page: Browser, request: pytest.FixtureRequest) -> str:
    """The migration of the wanted way is over; its JQ sid."""
    sid = begin(page, request.param)
    if request.param == CREATE:
        enter_data(page, sp)
    assert 200 == log_in_by_enhanced(sp, sid).status_code
    page.press("Finish")
    return sid


@pytest.mark.parametrize("finished", [MODIFY, CREATE], indirect=True)
def test_the_list_shows_both_connections(sp, page, finished):
    assert [("OAuth 2.0", "Active"), ("Legacy", "Inactive")] == types_and_states(page)


@pytest.mark.parametrize("finished", [MODIFY], indirect=True)
def test_a_modified_connection_is_reverted_with_the_old_values(sp, page, finished):
    page.follow("switch back to legacy connection")
    assert "Revert SSO connection" == heading(page)
    assert OLD_ACS in page.text
    assert OLD_ENTITY_ID in page.text
    assert "tick the box" in alert(page.press("Switch connection"))

    page.fill(REVERTED, True).press("Switch connection")

    assert 200 == log_in_by_legacy(sp).status_code
    assert 400 == log_in_by_enhanced(sp, finished).status_code
    assert [] == listed(sp)
    assert "New SSO Solution Available" in page.text  # "complete the migration steps again"


@pytest.mark.parametrize("finished", [CREATE], indirect=True)
def test_two_connections_are_switched_to_and_fro(sp, page, finished):
    page.follow("switch back to legacy connection").press("Confirm")
    assert [("OAuth 2.0", "Inactive"), ("Legacy", "Active")] == types_and_states(page)
    assert 200 == log_in_by_legacy(sp).status_code
    assert 400 == log_in_by_enhanced(sp, finished).status_code

    page.follow("switch back to OAuth 2.0 connection").press("Confirm")
    assert 401 == log_in_by_legacy(sp).status_code
    assert 200 == log_in_by_enhanced(sp, finished).status_code


@pytest.mark.parametrize("finished", [CREATE], indirect=True)
def test_an_edit_of_the_inactive_connection_switches_nothing(sp, page, finished):
    page.open(f"{CONSOLE}/flex/users-and-access/sso/legacy").press("Save")

    assert [(finished, True)] == listed(sp)
    assert (403, 70251) == legacy_begins(sp)


@pytest.mark.parametrize("finished", [MODIFY, CREATE], indirect=True)
@pytest.mark.parametrize(("days", "kept"), [(29, True), (31, False)])
def test_the_legacy_details_are_kept_for_thirty_days(sp, page, finished, days, kept):
    sp.world.set_clock(days * DAY)

    assert kept == ("switch back to legacy connection" in to_sso(page).text)
    page.open(f"{CONSOLE}/flex/users-and-access/sso/switch")
    assert (200 if kept else 404) == page.response.status_code
    assert [(finished, True)] == listed(sp)


@pytest.mark.parametrize("finished", [CREATE], indirect=True)
def test_who_has_switched_back_keeps_the_legacy_sign_in(sp, page, finished):
    page.follow("switch back to legacy connection").press("Confirm")
    sp.world.set_clock(31 * DAY)
    to_sso(page)

    assert (200, None) == legacy_begins(sp)
    assert [("OAuth 2.0", "Inactive"), ("Legacy", "Active")] == types_and_states(page)
