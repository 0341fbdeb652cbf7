"""Reporting > Audit and investigation > SAML log events: who got in to an app, who not.

The same events as the Reports API, with the same delay, the newest first.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from sandbox.google import activities

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.responses import Response

    from sandbox.google.console import Visit

SHOWN = 100
_DESCRIPTIONS = {"login_success": "Successful login", "login_failure": "Failed login"}


async def show(visit: Visit) -> Response:
    """The page."""
    delay = visit.world.options.reports_delay
    rows = list(islice(_rows(visit), SHOWN))
    return visit.page("saml_log", rows=rows, most=SHOWN, delay=delay)


def _rows(visit: Visit) -> Iterator[dict[str, Any]]:
    latest = visit.world.clock.now().timestamp() - visit.world.options.reports_delay
    for activity in activities.newest_first(visit.world, visit.customer, "saml", ""):
        if activity["_time"] <= latest:
            yield _row(activity)


def _row(activity: dict[str, Any]) -> dict[str, Any]:
    event = activity["events"][0]
    values = {one["name"]: one["value"] for one in event["parameters"]}
    return {
        "time": activity["id"]["time"],
        "actor": activity["actor"]["email"],
        "event": _DESCRIPTIONS.get(event["name"], event["name"]),
        "failed": event["name"] == "login_failure",
        "values": values,
    }
