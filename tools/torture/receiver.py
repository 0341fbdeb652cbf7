"""A receiver of hand-offs behind the same faults as the vendors: it does the work by one answer.

Signatures and idempotency keys are those of the sandbox's receiver (`sandbox.webhook`); only its
robot is left out, so that no call but the delivery is disturbed. Store kind: "webhook".
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.routing import Route

from sandbox import control, webhook
from sandbox.clock import Clock
from sandbox.faults import Faults
from sandbox.google import idp_metadata
from sandbox.google import room as google
from sandbox.hosts import HostRouter
from sandbox.twilio import room as twilio

if TYPE_CHECKING:
    from starlette.types import ASGIApp

    from sandbox.world import World

HOST = "hooks.acme.example"
PATH = "/hand-offs"


class Clerk(webhook.Receiver):
    """Says that all was done, and brings Google's metadata file of a customer along.

    Its clock is this machine's, as that of the deliveries' signatures.
    """

    def __init__(self, world: World, customer: str) -> None:
        super().__init__(dataclasses.replace(world, clock=Clock()), {})
        self._customer = customer

    async def _do(self, handoff: dict[str, Any], sign_in_as: str) -> dict[str, Any]:
        del handoff, sign_in_as
        file = idp_metadata.render(self._world, self._customer)
        return {"status": "done", "message": "done by a clerk", "idp_metadata": file}


def with_clerk(world: World, customer: str) -> ASGIApp:
    """The whole pretend world, with one host more."""
    route = Route(PATH, Clerk(world, customer).receive, methods=["POST"])
    apps = google.hosts(world) | twilio.hosts(world) | {HOST: Starlette(routes=[route])}
    hosts = {name: Faults(app, world) for name, app in apps.items()}
    return HostRouter(hosts, control.create_app(world, hosts))
