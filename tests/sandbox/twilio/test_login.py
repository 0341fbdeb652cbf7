"""The enhanced login as Flex's own clients walk it: discovery, Authorize, code, tokens."""

from __future__ import annotations

import base64
import hashlib
import zlib
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from onelogin.saml2.xml_utils import OneLogin_Saml2_XML

from tests.sandbox.twilio import idp
from tests.sandbox.twilio.idp import SAML, SAMLP
from tests.sandbox.twilio.service_provider import (
    ENHANCED,
    JQ,
    LEGACY,
    LOGIN_LINK,
    OTHER_JQ,
    ServiceProvider,
)

SERVICES = "/services.twilio.com/v1/Flex"
SDK_CALLBACK = "https://services.twilio.com/v1/Flex/Authentication/Callback"
ACCOUNT = ENHANCED["account_sid"]
VERIFIER = "v" * 64
NONCE = "n" * 32
TOKEN_INFO = {
    "account_sid",
    "expiration",
    "flex_instance_sid",
    "flex_user_sid",
    "identity",
    "name_id",
    "realm_user_id",
    "roles",
    "worker_sid",
}


def challenge(verifier: str) -> str:
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def authorize(sp: ServiceProvider, **changes: str) -> httpx.Response:
    query = {
        "redirectUrl": SDK_CALLBACK,
        "nonce": NONCE,
        "codeChallenge": challenge(VERIFIER),
        "state": "mine",
        "ssoProfileSid": JQ,
    }
    return sp.http.get(f"{SERVICES}/Authorize", params=query | changes)


def sent(response: httpx.Response) -> tuple[str, Any, str]:
    """From a redirect to the provider: where to, the AuthnRequest's root, the RelayState."""
    parts = urlsplit(response.headers["location"])
    query = parse_qs(parts.query)
    xml = zlib.decompress(base64.b64decode(query["SAMLRequest"][0], validate=True), -15)
    where = parts._replace(query=f"idpid={query['idpid'][0]}").geturl()
    return where, idp.parse(xml.decode()), query["RelayState"][0]


def code_of(sp: ServiceProvider, redirect_url: str = LOGIN_LINK, **said: Any) -> str:
    """A whole login up to the code; `said` changes the Response."""
    response = authorize(sp, redirectUrl=redirect_url)
    _, request, relay_state = sent(sp.http.get(response.headers["location"]))
    answer = sp.post(sp.signed(in_response_to=request.get("ID"), **said), relay_state)
    assert 302 == answer.status_code, answer.text
    assert answer.headers["location"].startswith("/login.flex.us1.twilio.com/")
    answer = sp.http.get(answer.headers["location"])
    answer = sp.http.get(answer.headers["location"])
    arrived = urlsplit(answer.headers["location"])
    assert sp.here(redirect_url) == arrived._replace(query="").geturl()
    query = parse_qs(arrived.query)
    assert ["mine"] == query["state"]
    return query["code"][0]


def exchange(sp: ServiceProvider, code: str, /, **changes: str) -> httpx.Response:
    body = {
        "sso_profile_sid": JQ,
        "code": code,
        "code_verifier": VERIFIER,
        "nonce": NONCE,
        "grant_type": "AuthorizationCode",
    }
    return sp.http.post(f"{SERVICES}/OAuth/Tokens", json=body | changes)


def worker(sp: ServiceProvider) -> dict[str, Any]:
    [found] = sp.world.store.page("worker")
    return found


# Discovery


def config(sp: ServiceProvider, **query: str) -> list[tuple[str, bool]]:
    """As @twilio/flex-sdk asks: all five parameters, unset ones empty."""
    names = ("AccountSid", "FlexInstanceSid", "RuntimeDomain", "SSOProfileSid")
    asked = dict.fromkeys(names, "") | {"AppType": "SinglePageApp"} | query
    answer = sp.http.get(f"{SERVICES}/Authentication/Config", params=asked)
    assert 200 == answer.status_code, answer.text
    return [(one["connection_name"], one["active"]) for one in answer.json()["config_list"]]


@pytest.mark.parametrize(
    "query",
    [
        {"AccountSid": ACCOUNT},
        {"FlexInstanceSid": ENHANCED["flex_instance_sid"]},
        {"RuntimeDomain": "acme-falcon-1234.twil.io"},
        {"AccountSid": ACCOUNT, "RuntimeDomain": "acme-falcon-1234.twil.io"},
    ],
)
def test_connections_are_found_by_any_of_their_names(
    sp: ServiceProvider, query: dict[str, str]
) -> None:
    sp.change(active=False)

    assert [(JQ, False), (OTHER_JQ, True)] == config(sp, **query)
    assert [(JQ, False)] == config(sp, SSOProfileSid=JQ, **query)


