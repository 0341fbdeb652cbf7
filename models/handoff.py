"""The steps that have no API, for one stack: which, in which order, and which of them are done.

Everything that shows a hand-off (page, ticket, terminal, webhook, the demo's stand-in for a person)
reads this document and nothing else. Its shapes are in `models.handoff_document`, the screens in
`models.handoff_google` and `models.handoff_flex`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from models.flex import Generation
from models.handoff_document import (
    Handoff,
    HandoffField,
    HandoffScreen,
    HandoffStep,
    Kind,
    Proof,
)
from models.handoff_facts import HandoffFacts
from models.handoff_flex import flex_page_a, flex_page_b, legacy_form, sign_in
from models.handoff_google import google_app
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
_LEADS_OUT_OF = {
    "flex_page_a": Phase.AWAITING_CONNECTION,
    "google_app": Phase.AWAITING_GOOGLE_APP,
    "flex_page_b": Phase.AWAITING_FLEX_FORM,
    "flex_form": Phase.AWAITING_FLEX_FORM,
    "sign_in": Phase.ACTIVE,
}


def build_handoff(facts: HandoffFacts) -> Handoff:
    """The steps for this tenant, each marked done or waiting by the phase that was observed."""
    legacy = facts.generation is Generation.LEGACY
    steps = [] if legacy else [flex_page_a(facts)]
    steps.append(google_app(facts))
    steps.append(legacy_form(facts) if legacy else flex_page_b(facts))
    steps.append(sign_in(facts))
    return Handoff(
        stack=facts.stack,
        tenant=facts.tenant,
        phase=facts.phase,
        next_step=facts.next_step,
        steps=[_marked(step, facts) for step in steps],
    )


def _marked(step: HandoffStep, facts: HandoffFacts) -> HandoffStep:
    link = {"link": facts.endpoints.url(step.url)}
    if facts.phase is Phase.DRIFTED:
        return step.model_copy(update={**link, "seen": ""})
    at, wanted = _ORDER.index(facts.phase), _ORDER.index(_LEADS_OUT_OF[step.id])
    done = at > wanted
    marks = {"done": done, "waiting": at == wanted, "seen": step.seen if done else ""}
    return step.model_copy(update={**link, **marks})


def mapping_of(mapping: AttributeMapping) -> dict[str, str]:
    """The mapping as the plain words of the console, app attribute first."""
    return {str(claim): str(source) for claim, source in mapping.items()}
