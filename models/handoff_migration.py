"""From legacy to enhanced SSO, as steps of a hand-off: Twilio's wizard, and what it asks of Google.

Titles, labels and buttons are those of Twilio's "Flex SSO URL Migration Guide". The wizard opens
where somebody left it, so each visit begins at the SSO page.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from models.flex import SpSettings, Way
from models.handoff_document import HandoffField, HandoffScreen, HandoffStep, Kind, Proof
from models.handoff_flex import confirm, flex_seen, form, sign_in, sso_page
from models.handoff_google import GOOGLE_APPS, google_app

if TYPE_CHECKING:
    from models.handoff_facts import HandoffFacts

SETUP_TYPES = {
    Way.MODIFY: "Modify existing SSO connection",
    Way.CREATE: "Create new SSO connection",
}
IDENTITY_PROVIDER = "Update your identity provider"


def migration_steps(facts: HandoffFacts, way: Way) -> list[HandoffStep]:
    """All of them, in order. With `modify` the two in the middle follow each other at once."""
    begin = begin_migration(facts.account_sid, way, facts.sp)
    return [
        begin.model_copy(update={"seen": _connection_seen(facts)}),
        _second_app(facts) if way is Way.CREATE else change_app(facts.app_name, facts.sp),
        _go_live(facts, way),
        sign_in(facts),
        _finish(facts),
    ]


def begin_migration(account_sid: str, way: Way, sp: SpSettings | None) -> HandoffStep:
    """The wizard's first page, which makes the new connection, and its addresses."""
    choice = HandoffField(
        label=SETUP_TYPES[way],
        value="on",
        kind=Kind.CHOOSE,
        trap="`tenant.flex.migration` says which. There is no way to change it later but Cancel.",
    )
    return HandoffStep(
        id="migration_begin",
        console="Twilio Console",
        title="Begin the migration to enhanced SSO",
        **sso_page(account_sid, "Start setup"),
        screens=[
            HandoffScreen(title="Select setup type", fields=[choice], button="Continue"),
            HandoffScreen(title=IDENTITY_PROVIDER, fields=_addresses(sp)),
        ],
        done_when="Flex lists the new connection, or tenant.flex.connection holds its JQ sid.",
    )


def change_app(app_name: str, sp: SpSettings | None) -> HandoffStep:
    """Service provider details of the app that is there; everything else in it stays."""
    return HandoffStep(
        id="migration_google",
        console="Google Admin console",
        title="Change the SAML app's addresses",
        url=GOOGLE_APPS,
        path=[app_name],
        screens=[
            HandoffScreen(
                title="Service provider details",
                id="service_provider",
                proof=Proof.SIGN_IN,
                open="Service provider details",
                fields=[
                    HandoffField(
                        label="ACS URL",
                        value=sp.acs_url if sp else "",
                        trap="From now on nobody can sign in until the step after this is done.",
                    ),
                    HandoffField(
                        label="Entity ID",
                        value=sp.entity_id if sp else "",
                        trap="Case matters.",
                    ),
                ],
                button="SAVE",
            )
        ],
        done_when="Google's admin log reports the new addresses, and Flex sends people to Google.",
        seen="Flex goes by the new addresses, and Google's admin log names no others",
    )


def revert_to_legacy(account_sid: str, way: Way, old: SpSettings) -> HandoffStep:
    """The SSO page's way back, which is there for 30 days."""
    return HandoffStep(
        id="migration_revert",
        console="Twilio Console",
        title="Switch back to the legacy connection",
        **sso_page(account_sid, "switch back to legacy connection"),
        screens=[_revert_modified(old) if way is Way.MODIFY else _switch()],
        done_when="iam.twilio.com sends people to Google's SSO URL when they log in.",
    )


def _revert_modified(old: SpSettings) -> HandoffScreen:
    tick = HandoffField(
        label="I confirm that my Flex application reflects the Legacy Flex SSO connection",
        value="on",
        kind=Kind.TICK,
        trap="Only once the old addresses are back in the app at Google.",
    )
    return HandoffScreen(
        title="Revert SSO connection",
        fields=[*_addresses(old), tick],
        button="Switch connection",
    )


def _switch() -> HandoffScreen:
    return HandoffScreen(title="Switch to OAuth 2.0 SSO Connection", fields=[], button="Confirm")


def _addresses(sp: SpSettings | None) -> list[HandoffField]:
    """As the wizard shows them; nothing to compare with before they are known."""
    kind = Kind.COMPARE if sp else Kind.BRING_BACK
    entity_id, acs_url = (sp.entity_id, sp.acs_url) if sp else ("", "")
    legacy = "iam.twilio.com" in acs_url
    of = "iam.twilio.com and this account: no JQ… in it." if legacy else "the new connection's JQ…."
    return [
        HandoffField(
            label="Entity ID", value=entity_id, kind=kind, trap=f"Case matters. It has {of}"
        ),
        HandoffField(
            label="ACS URL", value=acs_url, kind=kind, trap=f"To its last letter. It has {of}"
        ),
    ]


def _connection_seen(facts: HandoffFacts) -> str:
    return f"Flex's new connection is {facts.connection}" if facts.connection else ""


def _second_app(facts: HandoffFacts) -> HandoffStep:
    """The app of any new stack, beside the old one."""
    update = {"id": "migration_google", "title": "Make a second SAML app, beside the old one"}
    return google_app(facts).model_copy(update=update)


def _go_live(facts: HandoffFacts, way: Way) -> HandoffStep:
    """`modify` keeps what Flex knows of Google; `create` asks for it."""
    screens = [
        HandoffScreen(
            title=IDENTITY_PROVIDER,
            fields=[*_addresses(facts.sp), confirm()],
            button="Save and Continue",
        )
    ]
    if way is Way.CREATE:
        screens.append(form("Enter identity provider data", facts))
    return HandoffStep(
        id="migration_flex",
        console="Twilio Console",
        title="Let Flex use the new connection",
        **sso_page(facts.account_sid, "Start setup"),
        screens=screens,
        done_when="Flex sends people to Google's SSO URL, with the new addresses.",
        seen=flex_seen(facts),
    )


def _finish(facts: HandoffFacts) -> HandoffStep:
    """Nothing shows that it was pressed, or when the 30 days began."""
    return HandoffStep(
        id="migration_finish",
        console="Twilio Console",
        title="Finish the migration, after that sign-in",
        **sso_page(facts.account_sid, "Continue setup"),
        screens=[
            HandoffScreen(
                title="Validate successful connection in Flex",
                id="migration_finish",
                proof=Proof.PERSON,
                fields=[],
                button="Finish",
            )
        ],
        done_when="somebody signed in; then take tenant.flex.migration out of the stack.",
        seen=facts.proof,
        unseen="No API shows whether Finish was pressed.",
    )
