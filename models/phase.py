"""The phases of a stack, in the order in which it passes through them."""

from __future__ import annotations

from enum import StrEnum


class Phase(StrEnum):
    """What a stack waits for. `drifted` can come at any time; the others follow each other."""

    AWAITING_CONNECTION = "awaiting_connection"
    AWAITING_GOOGLE_APP = "awaiting_google_app"
    AWAITING_FLEX_FORM = "awaiting_flex_form"
    ACTIVE = "active"
    VERIFIED = "verified"
    DRIFTED = "drifted"

    @property
    def was_active(self) -> bool:
        """Whether sign-in worked at some time, so that a difference now is a drift."""
        return self in {Phase.ACTIVE, Phase.VERIFIED, Phase.DRIFTED}


NEXT_STEP = {
    Phase.AWAITING_CONNECTION: "Twilio Console: open the SSO page once, so that Flex makes its"
    " connection; then run `up` again.",
    Phase.AWAITING_GOOGLE_APP: "Google Admin console: make the custom SAML app as the hand-off"
    " says, give its metadata file to `handoff --metadata FILE`, then run `up` again.",
    Phase.AWAITING_FLEX_FORM: "Twilio Console: fill in the SSO form as the hand-off says, then run"
    " `up` again.",
    Phase.ACTIVE: "Sign in to Flex once as one of the people; then run `up` again.",
    Phase.VERIFIED: "Nothing to do.",
    Phase.DRIFTED: "A console was changed by hand: put the field back as the hand-off says, or"
    " change the stack; then run `up` again.",
}
