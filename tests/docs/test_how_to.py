"""How-to pages, walked one after the other by one reader with one stack on the sandbox.

What can't be walked is in tests/docs/test_commands.py, with the reason.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.checkout import ROOT, checkout
from tests.docs.reader import Reader

pytestmark = pytest.mark.xdist_group("how_to")

STACK = "acme.prod"
PAGES = (  # in the order in which a tenant has need of them
    "add-a-tenant.md",
    "handoff.md",
    "ci.md",
)


def test_what_the_pages_show_is_real(tmp_path: Path):
    edits = {f"new {name}": f"new {name} --sandbox" for name in (STACK, "acme.stage")}
    with checkout(tmp_path) as copy:
        for page in PAGES:
            with Reader(copy, STACK, edits) as reader:
                assert reader.read(ROOT / "docs" / "how-to" / page) > 2, page
