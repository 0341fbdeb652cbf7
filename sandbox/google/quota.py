"""Queries per minute: one token bucket a customer, refilled evenly.

A customer planted with a quota of its own has that; the others have the options'.
Store: kind "google_quota", key the customer id, value {"left", "at"} (so a reset fills it again).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.google import errors

if TYPE_CHECKING:
    from sandbox.world import World


def take(world: World, customer: str) -> None:
    """Count one query. Raises 403 userRateLimitExceeded when the minute's share is used up."""
    own = (world.store.get("google_customer", customer) or {}).get("directory_quota_per_minute")
    limit = float(own or world.options.directory_quota_per_minute)
    now = world.clock.now().timestamp()
    bucket = world.store.get("google_quota", customer) or {"left": limit, "at": now}
    refill = max(0.0, now - bucket["at"]) * limit / 60
    left = min(limit, bucket["left"] + refill)
    if left < 1:
        raise errors.user_rate_limit_exceeded()
    world.store.put("google_quota", customer, {"left": left - 1, "at": now})
