"""Every image is shown by a page, and every decision has its parts."""

from __future__ import annotations

import pytest

from tests.checkout import ROOT

IMAGES = sorted(
    image for image in (ROOT / "docs" / "images").iterdir() if image.suffix in {".png", ".svg"}
)
PAGES = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
PARTS = ("Context", "Options", "Decision", "Consequences", "Evidence")
RECORDS = sorted((ROOT / "docs" / "adr").glob("*.md"))
OTHERWISE = {  # with what stands in its place
    "0001": "says how the others are made",
    "0002": "its evidence are the tests of both providers",
    "0005": "as 0006, which follows from it",
    "0008": "a table: chosen, instead of, why",
    "0010": "its options stand under: ruled out",
    "0012": "as 0006",
}


@pytest.mark.parametrize("image", IMAGES, ids=lambda image: image.name)
def test_every_image_is_on_a_page(image):
    assert any(f"images/{image.name})" in page.read_text(encoding="utf-8") for page in PAGES)


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.name[:4])
def test_every_decision_tells_what_else_there_was_and_what_speaks_for_it(record):
    text = record.read_text(encoding="utf-8")
    missing = [part for part in PARTS if f"**{part}.**" not in text]

    assert bool(missing) == (record.name[:4] in OTHERWISE), missing
