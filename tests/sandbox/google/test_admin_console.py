"""The Admin console's pages, by their words: what a person does there has its effect."""

from __future__ import annotations

from typing import Any

import pytest
from cryptography import x509
from lxml import etree

from sandbox.google import certificates, room
from sandbox.world import World
from tests.sandbox.google.browser import Browser
from tests.sandbox.google.conftest import CUSTOMER, WORKSPACE, Client
from tests.sandbox.google.wizard import ACS, ENTITY_ID, START_URL, add_app, open_app, turn_on

CONSOLE = "https://admin.google.com"
MD = "{urn:oasis:names:tc:SAML:2.0:metadata}"


def admin_events(client: Client, **query: Any) -> list[tuple[str, dict[str, str]]]:
    """Names and parameters of the admin log, oldest first."""
    request = (
        client("reports_v1").activities().list(userKey="all", applicationName="admin", **query)
    )
    events = [item["events"][0] for item in request.execute().get("items", [])]
    return [(e["name"], {p["name"]: p["value"] for p in e["parameters"]}) for e in events][::-1]


def test_the_wizard_makes_an_app_that_is_off_for_everyone(browser: Browser) -> None:
    add_app(browser)

    assert "OFF for everyone" in browser.text
    for shown in (ACS, ENTITY_ID, START_URL, "Signed response ON", "Name ID format EMAIL"):
        assert shown in browser.text
    browser.open(f"{CONSOLE}/ac/apps/unified").follow("Twilio Flex")
    assert browser.page.h1 is not None
    assert browser.page.h1.get_text(strip=True) == "Twilio Flex"


def test_signed_response_is_off_and_name_id_unspecified_unless_chosen(browser: Browser) -> None:
    browser.open(f"{CONSOLE}/ac/apps/saml/new").fill("App name", "X").press("CONTINUE")
    browser.press("CONTINUE").fill("ACS URL", ACS).fill("Entity ID", "urn:x").press("CONTINUE")
    browser.press("FINISH")

    assert "Signed response OFF" in browser.text
    assert "Name ID format UNSPECIFIED" in browser.text


@pytest.mark.parametrize(
    ("acs_url", "entity_id", "said"),
    [
        ("http://flex.example/acs", "urn:x", "ACS URL must start with https://"),
        (ACS, "", "Entity ID is required"),
        (ACS, ENTITY_ID, "duplicate entity id"),
    ],
)
def test_wrong_service_provider_details_are_refused(
    browser: Browser, acs_url: str, entity_id: str, said: str
) -> None:
    add_app(browser)
    browser.open(f"{CONSOLE}/ac/apps/saml/new").fill("App name", "Y").press("CONTINUE")
    browser.press("CONTINUE").fill("ACS URL", acs_url).fill("Entity ID", entity_id)
    browser.press("CONTINUE")

    assert browser.response.status_code == 400
    assert said in browser.text


def test_the_metadata_names_the_idp_and_its_certificate(browser: Browser) -> None:
    browser.open(f"{CONSOLE}/ac/apps/saml/new").fill("App name", "X").press("CONTINUE")
    shown = browser.text
    browser.follow("DOWNLOAD METADATA")
    root = etree.fromstring(browser.response.content)

    assert "GoogleIDPMetadata.xml" in browser.response.headers["content-disposition"]
    assert root.get("entityID") == f"https://accounts.google.com/o/saml2?idpid={CUSTOMER}"
    places = [service.get("Location") for service in root.iter(f"{MD}SingleSignOnService")]
    assert places == [f"https://accounts.google.com/o/saml2/idp?idpid={CUSTOMER}"] * 2
    assert all(text in shown for text in (root.get("entityID"), places[0]))
    text = "".join(root.itertext("{*}X509Certificate")).strip()
    certificate = x509.load_pem_x509_certificate(
        f"-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n".encode()
    )
    assert (certificate.not_valid_after_utc - certificate.not_valid_before_utc).days == 1825
    assert len(certificate.extensions) == 0


def test_a_certificate_is_downloaded_as_pem_without_its_key(browser: Browser, world: World) -> None:
    held = certificates.all_of(world, CUSTOMER)[0]
    add_app(browser)
    for address in (browser.url, "admin.google.com/ac/security/ssocert"):
        browser.open(f"https://{address}").follow("Download certificate")

        assert browser.response.text == held["certificate"]
        disposition = browser.response.headers["content-disposition"]
        assert disposition.startswith('attachment; filename="GoogleIDPCertificate-')
    assert browser.open(f"{CONSOLE}/ac/security/ssocert/1/pem").response.status_code == 404


def test_the_saml_log_tells_of_logins_the_newest_first(browser: Browser, world: World) -> None:
    log = f"{CONSOLE}/ac/reporting/audit/saml"
    assert "Nobody has tried to sign in yet" in browser.open(log).text
    spid = add_app(browser)
    open_app(browser, spid, "ada@acme.example", CUSTOMER)
    turn_on(browser, spid)
    open_app(browser, spid, "ada@acme.example", CUSTOMER, signed_in=True)

    browser.open(log)
    success, failure = [
        [cell.get_text(strip=True) for cell in row.find_all("td")]
        for row in browser.page.find_all("tr")[1:]
    ]
    assert success[1:] == [
        "Successful login",
        "ada@acme.example",
        "Twilio Flex",
        "Identity provider",
        "",
    ]
    assert failure[1:4] == ["Failed login", "ada@acme.example", ""]
    assert failure[5] == "failure_app_not_enabled_for_user"
    world.options.reports_delay = 600
    assert "Successful login" not in browser.open(log).text


