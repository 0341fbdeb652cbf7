"""The two steps that have no API, as data: console, path, screen, label, exact value.

Everything that shows a hand-off (page, ticket, terminal, the demo's stand-in for a person) reads
this document and nothing else.
"""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from models.attribute_mapping import AttributeMapping
from models.flex import Generation, SpSettings
from models.phase import Phase

GOOGLE_APPS = "https://admin.google.com/ac/apps/unified"
TWILIO_CONSOLE = "https://console.twilio.com/"


class Kind(StrEnum):
    """What a person does with a field."""

    PASTE = "paste"
    CHOOSE = "choose"
    TICK = "tick"
    LEAVE = "leave"
    COMPARE = "compare"
    BRING_BACK = "bring_back"


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class HandoffField(_Part):
    """One field of a screen: the console's label, the exact value, and what often goes wrong."""

    label: str
    value: str
    kind: Kind = Kind.PASTE
    trap: str = ""


class HandoffScreen(_Part):
    """One screen, and the button that ends it."""

    title: str
    fields: list[HandoffField]
    button: str = ""
    open: str = ""


class HandoffStep(_Part):
    """A visit to one console: click through `path` from `url`; `done_when` is how we will know."""

    id: str
    console: str
    title: str
    url: str
    path: list[str]
    screens: list[HandoffScreen]
    done_when: str
    done: bool = False
    waiting: bool = False


class Handoff(_Part):
    """All steps of a stack, in order, with the phase they lead out of."""

    stack: str
    phase: Phase
    next_step: str
    steps: list[HandoffStep]


class HandoffFacts(_Part):
    """What a hand-off is made of: plain values, no secret among them."""

    stack: str
    phase: Phase
    next_step: str
    generation: Generation
    account_sid: str
    app_name: str
    app_description: str
    sp: SpSettings | None
    start_url: str
    mapping: dict[str, str]
    metadata_path: str
    sso_url: str
    idp_entity_id: str
    certificate: str
    friendly_name: str
    default_redirect_url: str
    trusted_domains: list[str]
    login_popup: bool


_ORDER = [
    Phase.AWAITING_CONNECTION,
    Phase.AWAITING_GOOGLE_APP,
    Phase.AWAITING_FLEX_FORM,
    Phase.ACTIVE,
    Phase.VERIFIED,
]


def build_handoff(facts: HandoffFacts) -> Handoff:
    """The steps for this tenant, each marked done or waiting by the phase that was observed."""
    legacy = facts.generation is Generation.LEGACY
    steps = [] if legacy else [_flex_page_a(facts)]
    steps.append(_google_app(facts))
    steps.append(_legacy_form(facts) if legacy else _flex_page_b(facts))
    steps.append(_sign_in(facts))
    return Handoff(
        stack=facts.stack,
        phase=facts.phase,
        next_step=facts.next_step,
        steps=[_marked(step, facts.phase) for step in steps],
    )


_LEADS_OUT_OF = {
    "flex_page_a": Phase.AWAITING_CONNECTION,
    "google_app": Phase.AWAITING_GOOGLE_APP,
    "flex_page_b": Phase.AWAITING_FLEX_FORM,
    "flex_form": Phase.AWAITING_FLEX_FORM,
    "sign_in": Phase.ACTIVE,
}


def _marked(step: HandoffStep, phase: Phase) -> HandoffStep:
    if phase is Phase.DRIFTED:
        return step
    at, wanted = _ORDER.index(phase), _ORDER.index(_LEADS_OUT_OF[step.id])
    return step.model_copy(update={"done": at > wanted, "waiting": at == wanted})


def _sso_path(facts: HandoffFacts) -> list[str]:
    return [facts.account_sid, "Flex", "Users and access", "Single sign-on (SSO)"]


def _flex_page_a(facts: HandoffFacts) -> HandoffStep:
    acs_url = facts.sp.acs_url if facts.sp else ""
    entity_id = facts.sp.entity_id if facts.sp else ""
    return HandoffStep(
        id="flex_page_a",
        console="Twilio Console",
        title="Let Flex make its connection",
        url=TWILIO_CONSOLE,
        path=_sso_path(facts),
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
                    ),
                ],
            )
        ],
        done_when="Flex lists the connection, or tenant.flex.connection holds its JQ sid.",
    )


