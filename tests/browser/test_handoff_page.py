"""The page itself in Chromium: for eyes, ears and fingers, on a phone, in the dark, on paper."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page

from cli.handoff import write_page
from cli.handoff_view import view_of
from models.observation import Difference
from models.phase import Phase
from tests.browser.conftest import fresh
from tests.cli.handoffs import CERTIFICATE, outputs

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser_page")]

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
PHONE = {"viewport": {"width": 320, "height": 640}}
LOOKS: dict[str, dict[str, Any]] = {
    "light": {},
    "dark": {"color_scheme": "dark"},
    "phone": PHONE,
    "contrast": {"forced_colors": "active"},
}


APART = Difference(field="acs_url", recorded="https://right/", observed="https://wrong.example/")
KNOWN: dict[Phase, dict[str, Any]] = {
    Phase.ACTIVE: {"app_seen": ""},
    Phase.DRIFTED: {"google_differences": [APART], "flex_differences": [APART]},
}
"""What makes a phase's page show all that it can show."""


def written(folder: Path, phase: Phase = Phase.AWAITING_FLEX_FORM, **changes: Any) -> str:
    changes = KNOWN.get(phase, {}) | changes
    return write_page(folder, view_of(outputs(phase, **changes), {}, NOW)).as_uri()


def shown(context: BrowserContext, url: str) -> Page:
    page = context.new_page()
    page.goto(url)
    return page


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("phase", list(Phase))
def test_axe_finds_nothing_wrong(browser: Browser, tmp_path, phase, look):
    with fresh(browser, **LOOKS[look]) as context:
        page = shown(context, written(tmp_path, phase))
        page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")

        found = Axe().run(
            page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "best-practice"]}
        )

        assert 0 == found.violations_count, found.generate_report()


def test_axe_would_find_something(context, tmp_path):
    page = shown(context, written(tmp_path))
    page.evaluate("document.querySelectorAll('h2').forEach(h => { h.style.color = '#ddd' })")

    assert 0 < Axe().run(page).violations_count


def test_by_keyboard_alone_a_value_is_copied_and_said(context, tmp_path):
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = shown(context, written(tmp_path))
    for _ in range(60):
        page.keyboard.press("Tab")
        if (
            page.evaluate("document.activeElement.getAttribute('aria-label')")
            == ("Copy X.509 Certificate")
            and page.evaluate("document.activeElement.tagName") == "BUTTON"
        ):
            break
    page.keyboard.press("Enter")
    page.get_by_text("X.509 Certificate copied").wait_for()

    assert CERTIFICATE == page.evaluate("navigator.clipboard.readText()")


def test_the_first_tab_skips_to_the_steps(context, tmp_path):
    page = shown(context, written(tmp_path))
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    assert page.url.endswith("#steps")
    assert "steps" == page.evaluate("document.activeElement.id")


def test_without_the_clipboard_the_value_is_selected(context, tmp_path):
    page = shown(context, written(tmp_path))
    page.evaluate(
        "navigator.clipboard.writeText = () => Promise.reject(); document.execCommand = () => false"
    )
    page.get_by_role("button", name="Copy Friendly Name").click()
    page.get_by_text("Select it").wait_for()

    assert "Acme Support (acme.prod)" == page.evaluate("getSelection().toString()")


@pytest.mark.parametrize("phase", list(Phase))
def test_a_narrow_phone_needs_no_sideways_scrolling(browser: Browser, tmp_path, phase):
    with fresh(browser, **PHONE) as context:
        page = shown(context, written(tmp_path, phase))

        assert 320 == page.evaluate("document.documentElement.scrollWidth")


def test_on_paper_folded_steps_are_open(context, tmp_path):
    page = shown(context, written(tmp_path))
    value = page.locator("#google_app code", has_text="urn:flex:")
    assert not value.is_visible()

    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")

    assert value.is_visible()
    assert not page.get_by_role("button", name="Copy Friendly Name").is_visible()


def test_nothing_but_the_file_is_asked_for(context, tmp_path):
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    url = written(tmp_path)
    page = shown(context, url)
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.reload()

    assert [url, url] == [one for one in asked if not one.startswith("data:")]
    assert [] == complaints


def test_a_name_with_markup_runs_nothing(context, tmp_path):
    evil = "<img src=x onerror=\"document.title='owned'\">"
    page = shown(context, written(tmp_path, friendly_name=evil, tenant=evil))

    assert page.title().startswith("Hand-off acme.prod")
    assert evil in page.locator("h1").inner_text()


def test_the_downloaded_certificate_is_the_certificate(context, tmp_path):
    page = shown(context, written(tmp_path))
    with page.expect_download() as download:
        page.get_by_role("link", name="Download .pem").click()

    assert "acme.prod-certificate.pem" == download.value.suggested_filename
    assert CERTIFICATE == Path(download.value.path()).read_text()