def test_inactive_connections_can_be_left_out(sp: ServiceProvider) -> None:
    sp.change(active=False)
    sp.world.options.lists_inactive_connections = False

    assert [(OTHER_JQ, True)] == config(sp, AccountSid=ACCOUNT)


@pytest.mark.parametrize("account_sid", [LEGACY["account_sid"], "AC" + "0" * 32])
def test_legacy_and_unknown_accounts_list_nothing(sp: ServiceProvider, account_sid: str) -> None:
    assert [] == config(sp, AccountSid=account_sid)


def test_config_entries_have_the_clients_keys(sp: ServiceProvider) -> None:
    answer = sp.http.get(f"{SERVICES}/Authentication/Config?AccountSid={ACCOUNT}").json()

    assert {
        "account_sid": ACCOUNT,
        "instance_sid": ENHANCED["flex_instance_sid"],
        "connection_name": JQ,
        "client_id": answer["config_list"][1]["client_id"],
        "active": True,
        "app_type": "SinglePageApp",
    } == answer["config_list"][0]
    assert 400 == sp.http.get(f"{SERVICES}/Authentication/Config").status_code


# Authorize


def test_the_authn_request_fits_the_schema_and_names_the_connection(sp: ServiceProvider) -> None:
    onward = authorize(sp).headers["location"]
    where, request, _ = sent(sp.http.get(onward))

    assert onward.startswith(sp.here("https://login.flex.us1.twilio.com/authorize?"))
    assert idp.SSO_URL == where
    schema = "saml-schema-protocol-2.0.xsd"
    assert "invalid" not in str(OneLogin_Saml2_XML.validate_xml(request, schema))
    assert f"urn:flex:{JQ}" == request.findtext(f"{SAML}Issuer")
    assert sp.connection.acs_url == request.get("AssertionConsumerServiceURL")
    assert idp.SSO_URL == request.get("Destination")
    assert idp.EMAIL_ADDRESS == request.find(f"{SAMLP}NameIDPolicy").get("Format")


def test_the_name_id_policy_is_a_switch(sp: ServiceProvider) -> None:
    sp.world.options.name_id_policy = ""

    _, request, _ = sent(sp.http.get(authorize(sp).headers["location"]))

    assert request.find(f"{SAMLP}NameIDPolicy") is None


@pytest.mark.parametrize(
    "url",
    [
        LOGIN_LINK,
        "https://flex.twilio.com",
        SDK_CALLBACK,
        "http://localhost:3000",
        "http://localhost:3000/anywhere",
        "https://desk.example/flex",
        "https://desk.example:443/flex/sub?x=1",
    ],
)
def test_trusted_addresses(sp: ServiceProvider, url: str) -> None:
    assert 302 == authorize(sp, redirectUrl=url).status_code


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/",
        "https://flex.twilio.com.evil.example/acme-falcon-1234",
        "https://flex.twilio.com@evil.example/acme-falcon-1234",
        "https://flex.twilio.com/acme-heron-4321",
        "https://desk.example/flexible",
        "https://desk.example/flex/../other",
        "https://desk.example/flex/%2e%2e/other",
        "https://desk.example\\@evil.example/flex",
        "https://desk.example/flex\\x",
        "https://desk.example/flex#x",
        "https://user@desk.example/flex",
        "http://desk.example/flex",
        "https://desk.example:8443/flex",
        "https://sub.desk.example/flex",
        "http://localhost:3001",
        "//flex.twilio.com/acme-falcon-1234",
        "javascript:alert(1)",
        "https://[::1",
    ],
)
def test_untrusted_addresses(sp: ServiceProvider, url: str) -> None:
    answer = authorize(sp, redirectUrl=url)

    assert (400, 70002) == (answer.status_code, answer.json()["code"])


@pytest.mark.parametrize(
    "changes", [{"ssoProfileSid": "JQ0"}, {"nonce": ""}, {"codeChallenge": ""}]
)
def test_authorize_needs_all_of_it(sp: ServiceProvider, changes: dict[str, str]) -> None:
    assert 400 == authorize(sp, **changes).status_code


def test_an_inactive_connection_sends_nobody_anywhere(sp: ServiceProvider) -> None:
    sp.change(active=False)

    assert 400 == authorize(sp).status_code


@pytest.mark.parametrize("sso_url", ["", "accounts.google.com", "javascript:alert(1)", "https://"])
def test_a_wrong_sso_url_is_said_and_not_followed(sp: ServiceProvider, sso_url: str) -> None:
    sp.change(sso_url=sso_url)

    answer = sp.http.get(authorize(sp).headers["location"])

    assert (403, 70251) == (answer.status_code, answer.json()["code"])


