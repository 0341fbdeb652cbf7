"""A person who sets up the Flex app in the Admin console, by the words on the pages."""

from __future__ import annotations

from tests.sandbox.google.browser import Browser

ACS = "https://login.flex.us1.twilio.com/login/callback?connection=JQ0a1b"
ENTITY_ID = "urn:flex:JQ0a1b"
START_URL = "https://flex.twilio.com/acme-falcon-1234"
MAPPING = {
    "email": "Basic Information > Primary email",
    "full_name": "Flex Details > Full Name",
    "roles": "Flex Details > Roles",
}


def add_app(
    browser: Browser,
    name: str = "Twilio Flex",
    acs_url: str = ACS,
    entity_id: str = ENTITY_ID,
    *,
    signed_response: bool = True,
) -> str:
    """Through the wizard to the app's page; returns the spid."""
    browser.open("https://admin.google.com/ac/apps/unified").follow("Add custom SAML app")
    browser.fill("App name", name).fill("Description", "Contact centre").press("CONTINUE")
    browser.press("CONTINUE")
    browser.fill("ACS URL", acs_url).fill("Entity ID", entity_id)
    browser.fill("Start URL (optional)", START_URL).fill("Signed response", signed_response)
    browser.fill("Name ID format", "EMAIL")
    browser.fill("Name ID", "Basic Information > Primary email").press("CONTINUE")
    for row, (attribute, source) in enumerate(MAPPING.items()):
        browser.fill("Google Directory attributes", source, row)
        browser.fill("App attributes", attribute, row)
    browser.press("FINISH")
    return browser.url.rpartition("/")[2]


def turn_on(browser: Browser, spid: str) -> None:
    """User access: ON for everyone."""
    browser.open(f"https://admin.google.com/ac/apps/saml/{spid}").follow("User access")
    browser.fill("ON for everyone", True).press("SAVE")


def sign_in(browser: Browser, email: str) -> Browser:
    """Say who you are on Google's sign-in page, by way of its account chooser if it shows."""
    if "Choose an account" in browser.text:
        browser.follow("Use another account")
    return browser.fill("Email or phone", email).press("Next")


def open_app(
    browser: Browser, spid: str, email: str, customer: str, *, signed_in: bool = False
) -> Browser:
    """An IdP-initiated login, by default of somebody who is not signed in yet."""
    browser.open(
        f"https://accounts.google.com/o/saml2/initsso?idpid={customer}&spid={spid}&forceauthn=false"
    )
    return browser if signed_in else sign_in(browser, email)
