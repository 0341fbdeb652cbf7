"""One process, one port: `https://HOST/path` lives at `BASE/HOST/path`.

A request that names a real host in its Host header (names mapped to loopback, TLS in front) is
served under that name and nothing is rewritten; one that came by the path form gets redirects in
the path form back. Any other Host header is refused: a web page elsewhere must not reach this
world through a name of its own (DNS rebinding).
"""

from __future__ import annotations

from contextvars import ContextVar
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from starlette.responses import PlainTextResponse

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

GOOGLE_HOSTS = frozenset(
    {
        "admin.googleapis.com",
        "oauth2.googleapis.com",
        "iamcredentials.googleapis.com",
        "accounts.google.com",
        "admin.google.com",
    }
)
TWILIO_HOSTS = frozenset(
    {
        "flex-api.twilio.com",
        "services.twilio.com",
        "preview.twilio.com",
        "iam.twilio.com",
        "taskrouter.twilio.com",
        "console.twilio.com",
        "login.flex.us1.twilio.com",
        "flex.twilio.com",
    }
)
ALL_HOSTS = GOOGLE_HOSTS | TWILIO_HOSTS
"""Every name the product talks to or a browser visits."""

LOOPBACK_NAMES = frozenset({"127.0.0.1", "localhost", "[::1]"})

_base_of_request: ContextVar[str] = ContextVar("base_of_request", default="")


def reachable(url: str, hosts: frozenset[str]) -> str:
    """`url` as the caller of this request can open it: path form, or unchanged."""
    base = _base_of_request.get()
    parts = urlsplit(url)
    if base and parts.scheme == "https" and parts.netloc in hosts:
        return base + "/" + url.removeprefix("https://")
    return url


class HostRouter:
    """ASGI: find the pretend host of a request and hand it to that host's application.

    The inner application sees `scope["path"]` as the vendor would, and `scope["pretend_host"]`.
    """

    def __init__(self, hosts: Mapping[str, ASGIApp], control: ASGIApp) -> None:
        self._hosts = dict(hosts)
        self._control = control
        self.names = frozenset(hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        header = dict(scope["headers"]).get(b"host", b"").decode("latin-1").lower()
        name = header if header.startswith("[") else header.split(":")[0]
        if name in self._hosts:
            await self._serve(name, "", scope, receive, send)
        elif name in LOOPBACK_NAMES or name.rpartition("]")[0] + "]" in LOOPBACK_NAMES:
            await self._by_path(header, scope, receive, send)
        else:
            refusal = PlainTextResponse(f"This sandbox does not serve host '{name}'.\n", 421)
            await refusal(scope, receive, send)

    async def _by_path(self, header: str, scope: Scope, receive: Receive, send: Send) -> None:
        host, _, rest = scope["path"].lstrip("/").partition("/")
        if host in self._hosts:
            inner = dict(scope, path="/" + rest, raw_path=None)
            await self._serve(host, f"http://{header}", inner, receive, send)
        else:
            await self._control(scope, receive, send)

    async def _serve(
        self, host: str, base: str, scope: Scope, receive: Receive, send: Send
    ) -> None:
        token = _base_of_request.set(base)

        async def send_reachable(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [
                    (name, self._location(value, host, base) if name == b"location" else value)
                    for name, value in message["headers"]
                ]
            await send(message)

        try:
            scope["pretend_host"] = host
            await self._hosts[host](scope, receive, send_reachable)
        finally:
            _base_of_request.reset(token)

    def _location(self, value: bytes, host: str, base: str) -> bytes:
        url = value.decode("latin-1")
        if base and url.startswith("/") and not url.startswith("//"):
            return f"/{host}{url}".encode("latin-1")
        return reachable(url, self.names).encode("latin-1")
