"""Screenshots of docs/images: written anew by `make golden`, otherwise held against the page."""

from __future__ import annotations

import os
import struct
from pathlib import Path

from playwright.sync_api import Page

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "images"


def is_pictured(page: Page, name: str) -> bool:
    """Whether the picture is of a page like this one: its size, since fonts differ elsewhere."""
    taken = page.screenshot()
    path = FOLDER / name
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_bytes(taken)
    return size(path.read_bytes()) == size(taken)


def size(png: bytes) -> tuple[int, int]:
    """Width and height, as a PNG's header says."""
    width, height = struct.unpack(">II", png[16:24])
    return width, height
