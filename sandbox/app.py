"""The sandbox as one ASGI application: hosts, faults, latency, request log, control routes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox import control
from sandbox.clock import rfc3339_ms
from sandbox.faults import Faults
from sandbox.google import room as google
from sandbox.hosts import HostRouter
from sandbox.twilio import room as twilio

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from sandbox.world import World


class RequestLog:
    """ASGI: remember method, URL and status of each request (never bodies, never credentials)."""

    def __init__(self, app: ASGIApp, world: World) -> None:
        self._app = app
        self._world = world

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_logged(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._write(scope, message["status"])
            await send(message)

        await self._app(scope, receive, send_logged)

    def _write(self, scope: Scope, status: int) -> None:
        query = scope["query_string"].decode("latin-1")
        path = scope["path"] + (f"?{query}" if query else "")
        self._world.store.append(
            "request",
            {
                "time": rfc3339_ms(self._world.clock.now()),
                "method": scope["method"],
                "url": f"https://{scope['pretend_host']}{path}"[:2000],
                "status": status,
            },
        )


def create_app(world: World) -> ASGIApp:
    """The whole pretend world, ready for a server or a test client."""
    hosts = google.hosts(world) | twilio.hosts(world)
    wrapped = {name: RequestLog(Faults(app, world), world) for name, app in hosts.items()}
    return HostRouter(wrapped, control.create_app(world, wrapped))
