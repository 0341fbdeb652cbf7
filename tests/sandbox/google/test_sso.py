"""The identity provider: Responses judged by independent SAML stacks, refusals, the SAML log."""

from __future__ import annotations

import base64
import zlib
from typing import Any
from urllib.parse import urlencode

import pytest
from minisaml import errors as minisaml_errors
from minisignxml import errors as minisignxml_errors

from sandbox.google import certificates, idp_metadata, room
from sandbox.world import World
from tests.sandbox.google import referees
from tests.sandbox.google.browser import Browser
from tests.sandbox.google.conftest import CUSTOMER, WORKSPACE, Client
from tests.sandbox.google.referees import DS, SAML, SAMLP
from tests.sandbox.google.wizard import (
    ACS,
    ENTITY_ID,
    START_URL,
    add_app,
    open_app,
    sign_in,
    turn_on,
)

ADA = "ada@acme.example"
ISSUER = f"https://accounts.google.com/o/saml2?idpid={CUSTOMER}"
FLEX_VALUES = {
    "Roles": [{"value": "agent"}, {"value": "supervisor"}],
    "Full_Name": "Ada Lovelace",
}


@pytest.fixture
def spid(browser: Browser, directory: Any) -> str:
    """The Flex app, ON for everyone, and ada with two roles."""
    body = {"customSchemas": {"Flex_Details": FLEX_VALUES}}
    directory.users().update(userKey=ADA, body=body).execute()
    made = add_app(browser)
    turn_on(browser, made)
    return made


def pem(world: World) -> str:
    return str(certificates.all_of(world, CUSTOMER)[0]["certificate"])


def saml_events(
    client: Client, user: str = "all", **query: Any
) -> list[tuple[str, dict[str, str]]]:
    request = client("reports_v1").activities().list(userKey=user, applicationName="saml", **query)
    events = [item["events"][0] for item in request.execute().get("items", [])]
    return [(e["name"], {p["name"]: p["value"] for p in e["parameters"]}) for e in events]


def authn_request(issuer: str = ENTITY_ID, acs_url: str = ACS, inner: str = "", **more: str) -> str:
    extra = "".join(f' {name}="{value}"' for name, value in more.items())
    return (
        '<samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_r1"'
        f' Version="2.0" IssueInstant="2026-01-01T00:00:00Z"{extra}'
        f' AssertionConsumerServiceURL="{acs_url}">'
        '<saml:Issuer xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">'
        f"{issuer}</saml:Issuer>{inner}</samlp:AuthnRequest>"
    )


def redirect_url(xml: str, relay_state: str = "r1") -> str:
    deflated = zlib.compress(xml.encode())[2:-4]
    query = {"SAMLRequest": base64.b64encode(deflated).decode(), "RelayState": relay_state}
    return f"{idp_metadata.sso_url(CUSTOMER)}&{urlencode(query)}"


@pytest.mark.parametrize("signed_response", [True, False])
def test_an_idp_initiated_response_is_accepted_by_two_independent_stacks(
    browser: Browser, spid: str, world: World, signed_response: bool
) -> None:
    browser.open(f"https://admin.google.com/ac/apps/saml/{spid}").follow("Service provider details")
    browser.fill("Signed response", signed_response).press("SAVE")
    posted = open_app(browser, spid, ADA, CUSTOMER).submit_saml()

    attributes = referees.python3_saml(
        posted["SAMLResponse"], pem(world), ISSUER, signed_response=signed_response, request_id=None
    )
    assert attributes == {
        "email": [ADA],
        "full_name": ["Ada Lovelace"],
        "roles": ["agent", "supervisor"],
    }
    seen = referees.minisaml(posted["SAMLResponse"], pem(world), ISSUER)
    assert (seen.name_id, seen.issuer, seen.in_response_to) == (ADA, ISSUER, None)
    assert posted["RelayState"] == START_URL
    assert posted["action"] == f"{world.base}/{ACS.removeprefix('https://')}"


