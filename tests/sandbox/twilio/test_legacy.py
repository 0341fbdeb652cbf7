"""Legacy SSO at iam.twilio.com and its older twin: authenticate, the ACS URL, tokens."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from onelogin.saml2.xml_utils import OneLogin_Saml2_XML

from sandbox.twilio.accounts import find_account, save_connection
from tests.sandbox.twilio import idp
from tests.sandbox.twilio.idp import SAML, SAMLP, Idp
from tests.sandbox.twilio.service_provider import LEGACY, ServiceProvider
from tests.sandbox.twilio.test_login import sent

ACCOUNT = LEGACY["account_sid"]
IAM = f"/iam.twilio.com/v1/Accounts/{ACCOUNT}"
PREVIEW = f"/preview.twilio.com/iam/Accounts/{ACCOUNT}"
RESOURCE = "https://flex.twilio.com/acme-heron-4321"


def authenticate(
    sp: ServiceProvider, resource: Any = RESOURCE, at: str = IAM, **changes: Any
) -> httpx.Response:
    body = {"products": ["flex"], "resource": resource} | changes
    return sp.http.post(f"{at}/authenticate", json=body)


def begin(sp: ServiceProvider, at: str = IAM) -> tuple[str, Any, str]:
    """Where to, the AuthnRequest and the RelayState of a new login."""
    answer = authenticate(sp, at=at)
    assert 200 == answer.status_code, answer.text
    return sent(httpx.Response(302, headers={"location": answer.json()["location"]}))


def consume(sp: ServiceProvider, response: Any, relay_state: str = "", at: str = IAM) -> Any:
    form = {"SAMLResponse": idp.encode(response), "RelayState": relay_state}
    return sp.http.post(f"{at}/saml2", data=form)


def signed(sp: ServiceProvider, **changes: Any) -> Any:
    made = idp.document(sp.legacy.acs_url, sp.legacy.sp_entity_id, **changes)
    return sp.provider.sign(made)


def token_of(sp: ServiceProvider) -> str:
    answer = consume(sp, signed(sp))
    return parse_qs(urlsplit(answer.headers["location"]).query)["Token"][0]


def change(sp: ServiceProvider, **changes: Any) -> None:
    sp.legacy = replace(sp.legacy, **changes)
    save_connection(sp.world.store, sp.legacy)


def test_the_authn_request_is_like_the_known_sample(sp: ServiceProvider) -> None:
    where, request, _ = begin(sp)

    assert idp.SSO_URL == where == request.get("Destination")
    schema = "saml-schema-protocol-2.0.xsd"
    assert "invalid" not in str(OneLogin_Saml2_XML.validate_xml(request, schema))
    assert request.get("ID").startswith("ONELOGIN_")
    assert "Twilio" == request.get("ProviderName")
    assert "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" == request.get("ProtocolBinding")
    acs_url = f"https://iam.twilio.com/v1/Accounts/{ACCOUNT}/saml2"
    assert acs_url == request.get("AssertionConsumerServiceURL")
    assert f"{acs_url}/metadata" == request.findtext(f"{SAML}Issuer")
    policy = request.find(f"{SAMLP}NameIDPolicy")
    assert (idp.EMAIL_ADDRESS, "true") == (policy.get("Format"), policy.get("AllowCreate"))
    context = request.find(f"{SAMLP}RequestedAuthnContext")
    assert "exact" == context.get("Comparison")
    assert context.findtext(f"{SAML}AuthnContextClassRef").endswith(":Password")


@pytest.mark.parametrize("certificate", ["", "-----BEGIN CERTIFICATE-----\nx"])
def test_without_a_certificate_nobody_is_sent_anywhere(
    sp: ServiceProvider, certificate: str
) -> None:
    change(sp, certificate=certificate)
    answer = authenticate(sp)

    assert (403, 70251) == (answer.status_code, answer.json()["code"])
    assert answer.json()["message"].startswith("no valid certificate for identity realm JB")


@pytest.mark.parametrize("resource", ["https://evil.example/", "https://flex.twilio.com/other"])
def test_an_untrusted_resource_is_refused(sp: ServiceProvider, resource: str) -> None:
    answer = authenticate(sp, resource)

    assert (400, 70002) == (answer.status_code, answer.json()["code"])


def test_authenticate_wants_json_with_product_and_resource(sp: ServiceProvider) -> None:
    assert 400 == authenticate(sp, products=["other"]).status_code
    assert 400 == authenticate(sp, resource=1).status_code
    assert 415 == sp.http.post(f"{IAM}/authenticate", data={"resource": RESOURCE}).status_code
    unknown = IAM.replace(ACCOUNT, "AC" + "0" * 32)
    assert 404 == authenticate(sp, at=unknown).status_code


@pytest.mark.parametrize("uses_iam", [True, False])
def test_a_login_brings_the_token_in_the_address(sp: ServiceProvider, uses_iam: bool) -> None:
    change(sp, uses_iam=uses_iam)
    at = IAM if uses_iam else PREVIEW
    _, request, relay_state = begin(sp, at=at)
    values = idp.ADA | {"roles": ["agent", "admin"]}
    response = signed(sp, in_response_to=request.get("ID"), values=values)
    answer = consume(sp, response, relay_state, at=at)
    target = urlsplit(answer.headers["location"])
    query = parse_qs(target.query)

    assert 303 == answer.status_code
    assert sp.here(RESOURCE) == target._replace(query="").geturl()
    assert {"Token", "Identity", "Roles", "Expiration", "flexUserSid"} == query.keys()
    assert ["ada_40acme_2Eexample"] == query["Identity"]
    assert ["agent", "admin"] == query["Roles"]
    page = sp.http.get(answer.headers["location"], follow_redirects=True)
    assert "Welcome to Flex, Ada Lovelace" in page.text
    assert "Token=" not in str(page.url)


def test_the_oldest_form_has_one_address_for_both(sp: ServiceProvider) -> None:
    change(sp, uses_iam=False)
    _, request, _ = begin(sp, at=PREVIEW)

    assert f"https://{PREVIEW.removeprefix('/')}/saml2" == request.findtext(f"{SAML}Issuer")
    assert request.findtext(f"{SAML}Issuer") == request.get("AssertionConsumerServiceURL")


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        (
            {"issuer": "https://accounts.google.com/o/saml2?idpid=C01another"},
            "authentication failed: Invalid issuer in the Assertion/Response."
            " Was 'https://accounts.google.com/o/saml2?idpid=C01another',"
            f" but expected '{idp.ISSUER}'",
        ),
        ({"audience": "urn:other"}, "authentication failed: "),
        ({"destination": "https://iam.twilio.com/v1/Accounts/AC0/saml2"}, "another address"),
    ],
)
def test_what_is_not_believed_gets_code_70004(
    sp: ServiceProvider, changes: dict[str, str], text: str
) -> None:
    answer = consume(sp, signed(sp, **changes))

    assert (401, 70004) == (answer.status_code, answer.json()["code"])
    assert text in answer.json()["message"]
    assert [] == sp.world.store.page("worker")


def test_another_key_and_a_replay_are_refused(sp: ServiceProvider) -> None:
    made = idp.document(sp.legacy.acs_url, sp.legacy.sp_entity_id)
    assert 401 == consume(sp, Idp().sign(made)).status_code
    assert "signature_invalid" == sp.reason()
    response = signed(sp)
    assert 303 == consume(sp, response).status_code
    assert 401 == consume(sp, response).status_code
    assert "replay" == sp.reason()


def test_missing_attributes_get_code_45050(sp: ServiceProvider) -> None:
    answer = consume(sp, signed(sp, values=idp.ADA | {"roles": ["boss"]}))

    assert (400, 45050) == (answer.status_code, answer.json()["code"])
    assert "Missing User Attributes" in answer.json()["message"]


@pytest.mark.parametrize(
    ("default", "relay_state", "expected"),
    [
        ("", "", RESOURCE),
        ("https://desk.example/start", "", "https://desk.example/start"),
        ("", "http://localhost:3000/x", "http://localhost:3000/x"),
        ("", "https://evil.example/", RESOURCE),
    ],
)
def test_where_a_login_begun_at_the_provider_lands(
    sp: ServiceProvider, default: str, relay_state: str, expected: str
) -> None:
    change(sp, default_redirect_url=default)
    location = consume(sp, signed(sp), relay_state).headers["location"]

    assert sp.here(expected) in {location.partition("?")[0], sp.here(location.partition("?")[0])}


def test_tokens_are_validated_for_their_own_account(sp: ServiceProvider) -> None:
    account = find_account(sp.world.store, ACCOUNT)
    assert account is not None
    body, who = {"token": token_of(sp)}, (account.api_key, account.api_secret)
    good = sp.http.post(f"{IAM}/Tokens/validate", json=body, auth=who).json()
    bad = sp.http.post(f"{IAM}/Tokens/validate", json={"token": "x"}, auth=who).json()

    assert (True, 0, ["agent"]) == (good["valid"], good["code"], good["roles"])
    assert {"expiration", "realm_user_id", "identity", "worker_sid"} <= good.keys()
    assert bad["valid"] is False
    assert bad["message"]
    assert 401 == sp.http.post(f"{IAM}/Tokens/validate", json=body).status_code
    other = IAM.replace(ACCOUNT, sp.connection.account_sid)
    assert not sp.http.post(f"{other}/Tokens/validate", json=body, auth=who).json()["valid"]


def test_a_token_is_refreshed_while_it_is_good(sp: ServiceProvider) -> None:
    token = token_of(sp)
    other = IAM.replace(ACCOUNT, sp.connection.account_sid)
    assert 401 == sp.http.post(f"{other}/Tokens/refresh", json={"token": token}).status_code
    sp.world.set_clock(1800)
    fresh = sp.http.post(f"{IAM}/Tokens/refresh", json={"token": token}).json()
    sp.world.set_clock(3700)
    late = sp.http.post(f"{IAM}/Tokens/refresh", json={"token": token})

    assert fresh["token"] != token
    assert ["agent"] == fresh["roles"]
    assert (401, 45775) == (late.status_code, late.json()["code"])


def test_metadata_is_not_published(sp: ServiceProvider) -> None:
    assert 404 == sp.http.get(f"{IAM}/saml2/metadata").status_code
