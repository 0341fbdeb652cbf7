"""flex.twilio.com: the login link, the page of somebody signed in, and whose session it is."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from bs4 import BeautifulSoup

from tests.sandbox.twilio.service_provider import LOGIN_LINK, ServiceProvider
from tests.sandbox.twilio.test_login import sent

HERON = "https://flex.twilio.com/acme-heron-4321"


def links(response: httpx.Response) -> dict[str, str]:
    page = BeautifulSoup(response.text, "html.parser")
    return {a.get_text(strip=True): str(a["href"]) for a in page.find_all("a")}


def log_in(sp: ServiceProvider) -> httpx.Response:
    """From the login link to the address that brings the code, which is not opened yet."""
    _, request, relay_state = sent(sp.begin())
    answer = sp.post(sp.signed(in_response_to=request.get("ID")), relay_state)
    while "/flex.twilio.com/" not in answer.headers["location"]:
        answer = sp.http.get(answer.headers["location"])
    return answer


def test_the_login_link_leads_to_the_page_of_the_person(sp: ServiceProvider) -> None:
    link = links(sp.http.get(sp.here(LOGIN_LINK)))["Log in with SSO"]
    assert link.startswith(sp.here(LOGIN_LINK))
    answer = sp.http.get(log_in(sp).headers["location"], follow_redirects=True)

    assert sp.here(LOGIN_LINK) == str(answer.url)
    for text in ("Ada Lovelace", "ada_40acme_2Eexample", "ada@acme.example", "agent"):
        assert text in answer.text
    worker = sp.world.store.page("worker")[0]
    assert worker["sid"] in answer.text


def test_logging_out_ends_the_session(sp: ServiceProvider) -> None:
    answer = sp.http.get(log_in(sp).headers["location"], follow_redirects=True)
    token = sp.http.cookies["flex_session"]
    answer = sp.http.get(links(answer)["Log out"], follow_redirects=True)

    assert "Log in with SSO" in links(answer)
    kept = {"cookie": f"flex_session={token}"}
    assert "Log in with SSO" in links(sp.http.get(sp.here(LOGIN_LINK), headers=kept))


def test_a_login_ends_in_the_browser_that_began_it(sp: ServiceProvider) -> None:
    answer = log_in(sp)
    with httpx.Client() as other:
        stolen = other.get(answer.headers["location"])

    assert 400 == stolen.status_code
    assert "flex_session" not in stolen.cookies


@pytest.mark.parametrize("changes", [{"state": "x"}, {"code": "x"}, {"state": ""}])
def test_state_and_code_must_be_the_logins_own(
    sp: ServiceProvider, changes: dict[str, str]
) -> None:
    parts = urlsplit(log_in(sp).headers["location"])
    query = {name: values[0] for name, values in parse_qs(parts.query).items()} | changes
    answer = sp.http.get(parts._replace(query="").geturl(), params=query)

    assert 400 == answer.status_code
    assert "flex_session" not in sp.http.cookies


def test_a_code_is_of_one_account(sp: ServiceProvider) -> None:
    url = log_in(sp).headers["location"].replace(LOGIN_LINK[8:], HERON[8:])

    assert 400 == sp.http.get(url).status_code
    assert "flex_session" not in sp.http.cookies


def test_a_session_is_of_one_account(sp: ServiceProvider) -> None:
    sp.http.get(log_in(sp).headers["location"], follow_redirects=True)

    assert "Log in with SSO" in links(sp.http.get(sp.here(HERON)))


@pytest.mark.parametrize("path", ["", "/login", "/logout"])
def test_an_unknown_runtime_domain_is_no_page(sp: ServiceProvider, path: str) -> None:
    assert 404 == sp.http.get(f"/flex.twilio.com/nobody{path}").status_code


def test_an_error_in_the_address_is_shown_as_text(sp: ServiceProvider) -> None:
    answer = sp.http.get(sp.here(LOGIN_LINK), params={"error": "<script>"})

    assert 400 == answer.status_code
    assert "<script>" not in answer.text
    assert "&lt;script&gt;" in answer.text


def test_without_an_active_connection_the_page_says_so(sp: ServiceProvider) -> None:
    sp.world.store.delete("connection", f"{sp.other.account_sid}/{sp.other.name}")
    sp.change(active=False)
    answer = sp.http.get(sp.here(LOGIN_LINK) + "/login")

    assert 403 == answer.status_code
    assert "Invalid SSO Settings" in answer.text


def test_a_legacy_token_must_be_good(sp: ServiceProvider) -> None:
    answer = sp.http.get(sp.here(HERON), params={"Token": "x"})

    assert 401 == answer.status_code
    assert "flex_session" not in sp.http.cookies


def test_the_session_lasts_an_hour(sp: ServiceProvider) -> None:
    sp.http.get(log_in(sp).headers["location"], follow_redirects=True)
    assert "Log out" in links(sp.http.get(sp.here(LOGIN_LINK)))
    sp.world.set_clock(3601)

    assert "Log in with SSO" in links(sp.http.get(sp.here(LOGIN_LINK)))


def test_names_and_attributes_are_text_on_the_page(sp: ServiceProvider) -> None:
    values: dict[str, Any] = {"full_name": ["&lt;script&gt;alert(1)&lt;/script&gt;"]}
    values |= {"email": ["ada@acme.example"], "roles": ["agent"], "team": ["&lt;b&gt;"]}
    sp.post(sp.signed(values=values))
    answer = sp.http.get(sp.here(LOGIN_LINK))

    assert "Welcome to Flex, &lt;script&gt;" in answer.text
    assert "<script" not in answer.text
    assert "<b>" not in answer.text