# Tokens


def test_a_code_becomes_tokens(sp: ServiceProvider) -> None:
    answer = exchange(sp, code_of(sp))
    made = answer.json()

    assert 200 == answer.status_code
    assert made["token_info"].keys() >= TOKEN_INFO
    info = made["token_info"]
    assert ("ada@acme.example", "ada_40acme_2Eexample") == (info["name_id"], info["identity"])
    assert (["agent"], worker(sp)["sid"]) == (info["roles"], info["worker_sid"])
    assert made["access_token"] != made["refresh_token"]


def test_a_code_of_the_sdk_is_shown_where_the_sdk_looks(sp: ServiceProvider) -> None:
    response = authorize(sp)
    _, request, relay_state = sent(sp.http.get(response.headers["location"]))
    answer = sp.post(sp.signed(in_response_to=request.get("ID")), relay_state)
    answer = sp.http.get(answer.headers["location"])
    callback = answer.headers["location"]

    assert callback.startswith(sp.here(SDK_CALLBACK) + "?code=")
    assert 200 == sp.http.get(callback).status_code
    assert 200 == exchange(sp, parse_qs(urlsplit(callback).query)["code"][0]).status_code


@pytest.mark.parametrize(
    "changes",
    [
        {"code": "x"},
        {"code_verifier": "w" * 64},
        {"code_verifier": challenge(VERIFIER)},
        {"nonce": "x"},
        {"nonce": ""},
        {"sso_profile_sid": OTHER_JQ},
        {"grant_type": "authorization_code"},
    ],
)
def test_a_code_is_for_whoever_began_the_login(
    sp: ServiceProvider, changes: dict[str, str]
) -> None:
    answer = exchange(sp, code_of(sp), **changes)

    assert 400 == answer.status_code
    assert {"code", "message", "more_info", "status"} == answer.json().keys()


def test_a_code_is_good_once_and_for_five_minutes(sp: ServiceProvider) -> None:
    code = code_of(sp)
    assert 200 == exchange(sp, code).status_code
    assert 400 == exchange(sp, code).status_code
    code = code_of(sp)
    sp.world.set_clock(301)
    assert 400 == exchange(sp, code).status_code


def test_a_wrong_try_uses_the_code_up(sp: ServiceProvider) -> None:
    code = code_of(sp)

    assert 400 == exchange(sp, code, nonce="x").status_code
    assert 400 == exchange(sp, code).status_code


def test_a_refresh_token_brings_a_new_access_token(sp: ServiceProvider) -> None:
    first = exchange(sp, code_of(sp)).json()
    sp.world.set_clock(1800)
    body = {
        "refresh_token": first["refresh_token"],
        "sso_profile_sid": JQ,
        "grant_type": "RefreshToken",
    }
    second = sp.http.post(f"{SERVICES}/OAuth/Tokens", json=body).json()
    wrong = sp.http.post(f"{SERVICES}/OAuth/Tokens", json=body | {"refresh_token": "x"})

    assert second["access_token"] != first["access_token"]
    assert second["token_info"]["expiration"] > first["token_info"]["expiration"]
    assert (401, 45775) == (wrong.status_code, wrong.json()["code"])


def test_a_session_ends_when_the_provider_says(sp: ServiceProvider) -> None:
    ends = sp.world.clock.now().replace(microsecond=0) + 1.5 * idp.HOUR
    first = exchange(sp, code_of(sp, session_ends=ends)).json()
    sp.world.set_clock(3000)
    body = {"refresh_token": first["refresh_token"], "grant_type": "RefreshToken"}
    second = sp.http.post(f"{SERVICES}/OAuth/Tokens", json=body).json()

    assert f"{ends:%Y-%m-%dT%H:%M:%SZ}" == second["token_info"]["expiration"]


def test_the_hosted_ui_exchanges_at_preview(sp: ServiceProvider) -> None:
    listed = sp.http.get(f"{SERVICES}/Authentication/Config?AccountSid={ACCOUNT}").json()
    form = {
        "AuthCode": code_of(sp),
        "CodeVerifier": VERIFIER,
        "ClientId": listed["config_list"][0]["client_id"],
        "RedirectUrl": SDK_CALLBACK,
        "Nonce": NONCE,
    }
    answer = sp.http.post("/preview.twilio.com/Flex/Tokens", data=form)

    assert 200 == answer.status_code
    assert {"token", "identity", "roles", "expiration"} <= answer.json().keys()
    again = form | {"AuthCode": code_of(sp), "ClientId": "x"}
    assert 400 == sp.http.post("/preview.twilio.com/Flex/Tokens", data=again).status_code
