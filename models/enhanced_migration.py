"""`plan_enhanced`, `plan_back`: from legacy SSO (iam.twilio.com) to enhanced SSO, and the way back.

Source: "Flex SSO URL Migration Guide". `modify` keeps one connection and one SAML app: their
addresses change in place, and between the two consoles nobody can sign in. `create` makes a second
connection and a second app, so that people can be moved first. Twilio keeps the legacy details for
30 days after Finish; the way back needs the old values, so they are written down beforehand.
"""

from __future__ import annotations

from datetime import timedelta

from pydantic import BaseModel, ConfigDict

from models.flex import Generation, SpSettings, Way, ui_version_at_least
from models.handoff_document import reached_from
from models.legacy_end import announced_end
from models.migration_facts import EnhancedFacts, MigrationStep
from models.migration_steps import (
    UI_VERSION,
    at_both_consoles,
    begin,
    finish,
    record,
    revert,
    second_app,
    tell_flex,
    validate,
    version,
)
from models.phase import Phase
from models.rotation import Mark

KEPT = timedelta(days=30)
TOO_LATE = (
    "Twilio keeps the legacy details for 30 days after Finish, so they are probably gone. Look for"
    " `switch back to legacy connection` on the SSO page: if it is not there, only Twilio's support"
    " can bring legacy SSO back. What remains: enhanced SSO as it is, put right by the hand-off."
)


class EnhancedMigration(BaseModel):
    """The plan. `days_to_go_back` counts down once enhanced SSO was seen in use; Twilio's page has
    the day itself, which is never earlier. `too_late` is whether they have passed; `deadline` says
    what Twilio has announced for the end of legacy SSO.
    """

    model_config = ConfigDict(frozen=True)

    stack: str
    way: Way
    back: bool = False
    old: SpSettings | None
    days_to_go_back: int | None
    steps: list[MigrationStep]
    way_back: str
    deadline: str = ""
    too_late: bool = False

    @property
    def finished(self) -> bool:
        """Whether every step is done."""
        return all(step.mark is Mark.DONE for step in self.steps)


def plan_enhanced(facts: EnhancedFacts, way: Way) -> EnhancedMigration:
    """The steps, each marked by what is known; the first that is not done is `now`."""
    enhanced = facts.generation is Generation.ENHANCED
    active = enhanced and facts.in_use
    new_enough = bool(ui_version_at_least(facts.ui_version, UI_VERSION))
    return _plan(
        facts,
        way,
        [
            (version(facts), new_enough or enhanced),
            (begin(facts, way), enhanced),
            (record(facts), enhanced and facts.recorded),
            *_consoles(facts, way, active=active),
            (validate(facts), active and facts.phase is Phase.VERIFIED),
            (finish(facts), active and facts.migration is None),
        ],
    )


def plan_back(facts: EnhancedFacts, way: Way) -> EnhancedMigration:
    """The way back to legacy SSO, with the old values. Needs `facts.before`."""
    legacy = facts.generation is Generation.LEGACY and facts.in_use
    steps = [
        (revert(facts, way), legacy),
        (validate(facts), legacy and facts.phase is Phase.VERIFIED),
    ]
    return _plan(facts, way, steps, back=True)


def _plan(
    facts: EnhancedFacts, way: Way, steps: list[tuple[MigrationStep, bool]], *, back: bool = False
) -> EnhancedMigration:
    first = next((n for n, (_, done) in enumerate(steps) if not done), len(steps))
    finished = first == len(steps)
    late = _days_left(facts) == 0 and not (back and finished)
    return EnhancedMigration(
        stack=facts.stack,
        way=way,
        back=back,
        old=facts.before.sp if facts.before else None,
        days_to_go_back=_days_left(facts),
        steps=[
            _reachable(step, facts).model_copy(update={"mark": _mark(n, first, finished=done)})
            for n, (step, done) in enumerate(steps)
        ],
        way_back=TOO_LATE if late else way_back(facts, way),
        deadline=announced_end(facts.now.date()) if back or not finished else "",
        too_late=late,
    )


def _mark(number: int, first: int, *, finished: bool) -> Mark:
    if number == first:
        return Mark.NOW
    return Mark.DONE if finished else Mark.LATER


def _days_left(facts: EnhancedFacts) -> int | None:
    since = facts.before.enhanced_since if facts.before else None
    return max(0, (since + KEPT - facts.now).days) if since else None


def way_back(facts: EnhancedFacts, way: Way) -> str:
    """How to return to legacy SSO, in a sentence."""
    command = f"./flexsso migrate enhanced {facts.stack} --back"
    until = "while Twilio keeps the legacy details (30 days after Finish)"
    if way is Way.CREATE:
        return f"{until}: one click at Twilio ({command})"
    return f"{until}: the old addresses again at both consoles ({command})"


def _reachable(step: MigrationStep, facts: EnhancedFacts) -> MigrationStep:
    """Each visit with the link that opens it from here."""
    visits = [reached_from(facts.endpoints, one) for one in step.visits]
    return step.model_copy(update={"visits": visits})


def _consoles(facts: EnhancedFacts, way: Way, *, active: bool) -> list[tuple[MigrationStep, bool]]:
    if way is Way.MODIFY:
        return [(at_both_consoles(facts), active)]
    return [
        (second_app(facts), active or (facts.recorded and facts.second_app_seen)),
        (tell_flex(facts), active),
    ]
