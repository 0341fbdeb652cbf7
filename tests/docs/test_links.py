"""Links from pages outside docs/, which MkDocs does not see, lead somewhere."""

from __future__ import annotations

import re

import pytest

from tests.checkout import ROOT

PAGES = ("README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md")
LINK = re.compile(r"\]\((?!https?:)([^)#]+)")


@pytest.mark.parametrize("page", PAGES)
def test_every_link_leads_somewhere(page):
    targets = LINK.findall((ROOT / page).read_text(encoding="utf-8"))

    assert [target for target in targets if not (ROOT / target).exists()] == []


def test_the_readme_has_links():
    assert len(LINK.findall((ROOT / "README.md").read_text(encoding="utf-8"))) > 8
