"""docs/reference/phases.md: the phases of a stack, from the enum and the sentences beside it."""

from __future__ import annotations

from models.phase import NEXT_STEP, Phase
from tools.reference.page import code, head, table

INTRO = """
`status` is one word, in this order; `drifted` can come at any time after `active`. Legacy SSO skips
`awaiting_connection`. While a stack is not verified each `pulumi up` looks again for what is
missing; what was seen before is looked at again by `up --refresh` and `./flexsso verify`. Once
verified an unchanged `up` does nothing, and `pulumi preview --refresh` is what finds drift.

![Phases of a stack](../images/phases.svg)

"""
SEEN_BY = {
    Phase.AWAITING_CONNECTION: "nothing was seen yet",
    Phase.AWAITING_GOOGLE_APP: "Flex's SSO connection exists: its JQ sid is known",
    Phase.AWAITING_FLEX_FORM: "the metadata file is in the stack's folder and was understood",
    Phase.ACTIVE: "Flex sends people to Google's SSO URL with the recorded Issuer and ACS URL",
    Phase.VERIFIED: "Google's log and Flex's worker both tell of a login after the last change,"
    " with the right roles",
    Phase.DRIFTED: "what was seen differs from the record; `next_step` names field and values",
}


def render() -> str:
    """The page."""
    rows = [(code(phase.value), SEEN_BY[phase], NEXT_STEP[phase]) for phase in Phase]
    columns = ("status", "reached when", "next step")
    return head("Phases", "`models/phase.py`") + INTRO + table(columns, rows)