def test_a_second_certificate_joins_the_metadata_and_a_third_is_refused(browser: Browser) -> None:
    browser.open(f"{CONSOLE}/ac/security/ssocert").press("Add certificate")
    assert browser.text.count("Delete certificate") == 2
    browser.press("Add certificate")
    assert browser.response.status_code == 400

    browser.open(f"{CONSOLE}/ac/apps/saml/metadata")
    assert browser.response.text.count("<md:KeyDescriptor") == 2


def test_the_metadata_is_valid_until_the_first_certificate_ends(
    browser: Browser, world: World
) -> None:
    first = browser.open(f"{CONSOLE}/ac/apps/saml/metadata").response.content
    world.set_clock(30 * 86400)
    browser.open(f"{CONSOLE}/ac/security/ssocert").press("Add certificate")
    both = browser.open(f"{CONSOLE}/ac/apps/saml/metadata").response.content

    valid_until = etree.fromstring(first).get("validUntil")
    assert valid_until
    assert etree.fromstring(both).get("validUntil") == valid_until


def test_changes_of_an_app_are_reported(browser: Browser, client: Client) -> None:
    spid = add_app(browser)
    browser.follow("Service provider details").fill("ACS URL", ACS + "x").press("SAVE")
    browser.follow("Service provider details").fill("Entity ID", "urn:other").press("SAVE")
    browser.follow("Delete app").press("DELETE")

    name = {"SAML2_SERVICE_PROVIDER_NAME": "Twilio Flex"}
    old, new = (
        {"SAML2_SERVICE_PROVIDER_ENTITY_ID": ENTITY_ID},
        {"SAML2_SERVICE_PROVIDER_ENTITY_ID": "urn:other"},
    )
    assert admin_events(client) == [
        ("CREATE_SAML2_SERVICE_PROVIDER_CONFIG", name | old),
        (
            "CHANGE_SAML2_SERVICE_PROVIDER_CONFIG_ACS_ENDPOINT",
            name | old | {"OLD_VALUE": ACS, "NEW_VALUE": ACS + "x"},
        ),
        (
            "CHANGE_SAML2_SERVICE_PROVIDER_CONFIG_ENTITY_ID",
            name | new | {"OLD_VALUE": ENTITY_ID, "NEW_VALUE": "urn:other"},
        ),
        ("DELETE_SAML2_SERVICE_PROVIDER_CONFIG", name | new),
    ]
    assert browser.open(f"{CONSOLE}/ac/apps/saml/{spid}").response.status_code == 404


def test_user_access_is_reported_only_as_an_option(
    browser: Browser, client: Client, world: World
) -> None:
    spid = add_app(browser)
    turn_on(browser, spid)
    assert [name for name, _ in admin_events(client)] == ["CREATE_SAML2_SERVICE_PROVIDER_CONFIG"]

    world.options.access_changes_are_logged = True
    turn_on(browser, spid)
    assert admin_events(client)[-1][0] == "TOGGLE_SERVICE_ENABLED"


def test_a_category_made_by_hand_has_an_api_name_without_blanks(
    browser: Browser, directory: Any
) -> None:
    directory.schemas().delete(customerId=CUSTOMER, schemaKey="Flex_Details").execute()
    browser.open(f"{CONSOLE}/ac/customschema").fill("Category", "Flex Details")
    browser.fill("Name", "Roles").fill("No. of values", "Multi-value")
    browser.fill("Name", "Full Name", 1).fill("Visibility", "Visible to organization", 1)
    browser.fill("No. of values", "Single Value", 1).press("ADD")

    schema = directory.schemas().get(customerId=CUSTOMER, schemaKey="Flex_Details").execute()
    assert schema["displayName"] == "Flex Details"
    parts = ("fieldName", "displayName", "fieldType", "multiValued", "readAccessType")
    assert [tuple(field[part] for part in parts) for field in schema["fields"]] == [
        ("Roles", "Roles", "STRING", True, "ADMINS_AND_SELF"),
        ("Full_Name", "Full Name", "STRING", False, "ALL_DOMAIN_USERS"),
    ]


def test_custom_values_typed_on_a_users_page(browser: Browser, directory: Any) -> None:
    browser.open(f"{CONSOLE}/ac/users").follow("ada@acme.example")
    browser.fill("Roles", "agent, admin").fill("Badge", "").press("SAVE")

    user = directory.users().get(userKey="ada@acme.example", projection="full").execute()
    roles = [{"type": "work", "value": "agent"}, {"type": "work", "value": "admin"}]
    assert user["customSchemas"] == {"Flex_Details": {"Roles": roles}}
    assert "agent, admin" in str(browser.page)


def test_with_two_workspaces_an_account_is_chosen_first(browser: Browser, world: World) -> None:
    other = {"customer_id": "C02other", "domain": "b.example", "admin": "root@b.example"}
    room.plant(world, WORKSPACE | other | {"users": [], "groups": [], "values": {}})
    browser.open(f"{CONSOLE}/ac/users")

    assert "Choose an account" in browser.text
    browser.follow("root@b.example")
    assert "root@b.example" in browser.text
    assert "ada@acme.example" not in browser.text


@pytest.mark.parametrize("path", ["/ac/apps/unified", "/ac/users", "/ac/security/ssocert"])
def test_every_page_says_that_it_is_a_sandbox(browser: Browser, path: str) -> None:
    assert "This is not Google and not Twilio" in browser.open(CONSOLE + path).text


def test_a_form_of_another_site_is_refused(browser: Browser, world: World) -> None:
    url = f"{world.base}/admin.google.com/ac/security/ssocert"

    elsewhere = browser._http.post(url, headers={"Origin": "https://elsewhere.example"})
    assert elsewhere.status_code == 403
    assert browser._http.post(url, headers={"Origin": world.base}).status_code == 200