@pytest.mark.parametrize(("signed_response", "parent"), [(True, SAMLP), (False, SAML)])
def test_the_response_has_googles_shape(
    browser: Browser, spid: str, signed_response: bool, parent: str
) -> None:
    browser.open(f"https://admin.google.com/ac/apps/saml/{spid}").follow("Service provider details")
    browser.fill("Signed response", signed_response).press("SAVE")
    posted = open_app(browser, spid, ADA, CUSTOMER).submit_saml()
    response = referees.document(posted["SAMLResponse"])
    assertion = response.find(f"{SAML}Assertion")

    signatures = list(response.iter(f"{DS}Signature"))
    assert [s.getparent().tag.startswith(parent) for s in signatures] == [True]
    assert [response.prefix, assertion.prefix, signatures[0].prefix] == ["saml2p", "saml2", "ds"]
    assert response.get("Destination") == ACS
    assert "InResponseTo" not in response.attrib
    authn = assertion.find(f"{SAML}AuthnStatement")
    assert "SessionNotOnOrAfter" not in authn.attrib
    assert authn.get("SessionIndex") == assertion.get("ID")
    assert assertion.find(f"{SAML}AttributeStatement").getnext() is authn
    values = assertion.findall(f".//{SAML}Attribute[@Name='roles']/{SAML}AttributeValue")
    types = {v.get("{http://www.w3.org/2001/XMLSchema-instance}type") for v in values}
    assert (len(values), types) == (2, {"xs:anyType"})
    assert all(set(a.attrib) == {"Name"} for a in assertion.iter(f"{SAML}Attribute"))


def test_an_sp_initiated_response_answers_the_request(
    browser: Browser, spid: str, world: World
) -> None:
    transient = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"
    browser.open(redirect_url(authn_request(inner=f'<samlp:NameIDPolicy Format="{transient}"/>')))
    posted = sign_in(browser, ADA).submit_saml()

    referees.python3_saml(
        posted["SAMLResponse"], pem(world), ISSUER, signed_response=True, request_id="_r1"
    )
    name_id = next(referees.document(posted["SAMLResponse"]).iter(f"{SAML}NameID"))
    assert (name_id.get("Format"), name_id.text) == (transient, ADA)
    assert posted["RelayState"] == "r1"


def test_the_post_binding_survives_the_sign_in(browser: Browser, spid: str, world: World) -> None:
    fields = {"SAMLRequest": base64.b64encode(authn_request().encode()).decode()}
    url = f"{world.base}/{idp_metadata.sso_url(CUSTOMER).removeprefix('https://')}"
    browser._show(browser._http.post(url, data=fields))
    posted = sign_in(browser, ADA).submit_saml()

    assert referees.document(posted["SAMLResponse"]).get("InResponseTo") == "_r1"
    assert "RelayState" not in posted


def test_another_acs_is_told_to_the_app_in_an_unsigned_response(
    browser: Browser, spid: str, client: Client
) -> None:
    browser.open(redirect_url(authn_request(acs_url="https://elsewhere.example/acs")))
    posted = sign_in(browser, ADA).submit_saml()
    response = referees.document(posted["SAMLResponse"])

    codes = [c.get("Value").rpartition(":")[2] for c in response.iter(f"{SAMLP}StatusCode")]
    assert codes == ["Requester", "RequestDenied"]
    assert response.findtext(f".//{SAMLP}StatusMessage") == (
        "Invalid request, ACS Url in request https://elsewhere.example/acs"
        f" doesn't match configured ACS Url {ACS}."
    )
    assert not list(response.iter(f"{DS}Signature", f"{SAML}Assertion"))
    assert response.get("Destination") == ACS
    assert saml_events(client)[0][1]["failure_type"] == "failure_request_denied"


def test_a_passive_request_without_a_session_is_told_so(browser: Browser, spid: str) -> None:
    posted = browser.open(redirect_url(authn_request(IsPassive="true"))).submit_saml()
    response = referees.document(posted["SAMLResponse"])

    codes = [c.get("Value").rpartition(":")[2] for c in response.iter(f"{SAMLP}StatusCode")]
    assert codes == ["Responder", "NoPassive"]


