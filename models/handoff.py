"""The steps that have no API, for one stack: which, in which order, and which of them are done.

Everything that shows a hand-off (page, ticket, terminal, webhook, the demo's stand-in for a person)
reads this document and nothing else. Its shapes are in `models.handoff_document`, the screens in
`models.handoff_google`, `models.handoff_flex` and `models.handoff_migration`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from models.flex import Generation
from models.handoff_differences import with_differences
from models.handoff_document import (
    Handoff,
    HandoffField,
    HandoffScreen,
    HandoffStep,
    Kind,
    Proof,
    Shortcut,
    reached_from,
)
from models.handoff_facts import HandoffFacts
from models.handoff_flex import flex_page_a, flex_page_b, legacy_form, sign_in
from models.handoff_google import google_app
from models.handoff_migration import migration_steps
from models.phase import Phase

if TYPE_CHECKING:
    from models.attribute_mapping import AttributeMapping

__all__ = [
    "Handoff",
    "HandoffFacts",
    "HandoffField",
    "HandoffScreen",
    "HandoffStep",
    "Kind",
    "Proof",
    "Shortcut",
    "build_handoff",
    "mapping_of",
]

_ORDER = [
    Phase.AWAITING_CONNECTION,
    Phase.AWAITING_GOOGLE_APP,
    Phase.AWAITING_FLEX_FORM,
    Phase.ACTIVE,
    Phase.VERIFIED,
]
_BOTH_CONSOLES = (Phase.AWAITING_GOOGLE_APP, Phase.AWAITING_FLEX_FORM)
_LEADS_OUT_OF = {
    "flex_page_a": (Phase.AWAITING_CONNECTION,),
    "google_app": (Phase.AWAITING_GOOGLE_APP,),
    "flex_page_b": (Phase.AWAITING_FLEX_FORM,),
    "flex_form": (Phase.AWAITING_FLEX_FORM,),
    "sign_in": (Phase.ACTIVE,),
    "migration_begin": (Phase.AWAITING_CONNECTION,),
    "migration_google": _BOTH_CONSOLES,
    "migration_flex": (Phase.AWAITING_FLEX_FORM,),
    "migration_finish": (Phase.ACTIVE,),
}
"""Step → the phases in which it waits for somebody."""


def build_handoff(facts: HandoffFacts) -> Handoff:
    """The steps for this tenant, each marked done or waiting by the phase that was observed."""
    return Handoff(
        stack=facts.stack,
        tenant=facts.tenant,
        phase=facts.phase,
        next_step=facts.next_step,
        steps=[_marked(step, facts) for step in with_differences(_steps(facts), facts)],
    )


def _steps(facts: HandoffFacts) -> list[HandoffStep]:
    if facts.generation is Generation.LEGACY:
        return [google_app(facts), legacy_form(facts), sign_in(facts)]
    if facts.migration is not None:
        return migration_steps(facts, facts.migration)
    return [flex_page_a(facts), google_app(facts), flex_page_b(facts), sign_in(facts)]


def _marked(step: HandoffStep, facts: HandoffFacts) -> HandoffStep:
    done = not step.differs and _is_done(step, facts)
    marks = {
        "done": done,
        "waiting": bool(step.differs) or facts.phase in _LEADS_OUT_OF[step.id],
        "seen": step.seen if done else "",
        "unseen": step.unseen if done else "",
    }
    return reached_from(facts.endpoints, step).model_copy(update=marks)


def _is_done(step: HandoffStep, facts: HandoffFacts) -> bool:
    """By the phase; after a drift, what does not differ is as it was, but for the sign-in."""
    last = _LEADS_OUT_OF[step.id][-1]
    if facts.phase is Phase.DRIFTED:
        return bool(facts.google_differences or facts.flex_differences) and last is not Phase.ACTIVE
    return _ORDER.index(facts.phase) > _ORDER.index(last)


def mapping_of(mapping: AttributeMapping) -> dict[str, str]:
    """The mapping as the plain words of the console, app attribute first."""
    return {str(claim): str(source) for claim, source in mapping.items()}
