"""What a console was seen to hold instead of the record, marked on exactly that field of the steps.

A step that only has to be put right leads to the form as it is there now, not through the way by
which it was first filled in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from models.app_history import GONE
from models.handoff_document import HandoffField, HandoffScreen, HandoffStep
from models.handoff_flex import FORM, sso_page
from models.phase import Phase

if TYPE_CHECKING:
    from models.handoff_facts import HandoffFacts
    from models.observation import Difference

GOOGLE, TWILIO = "Google Admin console", "Twilio Console"
_HOST = "USES IAM.TWILIO.COM"
_LABELS = {
    (GOOGLE, "acs_url"): ("ACS URL",),
    (GOOGLE, "sp_entity_id"): ("Entity ID",),
    (TWILIO, "sso_url"): ("Single Sign-On URL",),
    (TWILIO, "acs_url"): ("ACS URL", _HOST),
    (TWILIO, "sp_entity_id"): ("Entity ID", _HOST),
}
"""Where the record's fields stand; on a legacy form the host decides both addresses."""


def with_differences(steps: list[HandoffStep], facts: HandoffFacts) -> list[HandoffStep]:
    """The steps, those with a difference marked and, if the form is there already, cut to it."""
    for one in facts.google_differences:
        steps = _place(steps, GOOGLE, one)
    for one in facts.flex_differences:
        steps = _place(steps, TWILIO, one)
    return [_cut(step, facts) if step.differs else step for step in steps]


def _place(steps: list[HandoffStep], console: str, one: Difference) -> list[HandoffStep]:
    """Mark the first field of that label; without one, the console's step as a whole."""
    of_console = [step for step in steps if step.console == console]
    labels = () if one.observed == GONE else _LABELS.get((console, one.field), ())
    for label in labels:
        for step in of_console:
            if any(_is(field, label) for screen in step.screens for field in screen.fields):
                return _replaced(steps, step, _marked(step, label, one))
    last = [step for step in of_console if any(s.id != "migration_finish" for s in step.screens)][
        -1
    ]
    told = last.model_copy(update={"differs": _joined(last, str(one).replace("_", " "))})
    return _replaced(steps, last, told)


def _replaced(steps: list[HandoffStep], old: HandoffStep, new: HandoffStep) -> list[HandoffStep]:
    return [new if step is old else step for step in steps]


def _marked(step: HandoffStep, label: str, one: Difference) -> HandoffStep:
    def marked(screen: HandoffScreen) -> HandoffScreen:
        fields = [
            field.model_copy(update={"observed": one.observed}) if _is(field, label) else field
            for field in screen.fields
        ]
        return screen.model_copy(update={"fields": fields})

    sentence = f"{label} is {one.observed}, should be {one.recorded}"
    update = {"screens": [marked(screen) for screen in step.screens]}
    return step.model_copy(update={**update, "differs": _joined(step, sentence)})


def _is(field: HandoffField, label: str) -> bool:
    return field.label.lower() == label.lower()


def _joined(step: HandoffStep, sentence: str) -> str:
    return f"{step.differs}; {sentence}" if step.differs else sentence


def _cut(step: HandoffStep, facts: HandoffFacts) -> HandoffStep:
    """To the screens that hold a difference, and the way to them once they were saved."""
    held = [s for s in step.screens if any(field.observed for field in s.fields)]
    if not held or facts.phase in {Phase.AWAITING_CONNECTION, Phase.AWAITING_GOOGLE_APP}:
        return step
    if step.console == GOOGLE:
        saved = [s.model_copy(update={"open": s.title, "button": "SAVE"}) for s in held]
        return step.model_copy(update={"path": [facts.app_name], "screens": saved})
    if step.id in {"flex_page_b", "migration_flex"} and held[0].id == FORM:
        return step.model_copy(update={**sso_page(facts.account_sid, "Edit"), "screens": held})
    return step
