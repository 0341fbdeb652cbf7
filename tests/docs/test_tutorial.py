"""The tutorial, walked by somebody who types its commands and does as the hand-off says."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.checkout import ROOT, Checkout
from tests.docs.reader import Reader

pytestmark = pytest.mark.xdist_group("tutorial")

PAGE = ROOT / "docs" / "tutorial.md"


def test_all_that_the_tutorial_shows_is_real(tmp_path: Path):
    copy = Checkout(tmp_path)
    edits = {"sandbox up": f"sandbox up --port {copy.port}", "~/Downloads": "Downloads"}
    try:
        with Reader(copy, "acme.dev", edits) as reader:
            assert reader.read(PAGE) > 15
    finally:
        copy.flexsso("sandbox", "down")
