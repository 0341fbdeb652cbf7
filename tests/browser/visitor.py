"""A person with a real browser: reads the hand-off page, and copies from it into the consoles.

What to do stands on the page in words ("Paste", "Choose", "Tick it" …); what to paste goes through
the clipboard. Nothing here knows the stack's outputs.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Locator, Page

Change = Callable[[str, str], str]
"""From a field's label and its right value to what is typed: a person's slip."""


def rightly(_label: str, value: str) -> str:
    """Without a slip."""
    return value


class Visitor:
    """One browser context: a tab with the hand-off, a tab with whatever console it links to."""

    def __init__(self, context: BrowserContext, handoff: Path) -> None:
        context.grant_permissions(["clipboard-read", "clipboard-write"])
        self._context = context
        self.handoff = context.new_page()
        self.handoff.goto(handoff.as_uri())
        self.console: Page | None = None
        self.brought_back: Path | None = None
        self.marked = self.handoff.locator(".field.differs .observed").all_inner_texts()

    def do_what_waits(self, change: Change = rightly) -> str:
        """Do the step that waits, with `change` for a person's slips. Returns its title."""
        step = self.handoff.locator("section.step.waiting, section.step.differs")
        title = step.get_by_role("heading", level=2).inner_text()
        self._open_console(step)
        for screen in step.locator("article.screen").all():
            self._fill_in(screen, change)
        return title

    def _open_console(self, step: Locator) -> None:
        with self._context.expect_page() as opened:
            step.locator("a.open").click()
        self.console = opened.value
        if step.locator(".account").count():
            self._choose_account(step.locator(".account code").inner_text())
        for part in step.locator(".path strong").all_inner_texts():
            self.console.get_by_role("link", name=part, exact=True).click()

    def _choose_account(self, account: str) -> None:
        """Where the console shows several to choose from."""
        shown = self._console.get_by_role("link", name=account, exact=True)
        if shown.count():
            shown.click()

    def _fill_in(self, screen: Locator, change: Change) -> None:
        console = self._console
        for place in screen.locator(":scope > .note strong").all_inner_texts():
            console.get_by_role("link", name=place, exact=True).click()
        seen: dict[str, int] = {}
        for field in screen.locator("li.field").all():
            does = field.locator(".does").inner_text().strip()
            label = field.locator(".label").inner_text().removesuffix(does).strip()
            nth = seen[label] = seen.get(label, -1) + 1
            self._fill_field(field, label, does, nth, change)
        if screen.locator("kbd").count():
            button = screen.locator("kbd").inner_text()
            console.get_by_role("button", name=button, exact=True).click()

    def _fill_field(self, field: Locator, label: str, does: str, nth: int, change: Change) -> None:
        if does.startswith("Save the file"):
            self._download(label)
        elif does == "Tick it":
            self._console.get_by_label(label, exact=True).nth(nth).check()
        elif does == "Choose":
            self._choose(self._console.get_by_label(label, exact=True).nth(nth), self._copy(field))
        elif does == "Should show":
            assert self._copy(field) in self._console.locator("main").inner_text()
        elif does == "Paste":
            self._paste(label, nth, self._copy(field), change)

    def _copy(self, field: Locator) -> str:
        """Press the button and see what the clipboard holds."""
        self.handoff.bring_to_front()
        field.get_by_role("button", name="Copy").click()
        field.get_by_text("Copied").wait_for()
        copied: str = self.handoff.evaluate("navigator.clipboard.readText()")
        self._console.bring_to_front()
        return copied

    def _paste(self, label: str, nth: int, copied: str, change: Change) -> None:
        box = self._console.get_by_label(label, exact=True).nth(nth)
        box.clear()
        box.press("Control+V")
        if change(label, copied) != copied:
            box.fill(change(label, copied))

    def _choose(self, control: Locator, value: str) -> None:
        if control.get_attribute("type") == "radio":
            control.check()
        else:
            control.select_option(label=value)

    def _download(self, label: str) -> None:
        with self._console.expect_download() as download:
            self._console.get_by_role("link", name=label, exact=True).click()
        self.brought_back = Path(download.value.path())

    @property
    def _console(self) -> Page:
        assert self.console is not None
        return self.console


def sign_in(page: Page, email: str) -> None:
    """Google's sign-in form; the browser posts the response on by itself."""
    page.get_by_label("Email or phone").fill(email)
    page.get_by_role("button", name="Next").click()
