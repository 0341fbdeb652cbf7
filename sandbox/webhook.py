"""A receiver of hand-offs that does at the pretend consoles what a person would do.

POST /_sandbox/webhook[?sign_in_as=ada@acme.example], as the product's documentation describes it:
signed, with an idempotency key, answered by accepted, done or refused. The secret is made at the
first start, in `<state_dir>/credentials/webhook.secret`. Store kind: "webhook" by idempotency key.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
from typing import TYPE_CHECKING, Any

from lxml import etree
from starlette.responses import JSONResponse, Response

from sandbox.robot import LostError, Robot

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from starlette.requests import Request
    from starlette.types import ASGIApp

    from sandbox.world import World

OLDEST_SECONDS = 300
MAX_BODY = 256 * 1024
Step = dict[str, Any]


class Receiver:
    """The route's handler."""

    def __init__(self, world: World, hosts: Mapping[str, ASGIApp]) -> None:
        self._world = world
        self._hosts = hosts
        self._secret = secret_of(world.state_dir)

    async def receive(self, request: Request) -> Response:
        body = await request.body()
        refusal = self._refusal(request, body)
        if refusal is not None:
            return refusal
        key = request.headers["idempotency-key"]
        known = self._world.store.get("webhook", key)
        if known is None:
            known = await self._do(json.loads(body), request.query_params.get("sign_in_as", ""))
            self._world.store.put("webhook", key, known)
        return JSONResponse(known)

    def _refusal(self, request: Request, body: bytes) -> Response | None:
        if len(body) > MAX_BODY:
            return JSONResponse({"error": "too large"}, 413)
        if "idempotency-key" not in request.headers:
            return JSONResponse({"error": "no Idempotency-Key"}, 400)
        header = request.headers.get("flexsso-signature", "")
        if not _is_signed(header, body, self._secret, self._world.clock.now().timestamp()):
            return JSONResponse({"error": "not signed with this receiver's secret"}, 401)
        return None

    async def _do(self, handoff: dict[str, Any], sign_in_as: str) -> dict[str, Any]:
        """Do what waits; the answer in the words of the contract."""
        brought: list[str] = []
        robot = Robot(self._hosts)
        try:
            for step in handoff["steps"]:
                if step["waiting"] and step["screens"]:
                    await _visit(robot, step, brought)
                elif step["waiting"]:
                    await _sign_in(robot, step, sign_in_as)
        except (LostError, KeyError, ValueError, etree.LxmlError) as error:
            return {"status": "refused", "message": str(error)}
        answer = {"status": "done", "message": "done by the sandbox's robot"}
        return answer | ({"idp_metadata": brought[-1]} if brought else {})


async def _visit(robot: Robot, step: Step, brought: list[str]) -> None:
    await robot.open(step["url"])
    for text in step["path"]:
        await robot.follow(text)
    for screen in step["screens"]:
        if screen["open"]:
            await robot.follow(screen["open"])
        seen: dict[str, int] = {}
        for field in screen["fields"]:
            await _fill(robot, field, seen.setdefault(field["label"], 0), brought)
            seen[field["label"]] += 1
        if screen["button"]:
            await robot.press(screen["button"])


async def _fill(robot: Robot, field: dict[str, str], nth: int, brought: list[str]) -> None:
    kind, label, value = field["kind"], field["label"], field["value"]
    if kind in {"paste", "choose", "tick"}:
        robot.fill(label, value, nth)
    elif kind == "compare" and not robot.shows(value):
        raise LostError(f"the console shows another {label}")
    elif kind == "bring_back" and value:
        brought.append((await robot.download(label)).decode())


async def _sign_in(robot: Robot, step: Step, email: str) -> None:
    if not email:
        raise LostError("nobody is named to sign in as: add ?sign_in_as= to the address")
    await robot.open(step["url"])
    for text in step["path"]:
        await robot.follow(text)
    robot.fill("Email or phone", email)
    await robot.press("Next")
    await robot.carry_on()


def _is_signed(header: str, body: bytes, secret: bytes, now: float) -> bool:
    parts = dict(part.partition("=")[::2] for part in header.split(","))
    moment = parts.get("t", "")
    if not (moment.isascii() and moment.isdigit()) or abs(now - int(moment)) > OLDEST_SECONDS:
        return False
    wanted = hmac.new(secret, moment.encode() + b"." + body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(wanted.encode(), parts.get("v1", "").encode())


def secret_of(state_dir: Path) -> bytes:
    """The secret that senders share with this receiver; made if there is none yet (mode 0600)."""
    folder = state_dir / "credentials"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / "webhook.secret"
    if not path.exists():
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_urlsafe(32))
    return path.read_text().strip().encode()
