"""Google's HTTP batches: many calls in one multipart/mixed body, answered part by part.

google-api-python-client can do this too, but its way through the e-mail package takes about a
millisecond a person, and it is bound to one transport. Format: Directory API "Batch requests". The
outer request's headers (authorization) hold for the parts.
"""

from __future__ import annotations

import re
import secrets
from typing import NamedTuple

_BOUNDARY = re.compile(r'boundary="?([^";]+)"?', re.IGNORECASE)


class Part(NamedTuple):
    """One call: the path with its query, and a JSON body."""

    method: str
    path: str
    body: str


class Answer(NamedTuple):
    """One part's answer. Header names are lower case."""

    status: int
    headers: dict[str, str]
    content: bytes


def write_batch(parts: list[Part]) -> tuple[str, bytes]:
    """The content type and body of a batch. Parts are known by their place in the list."""
    boundary = f"batch_{secrets.token_hex(16)}"
    pieces = [_piece(boundary, number, part) for number, part in enumerate(parts)]
    return f'multipart/mixed; boundary="{boundary}"', b"".join([*pieces, _end(boundary)])


def _piece(boundary: str, number: int, part: Part) -> bytes:
    body = part.body.encode()
    head = (
        f"--{boundary}\r\nContent-Type: application/http\r\nContent-ID: <{number}>\r\n\r\n"
        f"{part.method} {part.path} HTTP/1.1\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body + b"\r\n"


def _end(boundary: str) -> bytes:
    return f"--{boundary}--\r\n".encode()


def read_batch(content_type: str, content: bytes) -> dict[int, Answer]:
    """Answers by the part's place; those that are cut off or unreadable are left out."""
    found = _BOUNDARY.search(content_type)
    if not found:
        return {}
    pieces = (b"\n" + content.replace(b"\r\n", b"\n")).split(b"\n--" + found[1].encode())
    complete = pieces[1:-1]  # the last one is the end mark, or was cut off
    return dict(answer for piece in complete if (answer := _answer(piece)))


def _answer(piece: bytes) -> tuple[int, Answer] | None:
    outer, rest = _headers(piece.lstrip(b"\n"))
    status_line, _, rest = rest.partition(b"\n")
    inner, content = _headers(rest)
    number = re.search(r"(\d+)>?$", outer.get("content-id", ""))
    words = status_line.split()
    if number is None or len(words) < 2 or not words[1].isdigit():
        return None
    return int(number[1]), Answer(int(words[1]), inner, content)


def _headers(text: bytes) -> tuple[dict[str, str], bytes]:
    head, _, rest = text.partition(b"\n\n")
    pairs = (line.partition(":") for line in head.decode("latin-1").splitlines() if ":" in line)
    return {name.strip().lower(): value.strip() for name, _, value in pairs}, rest
