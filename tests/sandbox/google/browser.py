"""A person at a browser without scripts: follows links and fills forms by what they say."""

from __future__ import annotations

from types import TracebackType
from typing import Any

import httpx
from bs4 import BeautifulSoup, Tag


class Browser:
    """One cookie jar and one page at a time. https://HOST/… is opened at BASE/HOST/…"""

    def __init__(self, base: str) -> None:
        self._base = base
        self._http = httpx.Client(follow_redirects=True, timeout=10)
        self.response: httpx.Response
        self._typed: dict[int, Any] = {}

    def __enter__(self) -> Browser:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._http.close()

    @property
    def cookies(self) -> httpx.Cookies:
        return self._http.cookies

    @property
    def page(self) -> BeautifulSoup:
        return self._page

    @property
    def text(self) -> str:
        return " ".join(self._page.get_text(" ").split())

    @property
    def url(self) -> str:
        return str(self.response.url).removeprefix(self._base + "/")

    def open(self, url: str) -> Browser:
        return self._show(self._http.get(self._here(url)))

    def follow(self, text: str) -> Browser:
        link = next(a for a in self._page.find_all("a") if a.get_text(strip=True) == text)
        return self.open(link["href"])

    def fill(self, label: str, value: Any, nth: int = 0) -> Browser:
        """Type into, choose in, or tick the n-th field of that label."""
        labels = [x for x in self._page.find_all("label") if x.get_text(strip=True) == label]
        field = self._page.find(id=labels[nth]["for"])
        assert isinstance(field, Tag), label
        if field.name == "select":
            options = [o.get_text(strip=True) for o in field.find_all("option")]
            assert value in options, (value, options)
        self._typed[id(field)] = value
        return self

    def press(self, text: str) -> Browser:
        button = next(b for b in self._page.find_all("button") if b.get_text(strip=True) == text)
        return self._submit(button.find_parent("form"))

    def submit_saml(self) -> dict[str, str]:
        """The hidden fields that the auto-POST page would send, and its action."""
        form = self._page.find("form", id="saml")
        assert isinstance(form, Tag), self.text
        return dict(self._values(form), action=str(form["action"]))

    def _submit(self, form: Any) -> Browser:
        url = self._here(form.get("action") or str(self.response.url))
        values = self._values(form)
        if form.get("enctype") == "multipart/form-data":
            files = {"icon": ("", b"", "application/octet-stream")}
            return self._show(self._http.post(url, data=values, files=files))
        return self._show(self._http.post(url, data=values))

    def _values(self, form: Tag) -> dict[str, str]:
        values: dict[str, str] = {}
        radio = {f["name"] for f in form.find_all("input", type="radio") if id(f) in self._typed}
        for field in form.find_all(["input", "select", "textarea"]):
            value = self._value(field, field.get("name") in radio)
            if value is not None:
                values[field["name"]] = value
        return values

    def _value(self, field: Tag, typed_radio: bool) -> str | None:
        typed = self._typed.get(id(field))
        kind = field.get("type")
        if kind == "file":
            return None
        if kind in {"checkbox", "radio"}:
            kept = field.has_attr("checked") and not (kind == "radio" and typed_radio)
            ticked = kept if typed is None else bool(typed)
            return str(field.get("value", "on")) if ticked else None
        if field.name == "select":
            return self._chosen(field, typed)
        initial = field.get_text() if field.name == "textarea" else field.get("value", "")
        return str(initial) if typed is None else str(typed)

    @staticmethod
    def _chosen(field: Tag, typed: Any) -> str:
        options = field.find_all("option")
        chosen = next((o for o in options if o.has_attr("selected")), options[0])
        if typed is not None:
            chosen = next(o for o in options if o.get_text(strip=True) == typed)
        return str(chosen.get("value", chosen.get_text(strip=True)))

    def _here(self, url: str) -> str:
        if url.startswith("https://"):
            return f"{self._base}/{url.removeprefix('https://')}"
        return url if url.startswith("http://") else str(self.response.url.join(url))

    def _show(self, response: httpx.Response) -> Browser:
        self.response = response
        is_page = response.headers.get("content-type", "").startswith("text/html")
        self._page = BeautifulSoup(response.text if is_page else "", "html.parser")
        self._typed = {}
        return self
