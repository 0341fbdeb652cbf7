"""Account > Account settings: what the stack's file calls customer and domain."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.google import customers

if TYPE_CHECKING:
    from starlette.responses import Response

    from sandbox.google.console import Visit


async def settings(visit: Visit) -> Response:
    """Profile: the customer id, which nothing else in the console shows."""
    return visit.page("account", customer=customers.get(visit.world, visit.customer))
