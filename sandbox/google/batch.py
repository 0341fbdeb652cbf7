"""POST /batch: up to a thousand calls in one multipart/mixed body, answered part by part.

Parts are application/http. The parser is our own: the e-mail package takes longer over a thousand
parts than the calls themselves.
"""

from __future__ import annotations

import json
import re
import secrets
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

from starlette.responses import JSONResponse, Response

from sandbox.faults import take_fault
from sandbox.google import errors, service

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request

    from sandbox.world import World

HOST = "admin.googleapis.com"
MAX_PARTS = 1000

_BOUNDARY = re.compile(r'boundary="?([^";]+)"?', re.IGNORECASE)


async def batch(world: World, apis: list[service.Api], request: Request) -> Response:
    """Carry out the parts in order; each has its own status, and failures stay in their part."""
    try:
        parts = split(await request.body(), request.headers.get("content-type", ""))
        calls = [(headers, read_call(content, request.headers)) for headers, content in parts]
    except errors.GoogleError as error:
        return JSONResponse(error.body(), error.status)
    boundary = f"batch_{secrets.token_urlsafe(24)}"
    with world.store.transaction():
        answers = [(headers, _carry_out(world, apis, call)) for headers, call in calls]
    written = [_write(boundary, headers, answer) for headers, answer in answers]
    content = "".join(written) + f"--{boundary}--\r\n"
    return Response(content, media_type=f"multipart/mixed; boundary={boundary}")


def _carry_out(world: World, apis: list[service.Api], call: service.Call) -> service.Answer:
    """One part, or what a fault makes of it (faults match parts as they match requests)."""
    scope = {"pretend_host": HOST, "method": call.http_method, "path": call.path}
    fault = take_fault(world.faults, scope)
    if fault is None or "status" not in fault:
        return service.answer(world, apis, call)
    if fault.get("after_effect"):
        service.answer(world, apis, call)
    return service.Answer(fault["status"], fault.get("body"), fault.get("headers", {}))


def split(content: bytes, content_type: str) -> list[tuple[dict[str, str], bytes]]:
    """The parts of a multipart body: (headers, content). Raises 400."""
    found = _BOUNDARY.search(content_type)
    if not content_type.lower().startswith("multipart/mixed") or not found:
        raise errors.bad_request("Failed to parse batch request, error: no multipart/mixed body.")
    pieces = (b"\n" + content.replace(b"\r\n", b"\n")).split(b"\n--" + found[1].encode())
    parts = [read_headers(piece.lstrip(b"\n")) for piece in pieces[1:] if piece[:2] != b"--"]
    if len(parts) > MAX_PARTS:
        raise errors.bad_request(f"The batch has too many calls: {len(parts)}, limit {MAX_PARTS}.")
    if not parts:
        raise errors.bad_request("Failed to parse batch request, error: 0 items found.")
    return parts


def read_headers(text: bytes) -> tuple[dict[str, str], bytes]:
    """Header lines up to an empty one, names in lower case, and what follows."""
    head, _, rest = text.partition(b"\n\n")
    pairs = (line.partition(":") for line in head.decode("latin-1").splitlines() if ":" in line)
    return {name.strip().lower(): value.strip() for name, _, value in pairs}, rest


def read_call(content: bytes, outer: Mapping[str, str]) -> service.Call:
    """The HTTP request inside a part; without credentials of its own it has the batch's."""
    request_line, _, rest = content.partition(b"\n")
    words = request_line.decode("latin-1").split()
    if len(words) < 2:
        raise errors.bad_request("Failed to parse batch request, error: no request line.")
    headers, body = read_headers(rest)
    headers.setdefault("authorization", outer.get("authorization", ""))
    target = urlsplit(words[1])
    return service.Call(
        http_method=words[0],
        # Clients copy the path of their base URL, which has the host's name in it here.
        path=target.path.removeprefix(f"/{HOST}"),
        query=dict(parse_qsl(target.query, keep_blank_values=True)),
        headers=headers,
        content=body.rstrip(b"\n"),
    )


def _body(answer: service.Answer) -> tuple[str, str]:
    """Its type and text; a fault's may be no JSON."""
    if isinstance(answer.body, str):
        return "text/plain", answer.body
    return "application/json", "" if answer.body is None else json.dumps(answer.body)


def _write(boundary: str, part: dict[str, str], answer: service.Answer) -> str:
    reply = (
        f"Content-ID: <response-{part['content-id'].strip('<>')}>\r\n"
        if "content-id" in part
        else ""
    )
    kind, body = _body(answer)
    size = len(body.encode())
    headers = {"Content-Type": f"{kind}; charset=UTF-8", **answer.headers}
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    phrase = HTTPStatus(answer.status).phrase
    return (
        f"--{boundary}\r\nContent-Type: application/http\r\n{reply}\r\n"
        f"HTTP/1.1 {answer.status} {phrase}\r\n{lines}Content-Length: {size}\r\n\r\n{body}\r\n"
    )
