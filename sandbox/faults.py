"""Faults on demand: what a vendor, or the network before it, may do to one request.

A fault is a JSON object set at `/_sandbox/faults`:

    {"host": "admin.googleapis.com", "method": "PUT", "path": "/users/", "skip": 0, "times": 1,
     "status": 503, "body": "…" or {…}, "headers": {…},
     "delay": 0.0, "after_effect": false, "reset": false,
     "truncate": 0, "pause": 0.0, "hang_up": false}

Absent keys match everything or change nothing. `path` is a substring. `skip` lets the first
matches through. With `after_effect` the request is carried out and only its answer is lost. The
last line is about the answer, the fault's own (`status`) or the real one: cut by so many bytes,
with a pause in its middle, or the connection closed there although more was promised.
"""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from sandbox.world import World

Fault = dict[str, Any]


class ConnectionResetFault(Exception):  # noqa: N818  it is a fault, not an error of ours
    """Raised to make the server close the connection without an answer."""


class Faults:
    """ASGI: apply latency and the first matching fault, else pass the request on."""

    def __init__(self, app: ASGIApp, world: World) -> None:
        self._app = app
        self._world = world

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._world.options.latency:
            await asyncio.sleep(self._world.options.latency)
        fault = take_fault(self._world.faults, scope)
        if fault is None:
            await self._app(scope, receive, send)
            return
        await asyncio.sleep(float(fault.get("delay", 0)))
        if fault.get("after_effect"):
            await self._app(scope, receive, _discard)
        if fault.get("reset"):
            raise ConnectionResetFault
        spoiled = _Spoiled(fault, send)
        if "status" in fault:
            await _answer(fault, spoiled)
        elif not fault.get("after_effect"):
            await self._app(scope, receive, spoiled)


def take_fault(faults: list[Fault], scope: Scope) -> Fault | None:
    """The first fault that matches this request; its counters move."""
    for fault in faults:
        if not _matches(fault, scope):
            continue
        if fault.get("skip", 0) > 0:
            fault["skip"] -= 1
            continue
        times = fault.get("times", 1)
        if times == 0:
            continue
        fault["times"] = times - 1
        return fault
    return None


def _matches(fault: Fault, scope: Scope) -> bool:
    return (
        fault.get("host", scope["pretend_host"]) == scope["pretend_host"]
        and fault.get("method", scope["method"]) == scope["method"]
        and fault.get("path", "") in scope["path"]
    )


async def _answer(fault: Fault, send: Send) -> None:
    body = fault.get("body", "")
    is_text = isinstance(body, str)
    content = (body if is_text else json.dumps(body)).encode()
    kind = "text/plain" if is_text else "application/json"
    headers = {"content-type": kind, **fault.get("headers", {})}
    raw = [(name.lower().encode(), str(value).encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": fault["status"], "headers": raw})
    await send({"type": "http.response.body", "body": content})


class _Spoiled:
    """A `send` that does to an answer's body what the fault says."""

    def __init__(self, fault: Fault, send: Send) -> None:
        self._cut = int(fault.get("truncate", 0))
        self._pause = float(fault.get("pause", 0))
        self._hang_up = bool(fault.get("hang_up"))
        self._send = send
        self._start: Message = {}
        self._body = b""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._start = message
            return
        self._body += message.get("body", b"")
        if not message.get("more_body"):
            await self._pass_on(self._body[: max(0, len(self._body) - self._cut)])

    async def _pass_on(self, body: bytes) -> None:
        half = len(body) // 2
        promised = len(body) + (1 if self._hang_up else 0)
        headers = [one for one in self._start["headers"] if one[0] != b"content-length"]
        headers.append((b"content-length", str(promised).encode()))
        await self._send({**self._start, "headers": headers})
        await self._send({"type": "http.response.body", "body": body[:half], "more_body": True})
        await asyncio.sleep(self._pause)
        if self._hang_up:
            raise ConnectionResetFault
        await self._send({"type": "http.response.body", "body": body[half:]})


async def _discard(message: Message) -> None:
    del message
