"""A stand-in for the person at the consoles: it knows only what is written on the screen.

It follows links by their text, finds fields by their label, presses buttons by their text, and
keeps cookies. What to type comes from a hand-off and from nowhere else.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

import httpx
from bs4 import BeautifulSoup, Tag

from models.handoff import Handoff, HandoffField, HandoffScreen, HandoffStep, Kind

if TYPE_CHECKING:
    from collections.abc import Callable


class LostError(Exception):
    """The screen doesn't show what the hand-off says it would."""


class Person:
    """One browser window. `reach` turns a vendor's address into one that can be opened here."""

    def __init__(self, reach: Callable[[str], str], root: Path) -> None:
        self._reach = reach
        self._root = root
        self._http = httpx.Client(follow_redirects=True, timeout=30)
        self._url = ""
        self._page = BeautifulSoup()
        self._form: dict[str, Any] = {}

    # Hand-off -------------------------------------------------------------------------------

    def follow_handoff(self, handoff: Handoff) -> list[HandoffStep]:
        """Do all steps that wait for somebody at a console; returns them."""
        waiting = [step for step in handoff.steps if step.waiting and step.screens]
        for step in waiting:
            self.do(step)
        return waiting

    def do(self, step: HandoffStep) -> None:
        """Open the console, click through `path`, fill in each screen."""
        self.open(step.url)
        for text in step.path:
            self.follow(text)
        for screen in step.screens:
            self._fill_screen(screen)

    def _fill_screen(self, screen: HandoffScreen) -> None:
        if screen.open:
            self.follow(screen.open)
        seen: dict[str, int] = {}
        for field in screen.fields:
            self._fill_field(field, seen.get(field.label, 0))
            seen[field.label] = seen.get(field.label, 0) + 1
        if screen.button:
            self.press(screen.button)

    def _fill_field(self, field: HandoffField, nth: int) -> None:
        if field.kind in {Kind.PASTE, Kind.CHOOSE, Kind.TICK}:
            self.fill(field.label, field.value, nth)
        elif field.kind is Kind.COMPARE and field.value not in self.text:
            raise LostError(f"{self._url} does not show {field.label} {field.value}")
        elif field.kind is Kind.BRING_BACK and field.value:
            target = self._root / field.value
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(self._http.get(self._link(field.label)).content)

    # Browser --------------------------------------------------------------------------------

    @property
    def text(self) -> str:
        """All that the page says."""
        return self._page.get_text(" ", strip=True)

    def read(self, label: str) -> str:
        """What stands beside a label that is no field's."""
        for term in self._page.find_all("dt"):
            beside = term.find_next_sibling("dd")
            if term.get_text(strip=True) == label and beside is not None:
                return str(beside.get_text(strip=True))
        raise LostError(f"{self._url} shows no '{label}': {self.text[:300]}")

    def open(self, url: str) -> None:
        """Type an address."""
        self._show(self._http.get(self._reach(url)))

    def follow(self, text: str) -> None:
        """Click the link of that text."""
        self._show(self._http.get(self._link(text)))

    def sign_in_as(self, email: str) -> None:
        """Google's account chooser or sign-in form, then what carries the SAML response on."""
        if self._shows_button(email):
            self.press(email)
        else:
            if "Choose an account" in self.text:
                self.follow("Use another account")
            self.fill("Email or phone", email)
            self.press("Next")
        self.carry_on()

    def carry_on(self) -> None:
        """What the browser does by itself with a page that posts itself."""
        form = self._page.find("form")
        while isinstance(form, Tag) and form.select_one("input[name=SAMLResponse]"):
            self._submit(form, None)
            form = self._page.find("form")

    def json(self, url: str) -> dict[str, Any]:
        """Read a JSON address with this window's cookies."""
        return dict(self._http.get(url).json())

    def fill(self, label: str, value: str, nth: int = 0) -> None:
        """Type, choose or tick: whatever the field of that label is."""
        control = self._control(label, nth)
        name = str(control["name"])
        if control.name == "select":
            self._form[self._slot(control)] = (name, self._option(control, value))
        elif control.get("type") in {"checkbox", "radio"}:
            self._form[self._slot(control)] = (name, str(control.get("value", "on")))
        else:
            self._form[self._slot(control)] = (name, value)

    def press(self, text: str) -> None:
        """Press the button of that text."""
        for button in self._page.find_all("button"):
            if button.get_text(strip=True) == text:
                form = button.find_parent("form")
                if isinstance(form, Tag):
                    self._submit(form, button)
                    return
        raise LostError(f"{self._url} has no button '{text}': {self.text[:300]}")

    def _shows_button(self, text: str) -> bool:
        buttons = self._page.find_all("button")
        return any(button.get_text(strip=True) == text for button in buttons)

    def _show(self, response: httpx.Response) -> None:
        self._url = str(response.url)
        self._page = BeautifulSoup(response.text, "html.parser")
        self._form = {}
        if response.status_code >= 400:
            raise LostError(f"{self._url} answered {response.status_code}: {self.text[:400]}")

    def _link(self, text: str) -> str:
        for link in self._page.find_all("a"):
            if link.get_text(" ", strip=True) == text:
                return urljoin(self._url, str(link["href"]))
        raise LostError(f"{self._url} has no link '{text}': {self.text[:300]}")

    def _control(self, label: str, nth: int) -> Tag:
        labels = [one for one in self._page.find_all("label") if _says(one, label)]
        if len(labels) <= nth:
            raise LostError(f"{self._url} has no field '{label}' ({nth + 1}): {self.text[:300]}")
        found = labels[nth]
        control = (
            self._page.find(id=found["for"])
            if found.get("for")
            else found.find(["input", "select", "textarea"])
        )
        if not isinstance(control, Tag):
            raise LostError(f"{self._url}: the label '{label}' belongs to no field")
        return control

    def _option(self, control: Tag, text: str) -> str:
        for option in control.find_all("option"):
            if option.get_text(strip=True) == text:
                return str(option.get("value", text))
        raise LostError(f"{self._url}: '{control['name']}' offers no '{text}'")

    def _slot(self, control: Tag) -> str:
        """Radio buttons of one name are one slot; everything else is its own."""
        if control.get("type") == "radio":
            return f"radio {control['name']}"
        return str(control.get("id") or control["name"])

    def _submit(self, form: Tag, button: Tag | None) -> None:
        fields = self._defaults(form) | self._form
        pairs: dict[str, list[str]] = {}
        for name, value in fields.values():
            pairs.setdefault(name, []).append(value)
        if button is not None and button.get("name"):
            pairs[str(button["name"])] = [str(button.get("value", ""))]
        target = urljoin(self._url, str(form.get("action") or self._url))
        if str(form.get("method") or "get").lower() == "get":
            self._show(self._http.get(target, params=pairs))
        elif form.get("enctype") == "multipart/form-data":
            empty = {"": ("", b"", "application/octet-stream")}
            self._show(self._http.post(target, data=pairs, files=empty))
        else:
            self._show(self._http.post(target, data=pairs))

    def _defaults(self, form: Tag) -> dict[str, tuple[str, str]]:
        found: dict[str, tuple[str, str]] = {}
        for control in form.find_all(["input", "select", "textarea"]):
            name = control.get("name")
            if not name or control.get("type") in {"file", "submit", "button"}:
                continue
            if control.get("type") in {"checkbox", "radio"} and not control.has_attr("checked"):
                continue
            found[self._slot(control)] = (str(name), _value(control))
        return found


def _says(label: Tag, text: str) -> bool:
    own = "".join(label.find_all(string=True, recursive=False)).strip()
    return text in {own, label.get_text(" ", strip=True)}


def _value(control: Tag) -> str:
    if control.name == "select":
        chosen = control.find("option", selected=True) or control.find("option")
        return str(chosen.get("value", chosen.get_text(strip=True))) if chosen else ""
    if control.name == "textarea":
        return control.get_text()
    default = "on" if control.get("type") in {"checkbox", "radio"} else ""
    return str(control.get("value", default))
