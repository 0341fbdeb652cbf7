"""`/_sandbox/*`: the strings of the pretend world. Loopback only, no vendor has these.

GET  /_sandbox/                       a page for people: places, SAML, requests
GET  /_sandbox/health                 {"status": "ok"}
POST /_sandbox/reset                  forget everything, seed again (body: seed, or empty)
GET  /_sandbox/options                the switches (sandbox.world.Options)
POST /_sandbox/options                change some
POST /_sandbox/clock                  {"offset_seconds": 86400}
POST /_sandbox/faults                 [fault, …] replaces all (sandbox.faults)
POST /_sandbox/next-login             {"fault": "…"} for the next SAML response of Google
GET  /_sandbox/requests               the request log, oldest first
GET  /_sandbox/saml                   SAML messages seen, decoded
GET  /_sandbox/session                who is signed in to Flex (cookie, or Bearer token)
POST /_sandbox/webhook                a receiver of hand-offs (sandbox.webhook)
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox import seed, webhook
from sandbox.index_page import IndexPage
from sandbox.twilio import room as twilio

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request
    from starlette.types import ASGIApp

    from sandbox.world import World


class Control:
    """Handlers of the control routes, one method a route."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def health(self, _request: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def reset(self, request: Request) -> Response:
        spec = await request.json() if await request.body() else seed.DEFAULT
        seed.plant(self._world, spec)
        return JSONResponse({"status": "ok"})

    async def show_options(self, _request: Request) -> Response:
        return JSONResponse(dataclasses.asdict(self._world.options))

    async def set_options(self, request: Request) -> Response:
        wanted = await request.json()
        known = {field.name for field in dataclasses.fields(self._world.options)}
        unknown = sorted(set(wanted) - known)
        if unknown:
            complaint = {"error": f"unknown options {unknown}", "known": sorted(known)}
            return JSONResponse(complaint, 400)
        for name, value in wanted.items():
            setattr(self._world.options, name, value)
        return await self.show_options(request)

    async def clock(self, request: Request) -> Response:
        self._world.set_clock(float((await request.json())["offset_seconds"]))
        return JSONResponse({"now": self._world.clock.now().isoformat()})

    async def faults(self, request: Request) -> Response:
        self._world.faults[:] = await request.json()
        return JSONResponse(self._world.faults)

    async def next_login(self, request: Request) -> Response:
        self._world.next_login_faults.append(await request.json())
        return JSONResponse(self._world.next_login_faults)

    async def requests(self, _request: Request) -> Response:
        return JSONResponse(self._world.store.page("request"))

    async def saml(self, _request: Request) -> Response:
        return JSONResponse(self._world.store.page("saml"))

    async def session(self, request: Request) -> Response:
        return twilio.session_response(self._world, request)


def create_app(world: World, hosts: Mapping[str, ASGIApp]) -> ASGIApp:
    """The control routes as an application of their own."""
    control = Control(world)
    receiver = webhook.Receiver(world, hosts)
    index = IndexPage(world)
    return Starlette(
        routes=[
            Route("/", index.show),
            Route("/_sandbox/", index.show),
            Route("/_sandbox/health", control.health),
            Route("/_sandbox/reset", control.reset, methods=["POST"]),
            Route("/_sandbox/options", control.show_options),
            Route("/_sandbox/options", control.set_options, methods=["POST"]),
            Route("/_sandbox/clock", control.clock, methods=["POST"]),
            Route("/_sandbox/faults", control.faults, methods=["POST"]),
            Route("/_sandbox/next-login", control.next_login, methods=["POST"]),
            Route("/_sandbox/requests", control.requests),
            Route("/_sandbox/saml", control.saml),
            Route("/_sandbox/session", control.session),
            Route("/_sandbox/webhook", receiver.receive, methods=["POST"]),
        ]
    )