def test_a_forced_sign_in_is_asked_for_again(browser: Browser, spid: str, world: World) -> None:
    open_app(browser, spid, ADA, CUSTOMER)
    world.set_clock(3600)
    assert browser.open(redirect_url(authn_request())).submit_saml()

    browser.open(redirect_url(authn_request(ForceAuthn="true")))
    posted = sign_in(browser, "grace@acme.example").submit_saml()
    assert "grace@acme.example" in referees.document(posted["SAMLResponse"]).xpath("string()")


def test_the_account_chooser_knows_who_signed_in_with_this_browser(
    browser: Browser, spid: str, world: World
) -> None:
    open_app(browser, spid, ADA, CUSTOMER)
    sign_in(browser.open("https://accounts.google.com/Logout"), "grace@acme.example")
    world.set_clock(3600)
    browser.open(redirect_url(authn_request(ForceAuthn="true")))

    assert "Choose an account" in browser.text
    chosen = [button.get_text(strip=True) for button in browser.page.find_all("button")]
    assert chosen == ["grace@acme.example", ADA]
    assert "Grace Hopper, signed in" in browser.text
    posted = browser.press(ADA).submit_saml()
    assert ADA in referees.document(posted["SAMLResponse"]).xpath("string()")


def test_another_browser_is_asked_for_an_address(browser: Browser, spid: str, world: World) -> None:
    open_app(browser, spid, ADA, CUSTOMER)

    with Browser(world.base) as fresh:
        fresh.open("https://accounts.google.com/signin/identifier")
        assert "Choose an account" not in fresh.text
        assert fresh.fill("Email or phone", ADA)


def test_somebody_who_is_gone_is_not_offered(
    browser: Browser, spid: str, directory: Any, world: World
) -> None:
    open_app(browser, spid, "grace@acme.example", CUSTOMER)
    directory.users().delete(userKey="grace@acme.example").execute()

    browser.open("https://accounts.google.com/signin/identifier")
    assert "grace@acme.example" not in browser.text


# Refusals ---------------------------------------------------------------------------------------


def test_an_app_that_is_off_is_refused_and_logged_without_its_name(
    browser: Browser, client: Client
) -> None:
    off = add_app(browser)
    open_app(browser, off, ADA, CUSTOMER)

    assert browser.response.status_code == 403
    assert "app_not_enabled_for_user" in browser.text
    assert browser.text.endswith("That's all we know.")
    assert f"Request Details idpid={CUSTOMER}" in browser.text
    assert saml_events(client, ADA) == [
        (
            "login_failure",
            {
                "application_name": "",
                "device_id": "",
                "initiated_by": "idp",
                "orgunit_path": "/Support",
                "saml_status_code": "",
                "saml_second_level_status_code": "",
                "failure_type": "failure_app_not_enabled_for_user",
            },
        )
    ]


@pytest.mark.parametrize(
    ("issuer", "error", "failure_type"),
    [
        ("urn:nobody", "app_not_configured", "failure_invalid_sp_id"),
        (
            ENTITY_ID.lower(),
            "app_not_configured_for_user",
            "failure_app_not_configured_for_user",
        ),
    ],
)
def test_an_issuer_that_is_no_apps_entity_id_is_refused(
    browser: Browser, spid: str, client: Client, issuer: str, error: str, failure_type: str
) -> None:
    browser.open(redirect_url(authn_request(issuer=issuer)))
    sign_in(browser, ADA)

    assert (browser.response.status_code, f"Error: {error} " in browser.text + " ") == (403, True)
    assert saml_events(client)[0][1]["failure_type"] == failure_type


def test_an_unknown_spid_is_not_configured(browser: Browser, spid: str) -> None:
    open_app(browser, "123456789012", ADA, CUSTOMER)

    assert "Error: app_not_configured" in browser.text


