"""/_sandbox/: where everything is, who lives there, what was requested, and the SAML in it."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from lxml import etree

from sandbox.google import customers, users
from sandbox.pages import page_of
from sandbox.twilio import accounts

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from sandbox.world import World

REQUESTS, MESSAGES, TENANTS, PEOPLE = 50, 20, 20, 4
PLACES = [
    ("Google Admin console: apps", "https://admin.google.com/ac/apps/unified"),
    ("Google Admin console: users", "https://admin.google.com/ac/users"),
    ("Google Admin console: custom attributes", "https://admin.google.com/ac/customschema"),
    ("Google Admin console: certificates", "https://admin.google.com/ac/security/ssocert"),
    ("Google Admin console: account settings", "https://admin.google.com/ac/accountsettings"),
    ("Google Admin console: SAML log events", "https://admin.google.com/ac/reporting/audit/saml"),
    ("Twilio Console", "https://console.twilio.com/"),
]


class IndexPage:
    """The route's handler."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def show(self, request: Request) -> Response:
        base = str(request.base_url).rstrip("/")
        workspaces = customers.all_of(self._world)
        known = accounts.all_accounts(self._world.store)
        flex = [(f"Flex: {one.friendly_name}", one.login_link) for one in known[:TENANTS]]
        places = [(name, f"{base}/{url.removeprefix('https://')}") for name, url in PLACES + flex]
        context = {
            "places": places,
            "workspaces": [(one, self._people(one["id"])) for one in workspaces[:TENANTS]],
            "accounts": known[:TENANTS],
            "counts": (len(workspaces), len(known)),
            "requests": self._newest("request", REQUESTS),
            "messages": [_readable(one) for one in self._newest("saml", MESSAGES)],
        }
        return page_of("world", "index", 200, context)

    def _people(self, customer: str) -> list[str]:
        """Some of them, for whoever has to name one."""
        return [one["primaryEmail"] for one in islice(users.all_of(self._world, customer), PEOPLE)]

    def _newest(self, kind: str, count: int) -> list[dict[str, Any]]:
        return self._world.store.page(kind)[: -count - 1 : -1]


def _readable(message: dict[str, Any]) -> dict[str, Any]:
    """With its XML indented; as it came if that can't be done."""
    try:
        parser = etree.XMLParser(resolve_entities=False, no_network=True, remove_blank_text=True)
        root = etree.fromstring(message.get("xml", "").encode(), parser)
    except (etree.XMLSyntaxError, ValueError):
        return message
    return message | {"xml": etree.tostring(root, pretty_print=True, encoding="unicode")}
