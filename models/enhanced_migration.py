"""`plan_enhanced`: from legacy SSO (iam.twilio.com) to enhanced SSO, either way of Twilio's guide.

Source: "Flex SSO URL Migration Guide". `modify` keeps one connection and one SAML app: their
addresses change in place, and between the two consoles nobody can sign in. `create` makes a second
connection and a second app, so that people can be moved first. Twilio keeps the legacy details for
30 days; the way back needs the old addresses, so they are written down before anything changes.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from models.finding import Who
from models.flex import Generation, SpSettings, ui_version_at_least
from models.phase import Phase
from models.rotation import Mark, RotationStep

UI_VERSION = "2.7.0"
KEPT = timedelta(days=30)
ANNOUNCED_ENDS = (date(2024, 12, 31), date(2025, 6, 30), date(2026, 3, 31))
"""When legacy SSO should end, as Twilio's page has said in turn; the last one counts."""

SSO_PAGE = "Twilio Console: Flex > Users and access > Single sign-on (SSO)"


class Way(StrEnum):
    """The two set-up types of Twilio's wizard."""

    MODIFY = "modify"
    CREATE = "create"


class Before(BaseModel):
    """What was there before: kept in `stacks/<stack>/migration.json` for the way back."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    way: Way
    began_at: datetime
    sp: SpSettings


class EnhancedFacts(BaseModel):
    """What is known. `before` is None until the migration was begun; `changed_at` is since when
    the record is as it is, `phase` the one of the last `up`.
    """

    model_config = ConfigDict(frozen=True)

    stack: str
    app_name: str
    generation: Generation
    recorded_generation: Generation | None
    ui_version: str
    before: Before | None
    phase: Phase | None
    changed_at: datetime | None
    now: datetime


class EnhancedMigration(BaseModel):
    """The plan. `days_to_go_back` counts down once enhanced sign-in was seen."""

    model_config = ConfigDict(frozen=True)

    stack: str
    way: Way
    old: SpSettings | None
    days_to_go_back: int | None
    steps: list[RotationStep]
    way_back: str

    @property
    def finished(self) -> bool:
        """Whether every step is done."""
        return all(step.mark is Mark.DONE for step in self.steps)


def plan_enhanced(facts: EnhancedFacts, way: Way) -> EnhancedMigration:
    """The steps, each marked by what is known; the first that is not done is `now`."""
    enhanced = facts.generation is Generation.ENHANCED
    up = enhanced and facts.recorded_generation is Generation.ENHANCED
    active = up and facts.phase in {Phase.ACTIVE, Phase.VERIFIED}
    steps = [
        (_version(facts), bool(ui_version_at_least(facts.ui_version, UI_VERSION)) or active),
        (_wizard(way), enhanced),
        (_record(facts), up),
        (_at_google(facts, way), active),
        *([(_page_b(facts), active)] if way is Way.CREATE else []),
        (_validate(), active and facts.phase is Phase.VERIFIED),
    ]
    first = next((n for n, (_, done) in enumerate(steps) if not done), len(steps))
    return EnhancedMigration(
        stack=facts.stack,
        way=way,
        old=facts.before.sp if facts.before else None,
        days_to_go_back=_days_left(facts) if active else None,
        steps=[
            step.model_copy(update={"mark": _mark(n, first, done)})
            for n, (step, done) in enumerate(steps)
        ],
        way_back=way_back(facts, way),
    )


def _mark(number: int, first: int, done: bool) -> Mark:  # noqa: FBT001  it is the value itself
    if number == first:
        return Mark.NOW
    return Mark.DONE if done else Mark.LATER


def _days_left(facts: EnhancedFacts) -> int | None:
    if facts.before is None or facts.changed_at is None:
        return None
    return max(0, (facts.changed_at + KEPT - facts.now).days)


def way_back(facts: EnhancedFacts, way: Way) -> str:
    """How to return to legacy SSO, with the old addresses."""
    until = "while Twilio keeps the legacy details (30 days)"
    stack = f"tenant.flex.generation: legacy, and pulumi up -s {facts.stack}"
    if way is Way.CREATE:
        return f"{until}: {SSO_PAGE} > switch back to legacy connection; then {stack}"
    old = facts.before.sp if facts.before else None
    values = f"ACS URL {old.acs_url}, Entity ID {old.entity_id}" if old else "the old addresses"
    return (
        f"{until}: put {values} back into the SAML app at Google, then {SSO_PAGE} > Revert"
        f" modified; then {stack}"
    )


# Steps ---------------------------------------------------------------------------------------


def _version(facts: EnhancedFacts) -> RotationStep:
    return RotationStep(
        title=f"Flex UI {UI_VERSION} or newer",
        who=Who.TWILIO_ADMIN,
        where="Twilio Console: Flex > Manage > Release Management",
        todo=f"it is {facts.ui_version or 'not known: pulumi up'}",
        expect="Older ones can't sign in by enhanced SSO.",
    )


def _wizard(way: Way) -> RotationStep:
    choice = "Modify existing" if way is Way.MODIFY else "Create new"
    return RotationStep(
        title="Begin the migration",
        who=Who.TWILIO_ADMIN,
        where=f"{SSO_PAGE} > migrate",
        todo=f"choose {choice}; copy the ACS URL's connection (JQ…); in the stack set"
        " tenant.flex.generation: enhanced and tenant.flex.connection: JQ…",
        expect="Nothing changes for anybody yet.",
    )


def _record(facts: EnhancedFacts) -> RotationStep:
    return RotationStep(
        title="Record the new addresses",
        who=Who.STACK,
        where=f"stacks/Pulumi.{facts.stack}.yaml",
        todo=f"pulumi up -s {facts.stack}",
        expect="The hand-off shows the new ACS URL and Entity ID.",
    )


def _at_google(facts: EnhancedFacts, way: Way) -> RotationStep:
    apps = "Google Admin console: Apps > Web and mobile apps"
    if way is Way.CREATE:
        return RotationStep(
            title="Make a second SAML app",
            who=Who.GOOGLE_ADMIN,
            where=f"{apps} > Add custom SAML app",
            todo=f"as the hand-off says (./flexsso handoff {facts.stack}), under another name"
            " (tenant.saml_app.name), and turn it ON for the people to move",
            expect="The old app goes on working until the last step.",
        )
    return RotationStep(
        title="Change the app's addresses, in a quiet hour",
        who=Who.GOOGLE_ADMIN,
        where=f"{apps} > {facts.app_name} > Service provider details",
        todo="ACS URL and Entity ID from the hand-off, SAVE",
        expect="From now on nobody can sign in until the last step; minutes, at worst 24 hours.",
    )


def _page_b(facts: EnhancedFacts) -> RotationStep:
    return RotationStep(
        title="Tell Flex about Google",
        who=Who.TWILIO_ADMIN,
        where=f"{SSO_PAGE} > Set up your Twilio Flex SSO",
        todo=f"as the hand-off says (./flexsso handoff {facts.stack}), Save",
        expect="Two connections are listed: the new one, and the legacy one, inactive.",
    )


def _validate() -> RotationStep:
    return RotationStep(
        title="Validate and finish",
        who=Who.TWILIO_ADMIN,
        where=f"{SSO_PAGE} > Log in with SSO",
        todo="sign in, then Finish; then pulumi up, which looks for that sign-in",
        expect="The stack is verified. Twilio keeps the legacy details for 30 days.",
    )