def test_the_browsers_account_of_another_workspace_is_not_configured(
    browser: Browser, spid: str, world: World
) -> None:
    other = {"customer_id": "C02other", "domain": "b.example", "admin": "root@b.example"}
    room.plant(world, WORKSPACE | other | {"users": [], "groups": [], "values": {}})
    open_app(browser, spid, "root@b.example", CUSTOMER)

    assert "Error: app_not_configured_for_user" in browser.text
    posted = sign_in(browser.follow("Use another account"), ADA).submit_saml()
    assert posted["SAMLResponse"]


def test_a_new_app_is_not_there_at_once(browser: Browser, spid: str, world: World) -> None:
    world.options.propagation_delay = 600
    open_app(browser, spid, ADA, CUSTOMER)
    assert "app_not_configured_for_user" in browser.text

    world.set_clock(601)
    open_url = f"https://accounts.google.com/o/saml2/initsso?idpid={CUSTOMER}&spid={spid}"
    assert browser.open(open_url).submit_saml()["SAMLResponse"]


@pytest.mark.parametrize(
    ("email", "said"),
    [
        ("emmy@acme.example", "suspended"),
        ("nobody@acme.example", "Couldn't find your Google Account"),
    ],
)
def test_some_people_cannot_sign_in(browser: Browser, spid: str, email: str, said: str) -> None:
    open_app(browser, spid, email, CUSTOMER)

    assert said in browser.text


def test_access_by_org_unit_and_by_group(browser: Browser, world: World) -> None:
    spid = add_app(browser)
    browser.follow("User access").fill("Organizational unit", "/Support").fill("ON", True)
    browser.press("OVERRIDE")
    assert open_app(browser, spid, ADA, CUSTOMER).submit_saml()

    browser.open("https://accounts.google.com/Logout")
    assert open_app(browser, spid, "grace@acme.example", CUSTOMER).response.status_code == 403
    browser.open(f"https://admin.google.com/ac/apps/saml/{spid}").follow("User access")
    browser.fill("Group", "agents@acme.example").fill("ON", True, nth=1).press("SAVE GROUP")
    browser.open(f"https://accounts.google.com/o/saml2/initsso?idpid={CUSTOMER}&spid={spid}")
    assert browser.submit_saml()


@pytest.mark.parametrize(
    "saml_request",
    [
        "%%%",
        base64.b64encode(b"not deflated").decode(),
        base64.b64encode(zlib.compress(b" " * 10_000_000)[2:-4]).decode(),
        base64.b64encode(zlib.compress(b"<!DOCTYPE a><a/>")[2:-4]).decode(),
    ],
)
def test_a_malformed_request_is_400(browser: Browser, spid: str, saml_request: str) -> None:
    query = urlencode({"SAMLRequest": saml_request})
    browser.open(f"{idp_metadata.sso_url(CUSTOMER)}&{query}")

    assert (browser.response.status_code, "malformed" in browser.text) == (400, True)


def test_a_form_that_is_too_large_is_413(browser: Browser, world: World) -> None:
    url = f"{world.base}/{idp_metadata.sso_url(CUSTOMER).removeprefix('https://')}"
    answer = browser._http.post(url, data={"SAMLRequest": "A" * 300_000})

    assert (answer.status_code, "larger than 256 kB" in answer.text) == (413, True)


# What is said -----------------------------------------------------------------------------------


@pytest.mark.parametrize("as_empty", [False, True])
def test_a_mapped_field_without_a_value_is_absent_or_empty(
    browser: Browser, spid: str, world: World, as_empty: bool
) -> None:
    world.options.unset_attributes_are_empty = as_empty
    posted = open_app(browser, spid, "grace@acme.example", CUSTOMER).submit_saml()
    response = referees.document(posted["SAMLResponse"])

    found = {a.get("Name"): len(a) for a in response.iter(f"{SAML}Attribute")}
    assert found == ({"email": 1, "full_name": 0, "roles": 0} if as_empty else {"email": 1})


