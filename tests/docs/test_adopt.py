"""The how-to page on adoption, walked on a tenant that was set up by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.checkout import ROOT, checkout
from tests.docs.reader import Reader
from tests.e2e.by_hand import ByHand
from tests.e2e.test_new_adopt import tenant

pytestmark = pytest.mark.xdist_group("new_adopt")
PAGE = ROOT / "docs" / "how-to" / "adopt.md"


def test_each_command_does_what_the_page_says(tmp_path: Path):
    with checkout(tmp_path) as copy:
        hand = ByHand(copy.base, tmp_path, tenant("enhanced"))
        hand.set_up()
        hand.sign_in("ada@acme.example")
        with Reader(copy, "acme.prod", {"--adopt": "--adopt --sandbox"}) as reader:
            assert 4 == reader.read(PAGE)
