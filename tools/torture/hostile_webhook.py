"""What a receiver of hand-offs may answer, by name: an error with a sentence, or harmless."""

from __future__ import annotations

import gzip
import json
import os
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING, Any, NamedTuple
from unittest.mock import patch

from models.errors import FlexSsoError
from providers.webhook import HandoffDeliveryInputs, HandoffDeliveryProvider
from tools.torture.hostile_files import metadata

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SECRET_ENV = "FLEXSSO_WEBHOOK_SECRET"  # noqa: S105  the name of a variable
LIMIT_SECONDS = 5.0
GOOD = {"status": "accepted", "message": "in the queue", "idp_metadata": None}
WAITING = json.dumps({"steps": [{"waiting": True}]})
KINDS: dict[str, Any] = {
    "null": None,
    "a number": 7,
    "a fraction": 1e308,
    "true": True,
    "a text": "x",
    "no text": "",
    "a list": ["accepted"],
    "an object": {"status": "accepted"},
    "a long text": "x" * 200_000,
    "a lone surrogate": "\ud800",
}
SAID = {
    "colours of a terminal": "\x1b[31mdone\x1b[0m",
    "a title for the terminal": "\x1b]0;owned\x07",
    "line breaks": "done\n\nerror: all is lost",
    "markup": "<script>alert(1)</script>",
    "text turned round": "\u202eenod",
    "a bell": "\x07",
}
STATUSES = (204, 206, 301, 302, 303, 307, 308, 400, 401, 403, 404, 409, 410, 413, 422, 451)
BODIES: dict[str, bytes] = {
    "nothing": b"",
    "a web page": b"<!doctype html><title>Sign in</title>",
    "half of it": b'{"status": "acc',
    "two of it": b'{"status": "done"}{"status": "done"}',
    "no UTF-8": b'{"status": "done", "message": "\xff\xfe"}',
    "UTF-16": json.dumps(GOOD).encode("utf-16"),
    "NaN": b'{"status": NaN}',
    "100,000 levels": b"[" * 100_000,
    "100,000 levels of objects": b'{"status":' * 100_000,
    "300 kB": json.dumps({**GOOD, "more": "x" * 300_000}).encode(),
    "a number of 100,000 digits": b'{"status": ' + b"9" * 100_000 + b"}",
    "XML": b'<?xml version="1.0"?><status>done</status>',
    "YAML": b"!!python/object/apply:os.system ['true']",
    "a NUL": b"\0",
}
INFLATED = 50_000_000


class Reply(NamedTuple):
    """One answer, and whether it must be refused."""

    name: str
    status: int
    body: bytes
    headers: dict[str, str]
    refused: bool = True


def replies(genuine: bytes) -> Iterator[Reply]:
    """All of them; `genuine` is a metadata file of Google's."""
    for status in STATUSES:
        where = {"location": "file:///etc/passwd"}
        yield Reply(f"status {status}", status, json.dumps(GOOD).encode(), where)
    for name, body in BODIES.items():
        yield Reply(f"body: {name}", 200, body, {})
    for key in GOOD:
        for kind, value in KINDS.items():
            body = json.dumps({**GOOD, key: value}).encode()
            yield Reply(f"{key} is {kind}", 200, body, {}, refused=key == "status")
    for name, message in SAID.items():
        body = json.dumps({**GOOD, "message": message}).encode()
        yield Reply(f"message with {name}", 200, body, {}, refused=False)
    packed = gzip.compress(b" " * INFLATED + json.dumps(GOOD).encode())
    yield Reply("50 MB in a few bytes of gzip", 200, packed, {"content-encoding": "gzip"})
    yield Reply("an encoding that is none", 200, b"x", {"content-encoding": "br, gzip, zstd"})
    for hostile in metadata(genuine):
        if hostile.refused and len(hostile.content) < 200_000:
            text = hostile.content.decode("latin-1")
            body = json.dumps({**GOOD, "idp_metadata": text}).encode()
            yield Reply(f"metadata: {hostile.name}", 200, body, {}, refused=False)


class Receiver:
    """A receiver on loopback that answers what it is told to."""

    def __init__(self) -> None:
        self.reply = Reply("", 200, b"", {})
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                """Any delivery."""
                self.rfile.read(int(self.headers["content-length"]))
                self.send_response(receiver.reply.status)
                for name, value in receiver.reply.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                try:
                    self.wfile.write(receiver.reply.body)
                except ConnectionError:
                    return  # who heard enough hangs up

            def log_message(self, *_args: Any) -> None:
                """Quiet."""

        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/handoff"

    @contextmanager
    def serving(self) -> Iterator[None]:
        """Answer inside the block."""
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        try:
            yield
        finally:
            self._server.shutdown()
            self._server.server_close()


class Visit:
    """Deliveries of one hand-off to a receiver that answers as told; files go below `folder`."""

    def __init__(self, receiver: Receiver, folder: Path) -> None:
        self.folder = folder
        self._receiver = receiver
        self._wanted = HandoffDeliveryInputs.model_validate(
            {
                "url": receiver.url,
                "secret_env": SECRET_ENV,
                "document": WAITING,
                "customer": "C01sandbx",
                "saml_app": {},
                "folder": str(folder / "acme.prod"),
            }
        )

    def judge(self, reply: Reply) -> str:
        """What is wrong with how this reply is taken."""
        self._receiver.reply = reply
        start = time.monotonic()
        try:
            outs = HandoffDeliveryProvider().create_it(self._wanted)[1]
        except FlexSsoError as error:
            return "" if str(error).strip() else "refused without a word"
        except Exception as error:
            return f"{type(error).__name__} instead of a sentence: {error}"
        if time.monotonic() - start > LIMIT_SECONDS:
            return f"took {time.monotonic() - start:.0f} s"
        if reply.refused:
            return "was taken"
        said = outs["message"]
        return "" if said.isprintable() else f"says {said!a}"


@contextmanager
def visiting(folder: Path) -> Iterator[Visit]:
    """A receiver for the block, and the secret in the environment."""
    receiver = Receiver()
    with receiver.serving(), patch.dict(os.environ, {SECRET_ENV: "a long secret"}):
        yield Visit(receiver, folder)


def judged(genuine: bytes, folder: Path) -> Iterator[tuple[str, str]]:
    """(name, what is wrong) of each; nothing may be left in `folder`."""
    with visiting(folder) as visit:
        for reply in replies(genuine):
            yield f"webhook: {reply.name}", visit.judge(reply) or _left(folder)


def _left(folder: Path) -> str:
    left = [path.name for path in folder.rglob("*") if path.is_file()]
    return f"leaves {left[0]} behind" if left else ""