def _google_app(facts: HandoffFacts) -> HandoffStep:
    return HandoffStep(
        id="google_app",
        console="Google Admin console",
        title="Make the custom SAML app",
        url=GOOGLE_APPS,
        path=["Add custom SAML app"],
        screens=[
            _app_details(facts),
            HandoffScreen(
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
            ),
            _service_provider_details(facts),
            _attribute_mapping(facts),
            HandoffScreen(
                title="User access",
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
            ),
        ],
        done_when=f"{facts.metadata_path} is there, and Google's admin log reports the app.",
    )


def _app_details(facts: HandoffFacts) -> HandoffScreen:
    return HandoffScreen(
        title="App details",
        fields=[
            HandoffField(label="App name", value=facts.app_name),
            HandoffField(label="Description", value=facts.app_description),
        ],
        button="CONTINUE",
    )


def _service_provider_details(facts: HandoffFacts) -> HandoffScreen:
    return HandoffScreen(
        title="Service provider details",
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
            HandoffField(label="Start URL (optional)", value=facts.start_url),
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
            HandoffField(label="Google Directory attributes", value=source, kind=Kind.CHOOSE)
        )
        fields.append(
            HandoffField(label="App attributes", value=claim, trap="Lower case, exactly so.")
        )
    return HandoffScreen(title="Attribute mapping", fields=fields, button="FINISH")


def _flex_page_b(facts: HandoffFacts) -> HandoffStep:
    confirm = HandoffField(label="I have updated my identity provider", value="on", kind=Kind.TICK)
    return HandoffStep(
        id="flex_page_b",
        console="Twilio Console",
        title="Tell Flex about Google",
        url=TWILIO_CONSOLE,
        path=_sso_path(facts),
        screens=[
            HandoffScreen(
                title="Set up your identity provider", fields=[confirm], button="Save and Continue"
            ),
            HandoffScreen(
                title="Set up your Twilio Flex SSO",
                fields=_connection_fields(facts, upper=False),
                button="Save",
            ),
        ],
        done_when="Flex sends people to Google's SSO URL when they log in.",
    )


def _legacy_form(facts: HandoffFacts) -> HandoffStep:
    return HandoffStep(
        id="flex_form",
        console="Twilio Console",
        title="Tell Flex about Google",
        url=TWILIO_CONSOLE,
        path=_sso_path(facts),
        screens=[
            HandoffScreen(
                title="Single sign-on (SSO)",
                fields=_connection_fields(facts, upper=True),
                button="Save",
            )
        ],
        done_when="iam.twilio.com sends people to Google's SSO URL when they log in.",
    )


def _connection_fields(facts: HandoffFacts, *, upper: bool) -> list[HandoffField]:
    """Page B, or the legacy form, which writes most labels in capitals and has a radio button."""

    def label(text: str) -> str:
        return text.upper() if upper else text

    popup = Kind.TICK if facts.login_popup else Kind.LEAVE
    fields = [
        HandoffField(label="Friendly Name", value=facts.friendly_name),
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
        HandoffField(label=label("Single Sign-On URL"), value=facts.sso_url),
        HandoffField(label=label("Default Redirect URL"), value=facts.default_redirect_url),
        HandoffField(
            label=label("Trusted domains"),
            value="\n".join(facts.trusted_domains),
            kind=Kind.PASTE if facts.trusted_domains else Kind.LEAVE,
        ),
        HandoffField(
            label="Login using Popup" if upper else "Login using popup",
            value="on" if facts.login_popup else "off",
            kind=popup,
        ),
    ]
    if upper:
        radio = HandoffField(label="USES IAM.TWILIO.COM", value="on", kind=Kind.CHOOSE)
        fields.insert(5, radio)
    return fields


def _sign_in(facts: HandoffFacts) -> HandoffStep:
    return HandoffStep(
        id="sign_in",
        console="Twilio Flex",
        title="Sign in once",
        url=facts.start_url,
        path=["Log in with SSO"],
        screens=[],
        done_when="Google reports the login and Flex has the person with the right roles.",
    )


def mapping_of(mapping: AttributeMapping) -> dict[str, str]:
    """The mapping as the plain words of the console, app attribute first."""
    return {str(claim): str(source) for claim, source in mapping.items()}
