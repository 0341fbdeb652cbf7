"""The fleet's page in Chromium: ten thousand rows, sorted, filtered, and for everybody."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from cli.fleet_page import render_page
from fleet.report import overview
from tests.browser.conftest import fresh
from tests.fleet.synthetic import NOW, many

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser_page")]

TENANTS = 10_000
QUICK_MS = 500
LOOKS = [{}, {"color_scheme": "dark"}, {"viewport": {"width": 400, "height": 700}}]
TIMED = "(selector) => { const began = performance.now();"
TIMED += " document.querySelector(selector).click(); return performance.now() - began; }"


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("page") / "fleet.html"
    file.write_text(render_page(overview(*many(TENANTS), NOW)), encoding="utf-8")
    return file


@pytest.fixture
def page(browser: Browser, written: Path) -> Iterator[Page]:
    """Open, and without a word in the browser's console."""
    with fresh(browser) as context:
        said: list[str] = []
        made = context.new_page()
        made.on("console", lambda message: said.append(message.text))
        made.on("pageerror", lambda error: said.append(str(error)))
        made.goto(written.as_uri())
        yield made
        assert [] == said


def column(page: Page, field: str) -> list[str]:
    return page.locator(f"tbody td.{field}").all_inner_texts()


def test_ten_thousand_are_sorted_and_filtered_at_once(page: Page) -> None:
    """Half a second at most for each click, on the machine that tests run on."""
    assert "10,000 of 10,000" == page.locator("#shown").inner_text()
    for selector in ("th[data-field=certificate_ends] button", ".tile.drifted"):
        assert QUICK_MS > page.evaluate(TIMED, selector)

    ends = [end for end in column(page, "certificate_ends") if end]
    assert sorted(ends) == ends
    assert {"drifted"} == set(column(page, "phase"))
    page.locator("th[data-field=stack] button").click()
    page.locator("th[data-field=stack] button").click()
    names = column(page, "stack")
    assert sorted(names, reverse=True) == names


def test_words_narrow_it_down_and_more_comes_when_asked(page: Page) -> None:
    page.locator("#filter").fill("tenant0999 region=eu")
    expect(page.locator("#shown")).to_have_text("5 of 10,000")

    assert ["tenant09991.prod", "tenant09993.dev"] == column(page, "stack")[:2]
    page.locator("#clear").click()
    first = page.locator("tbody tr").count()
    page.locator("#more").scroll_into_view_if_needed()
    expect(page.locator("tbody tr").nth(first)).to_be_attached()


def test_a_cause_and_a_month_show_their_stacks(page: Page) -> None:
    """As many as they count."""
    for selector in (".causes button", ".line .urgent button", ".line li:last-child button"):
        button = page.locator(selector).first
        number = button.locator("strong, .count").first.inner_text()
        button.click()
        assert f"{number} of 10,000" == page.locator("#shown").inner_text()


@pytest.mark.parametrize(
    "look", [{}, {"color_scheme": "dark"}, {"viewport": {"width": 400, "height": 700}}]
)
def test_axe_finds_nothing_wrong(browser: Browser, tmp_path: Path, look: dict[str, object]) -> None:
    file = tmp_path / "fleet.html"
    file.write_text(render_page(overview(*many(120), NOW)), encoding="utf-8")
    with fresh(browser, **look) as context:
        page = context.new_page()
        page.goto(file.as_uri())
        options = {"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "best-practice"]}
        found = Axe().run(page, options=options)

    assert 0 == found.violations_count, found.generate_report()
