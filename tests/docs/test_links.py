"""Links from pages outside docs/, which MkDocs does not see, lead to a page and its heading."""

from __future__ import annotations

import re

import pytest

from tests.checkout import ROOT

PAGES = ("README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", "bench/README.md")
LINK = re.compile(r"\]\((?!https?:)([^)\s]+)\)")


def anchors(page: str) -> set[str]:
    """What a page's headings are called in addresses, as GitHub and MkDocs make it."""
    headings = re.findall(r"^#+ (.+)$", page, re.M)
    return {re.sub(r"[^\w\- ]", "", one).strip().lower().replace(" ", "-") for one in headings}


@pytest.mark.parametrize("page", PAGES)
def test_every_link_leads_somewhere(page):
    folder = (ROOT / page).parent
    for target in LINK.findall((ROOT / page).read_text(encoding="utf-8")):
        path, _, anchor = target.partition("#")
        there = folder / path if path else ROOT / page
        assert there.exists(), target
        assert not anchor or anchor in anchors(there.read_text(encoding="utf-8")), target


def test_the_readme_has_links():
    assert len(LINK.findall((ROOT / "README.md").read_text(encoding="utf-8"))) > 8


def test_the_index_leads_to_every_kind_of_page():
    index = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    pages = {str(one.relative_to(ROOT / "docs")) for one in (ROOT / "docs").glob("*/*.md")}
    records = {page for page in pages if page.startswith("adr/")}  # the first leads to the others

    assert {page for page in pages - records if f"({page})" not in index} == set()
