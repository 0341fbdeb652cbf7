"""The Twilio Console's part of a hand-off: the SSO page A and B, the legacy form, the sign-in.

Labels and order are those of Twilio's page "Configuring SSO and IdP in Flex".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from models.flex import Generation
from models.handoff_document import (
    HandoffField,
    HandoffScreen,
    HandoffStep,
    Kind,
    Proof,
    Shortcut,
)

if TYPE_CHECKING:
    from models.handoff_facts import HandoffFacts

TWILIO_CONSOLE = "https://console.twilio.com/"
SSO_PAGE = f"{TWILIO_CONSOLE}us1/develop/flex/users-and-access/single-sign-on"
"""As Twilio's own pages link it. It opens in whichever account was open last."""
FORM = "flex_connection"


def flex_page_a(facts: HandoffFacts) -> HandoffStep:
    """Opening the page is what makes the connection."""
    acs_url = facts.sp.acs_url if facts.sp else ""
    entity_id = facts.sp.entity_id if facts.sp else ""
    return HandoffStep(
        id="flex_page_a",
        console="Twilio Console",
        title="Let Flex make its connection",
        **sso_page(facts.account_sid),
        screens=[
            HandoffScreen(
                title="Set up your identity provider",
                fields=[
                    HandoffField(
                        label="ACS URL",
                        value=acs_url,
                        kind=Kind.COMPARE if acs_url else Kind.BRING_BACK,
                        trap="It ends in connection=JQ…: every environment has its own.",
                    ),
                    HandoffField(
                        label="Entity ID",
                        value=entity_id,
                        kind=Kind.COMPARE if entity_id else Kind.BRING_BACK,
                        trap="urn:flex: and the same JQ…",
                    ),
                ],
            )
        ],
        done_when="Flex lists the connection, or tenant.flex.connection holds its JQ sid.",
        seen=f"Flex's connection is {facts.connection}" if facts.connection else "",
    )


def flex_page_b(facts: HandoffFacts) -> HandoffStep:
    """Page A once more for its tick, then the form."""
    return HandoffStep(
        id="flex_page_b",
        console="Twilio Console",
        title="Tell Flex about Google",
        **sso_page(facts.account_sid),
        screens=[
            HandoffScreen(
                title="Set up your identity provider",
                fields=[confirm()],
                button="Save and Continue",
            ),
            form("Set up your Twilio Flex SSO", facts),
        ],
        done_when="Flex sends people to Google's SSO URL when they log in.",
        seen=flex_seen(facts),
    )


def legacy_form(facts: HandoffFacts) -> HandoffStep:
    """The one form of legacy SSO."""
    return HandoffStep(
        id="flex_form",
        console="Twilio Console",
        title="Tell Flex about Google",
        **sso_page(facts.account_sid),
        screens=[form("Single sign-on (SSO)", facts)],
        done_when="iam.twilio.com sends people to Google's SSO URL when they log in.",
        seen=flex_seen(facts),
    )


def sign_in(facts: HandoffFacts) -> HandoffStep:
    """The proof of everything before it."""
    who = f"in {facts.people_in}" if facts.people_in else "who have roles here"
    return HandoffStep(
        id="sign_in",
        console="Twilio Flex",
        title="Sign in once",
        url=facts.start_url,
        path=["Log in with SSO"],
        account=f"As one of the people {who}.",
        screens=[],
        done_when="Google reports the login and Flex has the person with the right roles."
        + _tile(facts),
        seen=facts.proof,
    )


def _tile(facts: HandoffFacts) -> str:
    """The other way in, for whoever wants to try it; Twilio's pages contradict each other."""
    if not facts.tile_url:
        return ""
    return (
        f" Google's tile (IdP-initiated) opens {facts.tile_url}; whether Flex takes such a login"
        " from Google, Twilio's pages don't agree: try it, and give people the Flex login link."
    )


def sso_page(account_sid: str, *further: str) -> dict[str, Any]:
    """Where the SSO page of an account is: by clicks, by a shortcut, and what to click there."""
    clicks = [account_sid, "Flex", "Users and access", "Single sign-on (SSO)", *further]
    shortcut = Shortcut(url=SSO_PAGE, account=account_sid, path=list(further))
    return {"url": TWILIO_CONSOLE, "path": clicks, "shortcut": shortcut}


def flex_seen(facts: HandoffFacts) -> str:
    """By what Flex's form was seen to be filled in."""
    return f"Flex sends people to {facts.sso_url}" if facts.sso_url else ""


def confirm() -> HandoffField:
    """The tick under the addresses; what Twilio writes beside it is not known to the letter."""
    return HandoffField(
        label="I have updated my identity provider",
        value="on",
        kind=Kind.TICK,
        trap="Tick it once the app is there at Google.",
    )


def form(title: str, facts: HandoffFacts) -> HandoffScreen:
    """Friendly name, redirect and trusted domains show nowhere: a person's word is all there is."""
    fields = _fields(facts, upper=facts.generation is Generation.LEGACY)
    return HandoffScreen(title=title, id=FORM, proof=Proof.PERSON, fields=fields, button="Save")


def _fields(facts: HandoffFacts, *, upper: bool) -> list[HandoffField]:
    """Page B, or the legacy form, which writes most labels in capitals and has a radio button."""

    def label(text: str) -> str:
        return text.upper() if upper else text

    fields = [
        HandoffField(
            label="Friendly Name",
            value=facts.friendly_name,
            trap="Shown in the Twilio Console only.",
        ),
        HandoffField(
            label="X.509 CERTIFICATE" if upper else "X.509 Certificate",
            value=facts.certificate,
            trap="With both ----- lines. A wrong one shows only when somebody logs in.",
        ),
        HandoffField(
            label=label("Identity Provider Issuer"),
            value=facts.idp_entity_id,
            trap="Google calls it Entity ID. Not the SSO URL: there is no /idp in it.",
        ),
        HandoffField(
            label=label("Single Sign-On URL"),
            value=facts.sso_url,
            trap="This is the one with /idp in it.",
        ),
        HandoffField(
            label=label("Default Redirect URL"),
            value=facts.default_redirect_url,
            trap="Where people land who come from Google's tile.",
        ),
        HandoffField(
            label=label("Trusted domains"),
            value="\n".join(facts.trusted_domains),
            kind=Kind.PASTE if facts.trusted_domains else Kind.LEAVE,
            trap="Only for a Flex that you host yourself.",
        ),
        HandoffField(
            label="Login using Popup" if upper else "Login using popup",
            value="on" if facts.login_popup else "off",
            kind=Kind.TICK if facts.login_popup else Kind.LEAVE,
            trap="`tenant.flex.login_popup` decides, here and in Flex's configuration.",
        ),
    ]
    if upper:
        radio = HandoffField(
            label="USES IAM.TWILIO.COM",
            value="on",
            kind=Kind.CHOOSE,
            trap="preview.twilio.com has another ACS URL.",
        )
        fields.insert(5, radio)
    return fields
