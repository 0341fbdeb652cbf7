"""The steps to enhanced SSO, and those of the way back: who, where, what, and what to expect."""

from __future__ import annotations

from models.finding import Who
from models.flex import Generation, SpSettings, Way
from models.handoff import HandoffField, HandoffScreen, HandoffStep
from models.handoff_flex import TWILIO_CONSOLE
from models.handoff_migration import begin_migration, change_app, revert_to_legacy
from models.migration_facts import EnhancedFacts, MigrationStep, Setting

UI_VERSION = "2.7.0"
RELEASES = "Twilio Console: Flex > Release Management > Flex UI version"
SSO_PAGE = "Twilio Console: Flex > Users and access > Single sign-on (SSO)"
APPS = "Google Admin console: Apps > Web and mobile apps"


def _from_handoff(facts: EnhancedFacts, *ids: str) -> list[HandoffStep]:
    """Those steps of the hand-off, which an `up` has to write first."""
    steps = facts.handoff.steps if facts.handoff and facts.recorded else []
    return [step for step in steps if step.id in ids]


def _up(facts: EnhancedFacts) -> str:
    return f"./flexsso up {facts.stack}"


def version(facts: EnhancedFacts) -> MigrationStep:
    """The gate of Twilio's wizard."""
    path = [facts.account_sid, "Flex", "Release Management"]
    field = HandoffField(label="Flex UI version", value=UI_VERSION, trap="Or any newer one.")
    return MigrationStep(
        title=f"Flex UI {UI_VERSION} or newer",
        who=Who.TWILIO_ADMIN,
        where=RELEASES,
        todo=f"it is {facts.ui_version or 'not known'}; then pulumi refresh -s {facts.stack}",
        expect="Older ones can't sign in by enhanced SSO.",
        visits=[
            HandoffStep(
                id="flex_ui_version",
                console="Twilio Console",
                title="Raise the Flex UI version",
                url=TWILIO_CONSOLE,
                path=path,
                screens=[HandoffScreen(title="Release Management", fields=[field], button="Save")],
                done_when="Flex's configuration tells of the version.",
            )
        ],
        commands=[f"pulumi refresh -s {facts.stack}"],
    )


def begin(facts: EnhancedFacts, way: Way) -> MigrationStep:
    """A new connection, and its addresses into the stack."""
    visit = begin_migration(facts.account_sid, way, None)
    settings = [
        Setting(key="tenant.flex.generation", value=Generation.ENHANCED),
        Setting(key="tenant.flex.migration", value=way),
        Setting(key="tenant.flex.connection", read_from="ACS URL", after="connection="),
    ]
    if way is Way.CREATE:
        name = f"{facts.before.app_name if facts.before else facts.app_name} (enhanced)"
        settings.append(Setting(key="tenant.saml_app.name", value=name))
    return MigrationStep(
        title="Begin the migration",
        who=Who.TWILIO_ADMIN,
        where=f"{SSO_PAGE} > Start setup",
        todo=f"choose {visit.screens[0].fields[0].label}, Continue; leave the page open and set"
        " in the stack what is listed here",
        expect="Nothing changes for anybody yet.",
        visits=[visit],
        settings=settings,
    )


def record(facts: EnhancedFacts) -> MigrationStep:
    """An `up`, so that the hand-off has the values."""
    return MigrationStep(
        title="Record the new addresses",
        who=Who.STACK,
        where=f"stacks/Pulumi.{facts.stack}.yaml",
        todo=_up(facts),
        expect="The hand-off shows the new ACS URL and Entity ID, and Twilio's wizard.",
        commands=[_up(facts)],
    )


def at_both_consoles(facts: EnhancedFacts) -> MigrationStep:
    """`modify`: Google, and Flex right after it."""
    return MigrationStep(
        title="Change the addresses at both consoles, in a quiet hour",
        who=Who.GOOGLE_ADMIN,
        where=f"{APPS} > {facts.app_name} > Service provider details, and at once the {SSO_PAGE}",
        todo=f"as the hand-off says (./flexsso handoff {facts.stack}); then {_up(facts)}",
        expect="From the first SAVE nobody can sign in until the second, and until Google has"
        " spread it: minutes, at worst 24 hours. Whoever is signed in stays so.",
        visits=_from_handoff(facts, "migration_google", "migration_flex"),
        commands=[_up(facts)],
    )


