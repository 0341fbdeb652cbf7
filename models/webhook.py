"""What goes to a webhook and what comes back: the contract of `writer: webhook`.

The body is the stack's hand-off (`models.handoff_document.Handoff`) as JSON, with

    Idempotency-Key: acme.prod.3.93b1…     the same for each delivery of the same wish
    Flexsso-Signature: t=1767225600,v1=…   HMAC-SHA256 of `<t>.<body>`, in hex, with the secret

The answer is JSON in the shape of `Answer`. Whatever it says, nothing counts before it was seen.
"""

from __future__ import annotations

import hashlib
import hmac
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

SIGNATURE = "Flexsso-Signature"
IDEMPOTENCY_KEY = "Idempotency-Key"


class Status(StrEnum):
    """How far the receiver is."""

    ACCEPTED = "accepted"
    DONE = "done"
    REFUSED = "refused"


class Answer(BaseModel):
    """`accepted`: under way. `done`: what waits was done. `refused`: a person has to do it."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    status: Status
    message: str = Field("", max_length=2000, description="One sentence for people.")
    idp_metadata: str | None = Field(
        None, description="The text of GoogleIDPMetadata.xml, once there is one."
    )


def idempotency_key(stack: str, occasion: int, body: bytes) -> str:
    """The same for each delivery of one wish; `occasion` tells a wish that comes back later."""
    return f"{stack}.{occasion}.{hashlib.sha256(body).hexdigest()[:24]}"


def signature(secret: bytes, timestamp: int, body: bytes) -> str:
    """The header's value. The time is signed too, so that an old delivery can be refused."""
    digest = hmac.new(secret, b"%d." % timestamp + body, hashlib.sha256).hexdigest()
    return f"t={timestamp},v1={digest}"
