"""Page tokens: opaque to the caller, and good for three days."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import TYPE_CHECKING, Any

from sandbox.google import errors

if TYPE_CHECKING:
    from sandbox.world import World

LIFETIME = 3 * 86400


def write(world: World, after: str) -> str:
    """A token that goes on after the item `after`."""
    text = json.dumps([after, world.clock.now().timestamp()])
    return base64.urlsafe_b64encode(text.encode()).decode()


def read(world: World, token: str | None) -> str:
    """Where to go on; "" for the first page. Raises 400 for a token that is not ours, or old."""
    if not token:
        return ""
    try:
        after, written = json.loads(base64.urlsafe_b64decode(token))
        if world.clock.now().timestamp() - written > LIFETIME:
            raise errors.invalid("pageToken")
    except (ValueError, TypeError):
        raise errors.invalid("pageToken") from None
    return str(after)


def etag_of(items: list[dict[str, Any]]) -> str:
    """A version mark for a list: the same as long as its items are."""
    marks = "".join(item.get("etag", "") for item in items)
    return f'"{hashlib.sha256(marks.encode()).hexdigest()[:32]}"'
