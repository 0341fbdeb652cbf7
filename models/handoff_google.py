"""The Google Admin console's part of a hand-off: "Add custom SAML app", screen by screen.

Labels, defaults and order are those of Google's page "Set up your own custom SAML app".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from models.handoff_document import HandoffField, HandoffScreen, HandoffStep, Kind, Proof
from models.phase import Phase

if TYPE_CHECKING:
    from models.handoff_facts import HandoffFacts

GOOGLE_APPS = "https://admin.google.com/ac/apps/unified"


def google_app(facts: HandoffFacts) -> HandoffStep:
    """The wizard, and then User access, without which nobody gets in."""
    return HandoffStep(
        id="google_app",
        console="Google Admin console",
        title="Make the custom SAML app",
        url=GOOGLE_APPS,
        path=["Add custom SAML app"],
        account=_administrator(facts),
        screens=[
            _app_details(facts),
            _identity_provider_details(facts),
            _service_provider_details(facts),
            _attribute_mapping(facts),
            _user_access(),
        ],
        done_when=f"{facts.metadata_path} is there, and Google's admin log reports the app.",
        seen=_seen(facts),
        unseen=_unseen(facts),
    )


def _administrator(facts: HandoffFacts) -> str:
    """Whoever has several Workspaces sees in the browser's last one, which may be another."""
    if not facts.google_domain:
        return ""
    customer = facts.google_customer
    shown = f"; its customer id under Account > Account settings is `{customer}`"
    known = shown if customer != "my_customer" else ""
    return f"As an administrator of `{facts.google_domain}`{known}."


def _seen(facts: HandoffFacts) -> str:
    """The file is one thing, the app another: its download comes before FINISH."""
    app = facts.app_seen
    if not app and facts.phase is Phase.VERIFIED:
        app = "the sign-in shows the app"
    return f"{facts.metadata_path} is there" + (f", and {app}" if app else "")


def _unseen(facts: HandoffFacts) -> str:
    if facts.app_seen or facts.phase is Phase.VERIFIED:
        return ""
    if facts.app_not_checked:
        return f"Whether the app was made: nobody could look ({facts.app_not_checked})."
    return (
        f"The app: Google's admin log does not tell of one named {facts.app_name} yet. It lags by"
        " minutes; but if the wizard was left before FINISH, there is none."
    )


def _app_details(facts: HandoffFacts) -> HandoffScreen:
    return HandoffScreen(
        title="App details",
        fields=[
            HandoffField(
                label="App name",
                value=facts.app_name,
                trap="Exactly so: Google's log is searched for this name.",
            ),
            HandoffField(
                label="Description",
                value=facts.app_description,
                kind=Kind.PASTE if facts.app_description else Kind.LEAVE,
                trap="For administrators to read; no sign-in depends on it.",
            ),
        ],
        button="CONTINUE",
    )


def _identity_provider_details(facts: HandoffFacts) -> HandoffScreen:
    return HandoffScreen(
        title="Google Identity Provider details",
        fields=[
            HandoffField(
                label="DOWNLOAD METADATA",
                value=facts.metadata_path,
                kind=Kind.BRING_BACK,
                trap="Save the file itself (Option 1), not the page.",
            )
        ],
        button="CONTINUE",
    )


def _service_provider_details(facts: HandoffFacts) -> HandoffScreen:
    return HandoffScreen(
        title="Service provider details",
        id="service_provider",
        proof=Proof.SIGN_IN,
        fields=[
            HandoffField(
                label="ACS URL",
                value=facts.sp.acs_url if facts.sp else "",
                trap="With its whole query: another connection's URL signs nobody in.",
            ),
            HandoffField(
                label="Entity ID",
                value=facts.sp.entity_id if facts.sp else "",
                trap="Case matters. Another one gives app_not_configured_for_user.",
            ),
            HandoffField(
                label="Start URL (optional)",
                value=facts.start_url,
                trap="Google sends it along as RelayState when somebody comes from the tile.",
            ),
            HandoffField(
                label="Signed response",
                value="on",
                kind=Kind.TICK,
                trap="Off by default. Flex refuses a response that is not signed as a whole.",
            ),
            HandoffField(
                label="Name ID format",
                value="EMAIL",
                kind=Kind.CHOOSE,
                trap="UNSPECIFIED by default.",
            ),
            HandoffField(
                label="Name ID",
                value="Basic Information > Primary email",
                kind=Kind.CHOOSE,
                trap="Anything else makes phantom workers, and Twilio bills them.",
            ),
        ],
        button="CONTINUE",
    )


def _attribute_mapping(facts: HandoffFacts) -> HandoffScreen:
    """Two fields a row, in the order in which they stand on the screen."""
    fields = []
    for claim, source in facts.mapping.items():
        fields.append(
            HandoffField(
                label="Google Directory attributes",
                value=source,
                kind=Kind.CHOOSE,
                trap=_source_trap(source),
            )
        )
        fields.append(
            HandoffField(label="App attributes", value=claim, trap="Lower case, exactly so.")
        )
    return HandoffScreen(
        title="Attribute mapping",
        id="attribute_mapping",
        proof=Proof.SIGN_IN,
        fields=fields,
        button="FINISH",
    )


def _source_trap(source: str) -> str:
    category, _, field = source.partition(" > ")
    if category == "Basic Information":
        return "What the directory says counts: Flex takes it anew at each sign-in."
    return f"Under {category}: other categories may have a {field}, too."


def _user_access() -> HandoffScreen:
    return HandoffScreen(
        title="User access",
        id="user_access",
        proof=Proof.SIGN_IN,
        open="User access",
        fields=[
            HandoffField(
                label="ON for everyone",
                value="ON",
                kind=Kind.CHOOSE,
                trap="Google switches a new app OFF for everyone. A unit or group will do.",
            )
        ],
        button="SAVE",
    )