def second_app(facts: EnhancedFacts) -> MigrationStep:
    """`create`: Google's part, with no hurry."""
    return MigrationStep(
        title="Make a second SAML app",
        who=Who.GOOGLE_ADMIN,
        where=f"{APPS} > Add custom SAML app",
        todo=f"{facts.app_name}, as the hand-off says (./flexsso handoff {facts.stack}), ON for"
        f" the people to move; then {_up(facts)}",
        expect="The old app goes on working until the next step.",
        visits=_from_handoff(facts, "migration_google"),
        commands=[_up(facts)],
    )


def tell_flex(facts: EnhancedFacts) -> MigrationStep:
    """`create`: page B, which makes the new connection the one in use."""
    return MigrationStep(
        title="Tell Flex about Google",
        who=Who.TWILIO_ADMIN,
        where=f"{SSO_PAGE} > Start setup",
        todo=f"as the hand-off says (./flexsso handoff {facts.stack}), Save; then {_up(facts)}",
        expect="From now on people sign in by the new connection and the second app.",
        visits=_from_handoff(facts, "migration_flex"),
        commands=[_up(facts)],
    )


def validate(facts: EnhancedFacts) -> MigrationStep:
    """The proof, in either direction."""
    return MigrationStep(
        title="Validate with a sign-in",
        who=Who.PERSON,
        where="the Flex login link, in a private window",
        todo=f"sign in once; then {_up(facts)}, which looks for that sign-in",
        expect="The stack is verified.",
        visits=_from_handoff(facts, "sign_in"),
        commands=[_up(facts)],
    )


def finish(facts: EnhancedFacts) -> MigrationStep:
    """The wizard's last button; taking the key out is the word that it was pressed."""
    return MigrationStep(
        title="Finish",
        who=Who.TWILIO_ADMIN,
        where=f"{SSO_PAGE} > Continue setup",
        todo=f"press Finish; then take tenant.flex.migration out of the stack, and {_up(facts)}",
        expect="Nothing shows that it was pressed. Twilio keeps the legacy details for 30 days"
        " from then on.",
        visits=_from_handoff(facts, "migration_finish"),
        settings=[Setting(key="tenant.flex.migration")],
        commands=[_up(facts)],
    )


def revert(facts: EnhancedFacts, way: Way) -> MigrationStep:
    """With `modify`, Google first: Twilio's page asks for a tick that it was done."""
    if facts.before is None:
        raise ValueError("the way back needs the old values")
    old = facts.before
    visits = [revert_to_legacy(facts.account_sid, way, old.sp)]
    settings = [
        Setting(key="tenant.flex.generation", value=Generation.LEGACY),
        Setting(key="tenant.flex.connection"),
        Setting(key="tenant.flex.migration"),
    ]
    if way is Way.MODIFY:
        visits.insert(0, change_app(facts.app_name, old.sp))
    elif old.app_name != facts.app_name:
        settings.append(Setting(key="tenant.saml_app.name", value=old.app_name))
    return MigrationStep(
        title="Switch back to the legacy connection",
        who=Who.TWILIO_ADMIN,
        where=f"{SSO_PAGE} > switch back to legacy connection",
        todo=_revert_words(way, old.sp) + f"; set in the stack what is listed here; {_up(facts)}",
        expect="People sign in by iam.twilio.com again."
        + (" In between nobody can." if way is Way.MODIFY else ""),
        visits=visits,
        settings=settings,
        commands=[_up(facts)],
    )


def _revert_words(way: Way, old: SpSettings) -> str:
    if way is Way.CREATE:
        return "Confirm"
    return (
        f"first put ACS URL {old.acs_url} and Entity ID {old.entity_id} back into the SAML app at"
        " Google; then tick the box, Switch connection"
    )
