"""A robot at the consoles: no pictures, no scripts, the same links, labels and buttons as a person.

It browses the pretend hosts under their real names, inside this process.
"""

from __future__ import annotations

from http.cookies import SimpleCookie
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urljoin, urlsplit

from lxml import html

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.types import ASGIApp, Message

REDIRECTS = 20


class LostError(Exception):
    """The page doesn't show what it should."""


class Robot:
    """One browser window; `hosts` are the applications by host name."""

    def __init__(self, hosts: Mapping[str, ASGIApp]) -> None:
        self._hosts = hosts
        self._cookies: dict[tuple[str, str], str] = {}
        self._url = ""
        self.content = b""
        self._page: Any = None

    # What a person does ---------------------------------------------------------------------

    async def open(self, url: str) -> None:
        """Type an address."""
        await self._go("GET", url, b"")

    async def follow(self, text: str) -> None:
        """Click the link of that text."""
        for link in self._page.iter("a"):
            if _text(link) == text:
                await self.open(urljoin(self._url, link.get("href")))
                return
        raise LostError(f"{self._url} has no link '{text}'")

    async def download(self, text: str) -> bytes:
        """What the link of that text leads to; the window stays where it is."""
        url, page = self._url, self._page
        await self.follow(text)
        self._url, self._page = url, page
        return self.content

    def fill(self, label: str, value: str, nth: int = 0) -> None:
        """Type, choose or tick the field of that label."""
        control = self._control(label, nth)
        kind = control.get("type")
        if kind == "radio":
            for other in next(control.iterancestors("form")).iter("input"):
                if other.get("name") == control.get("name"):
                    other.attrib.pop("checked", None)
        if kind in {"radio", "checkbox"}:
            control.set("checked", "")
        else:
            control.value = value

    def shows(self, text: str) -> bool:
        """Whether the page says so."""
        return text in self._page.text_content()

    async def press(self, text: str) -> None:
        """Press the button of that text."""
        for button in self._page.iter("button"):
            if _text(button) == text:
                await self._submit(next(button.iterancestors("form")))
                return
        raise LostError(f"{self._url} has no button '{text}'")

    async def carry_on(self) -> None:
        """Post the forms that a browser posts by itself: those with a SAML response in them."""
        while forms := [form for form in self._page.forms if "SAMLResponse" in form.fields]:
            await self._submit(forms[0])

    # Browser --------------------------------------------------------------------------------

    def _control(self, label: str, nth: int) -> Any:
        labels = [one for one in self._page.iter("label") if _text(one) == label]
        if len(labels) <= nth:
            raise LostError(f"{self._url} has no field '{label}'")
        return self._page.get_element_by_id(labels[nth].get("for"))

    async def _submit(self, form: Any) -> None:
        target = urljoin(self._url, form.action or self._url)
        body = urlencode(form.form_values())
        if form.method.upper() == "GET":
            await self._go("GET", f"{target}?{body}", b"")
        else:
            await self._go("POST", target, body.encode())

    async def _go(self, method: str, url: str, body: bytes) -> None:
        for _ in range(REDIRECTS):
            status, headers, content = await self._request(method, url, body)
            if "location" not in headers:
                break
            url = urljoin(url, headers["location"])
            if status != 307:
                method, body = "GET", b""
        self._url, self.content = url, content
        if status >= 400:
            raise LostError(f"{url} answered {status}")
        if "html" in headers.get("content-type", ""):
            self._page = html.document_fromstring(content.decode())

    async def _request(
        self, method: str, url: str, body: bytes
    ) -> tuple[int, dict[str, str], bytes]:
        parts = urlsplit(url)
        if parts.netloc not in self._hosts:
            raise LostError(f"{url} is nowhere in this world")
        answer: dict[str, Any] = {"content": b""}

        async def receive() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Message) -> None:
            if message["type"] == "http.response.start":
                answer["status"] = message["status"]
                answer["headers"] = message["headers"]
            else:
                answer["content"] += message.get("body", b"")

        await self._hosts[parts.netloc](self._scope(method, url, body), receive, send)
        headers = self._remember(parts.netloc, answer["headers"])
        return answer["status"], headers, answer["content"]

    def _scope(self, method: str, url: str, body: bytes) -> dict[str, Any]:
        parts = urlsplit(url)
        cookies = "; ".join(
            f"{name}={value}"
            for (host, name), value in self._cookies.items()
            if host == parts.netloc
        )
        headers = {
            "host": parts.netloc,
            "cookie": cookies,
            "content-type": "application/x-www-form-urlencoded",
            "content-length": str(len(body)),
            "origin": f"https://{urlsplit(self._url).netloc or parts.netloc}",
        }
        return {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "https",
            "path": parts.path or "/",
            "raw_path": None,
            "query_string": parts.query.encode(),
            "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
            "client": ("127.0.0.1", 0),
            "server": (parts.netloc, 443),
            "pretend_host": parts.netloc,
        }

    def _remember(self, host: str, raw: list[tuple[bytes, bytes]]) -> dict[str, str]:
        headers: dict[str, str] = {}
        for name, value in raw:
            headers[name.decode().lower()] = value.decode("latin-1")
            if name.lower() == b"set-cookie":
                for morsel in SimpleCookie(value.decode("latin-1")).values():
                    self._cookies[(morsel["domain"].lstrip(".") or host, morsel.key)] = morsel.value
        return headers


def _text(element: Any) -> str:
    return " ".join(element.text_content().split())