def test_group_names_can_be_an_attribute(browser: Browser, spid: str) -> None:
    browser.open(f"https://admin.google.com/ac/apps/saml/{spid}").follow("SAML attribute mapping")
    browser.fill("Google groups", "agents@acme.example").fill("App attribute", "groups")
    browser.press("SAVE")
    posted = open_app(browser, spid, ADA, CUSTOMER).submit_saml()
    response = referees.document(posted["SAMLResponse"])

    values = response.findall(f".//{SAML}Attribute[@Name='groups']/{SAML}AttributeValue")
    assert [value.text for value in values] == ["agent"]


def test_a_success_is_logged_and_arrives_after_the_reports_delay(
    browser: Browser, spid: str, client: Client, world: World
) -> None:
    world.options.reports_delay = 300
    open_app(browser, spid, ADA, CUSTOMER).submit_saml()
    assert saml_events(client, eventName="login_success") == []

    world.set_clock(301)
    found = saml_events(
        client, ADA, filters="application_name==Twilio Flex", eventName="login_success"
    )
    parameters = {
        "application_name": "Twilio Flex",
        "device_id": "",
        "initiated_by": "idp",
        "orgunit_path": "/Support",
        "saml_status_code": "SUCCESS_URI",
    }
    assert found == [("login_success", parameters)]


def test_both_messages_are_kept_decoded(browser: Browser, spid: str, world: World) -> None:
    browser.open(redirect_url(authn_request()))
    sign_in(browser, ADA).submit_saml()

    kept = world.store.page("saml")
    assert [(m["direction"], m["kind"], m["relay_state"]) for m in kept] == [
        ("received", "AuthnRequest", "r1"),
        ("sent", "Response", "r1"),
    ]
    assert ADA in kept[1]["xml"]


# Faults of the next login -----------------------------------------------------------------------


def faulty(browser: Browser, spid: str, world: World, fault: str) -> str:
    world.next_login_faults.append({"fault": fault})
    return open_app(browser, spid, ADA, CUSTOMER).submit_saml()["SAMLResponse"]


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("wrong_issuer", minisaml_errors.IssuerMismatch),
        ("wrong_audience", minisaml_errors.AudienceMismatch),
        ("expired", minisaml_errors.ResponseExpired),
        ("not_yet_valid", minisaml_errors.ResponseTooEarly),
        ("unsigned", minisignxml_errors.ElementNotFound),
        ("tampered", minisignxml_errors.VerificationFailed),
        ("other_key", minisignxml_errors.VerificationFailed),
        ("second_certificate", minisignxml_errors.CertificateMismatch),
    ],
)
def test_a_fault_is_found_by_an_independent_reader(
    browser: Browser, spid: str, world: World, fault: str, error: type[Exception]
) -> None:
    posted = faulty(browser, spid, world, fault)

    with pytest.raises(error):
        referees.minisaml(posted, pem(world), ISSUER)
    again = f"https://accounts.google.com/o/saml2/initsso?idpid={CUSTOMER}&spid={spid}"
    healthy = browser.open(again).submit_saml()["SAMLResponse"]
    assert referees.minisaml(healthy, pem(world), ISSUER).name_id == ADA


@pytest.mark.parametrize(
    ("fault", "roles", "full_name"),
    [
        ("missing_roles", None, "Ada Lovelace"),
        ("empty_roles", [], "Ada Lovelace"),
        ("full_name_missing", ["agent", "supervisor"], None),
    ],
)
def test_faults_of_attributes(
    browser: Browser, spid: str, world: World, fault: str, roles: Any, full_name: str | None
) -> None:
    posted = faulty(browser, spid, world, fault)
    attributes = referees.python3_saml(
        posted, pem(world), ISSUER, signed_response=True, request_id=None
    )

    assert attributes.get("roles") == roles
    assert attributes.get("full_name") == ([full_name] if full_name else None)


def test_an_unknown_fault_says_which_there_are(browser: Browser, spid: str, world: World) -> None:
    world.next_login_faults.append({"fault": "gremlins"})
    open_app(browser, spid, ADA, CUSTOMER)

    assert browser.response.status_code == 400
    assert "wrong_audience" in browser.response.text
