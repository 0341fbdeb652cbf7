"""The pages as HTML, and the pictures on them, looked at in Chromium."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from playwright.sync_api import Browser

from cli.handoff import write_page
from cli.handoff_view import view_of
from tests.browser.conftest import fresh
from tests.browser.pictures import is_pictured
from tests.browser.test_handoff_page import NOW, shown
from tests.checkout import ROOT
from tests.cli.handoffs import outputs

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser_page")]

LOOKS: dict[str, dict[str, Any]] = {
    "wide": {"viewport": {"width": 1280, "height": 900}},
    "narrow": {"viewport": {"width": 360, "height": 640}},
}
PAGES = ("index.html", "tutorial.html", "how-to/handoff.html", "reference/phases.html")


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None: ...


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Its address: from the disk all but the search works, whose worker browsers refuse there."""
    folder = tmp_path_factory.mktemp("site")
    command = [ROOT / ".venv/bin/mkdocs", "build", "--quiet", "--site-dir", folder]
    subprocess.run(command, cwd=ROOT, check=True)
    handler = partial(Quiet, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("name", PAGES)
def test_a_page_shows_its_pictures_and_complains_of_nothing(browser: Browser, site, name, look):
    with fresh(browser, **LOOKS[look]) as context:
        page = context.new_page()
        wrong: list[str] = []
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("requestfailed", lambda asked: wrong.append(asked.url))
        page.goto(f"{site}/{name}")
        page.wait_for_load_state()

        pictures = page.locator("img")
        for one in range(pictures.count()):
            pictures.nth(one).scroll_into_view_if_needed()
            assert pictures.nth(one).evaluate("image => image.decode().then(() => image.width)") > 0
        assert page.get_by_role("heading", level=1).is_visible()
        assert page.locator("img").count() > 0 or name == "tutorial.html"
        assert wrong == []


def fresh_tenant(folder: Path) -> str:
    """The hand-off's address, with a certificate that is days old, as it is when one is made."""
    made = outputs() | {"certificate_not_after": "2031-10-29T12:00:00Z"}
    return write_page(folder, view_of(made, {}, NOW)).as_uri()


def test_golden_picture_of_the_hand_off(browser: Browser, tmp_path):
    with fresh(browser, viewport={"width": 1000, "height": 1180}) as context:
        assert is_pictured(shown(context, fresh_tenant(tmp_path)), "handoff.png")


def test_golden_picture_of_the_hand_off_on_a_phone_in_the_dark(browser: Browser, tmp_path):
    look: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark"}
    with fresh(browser, **look) as context:
        page = shown(context, fresh_tenant(tmp_path))
        page.evaluate(
            "document.getElementById('flex_page_b').scrollIntoView({behavior: 'instant'})"
        )
        assert is_pictured(page, "handoff-phone-dark.png")
