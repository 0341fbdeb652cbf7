"""MkDocs hook: decision records stand in the menu as they come, without a list of their own."""

from __future__ import annotations

from pathlib import Path
from typing import Any


def on_config(config: Any) -> Any:
    """Add each record under docs/adr to the navigation, oldest first."""
    records = sorted((Path(config["docs_dir"]) / "adr").glob("*.md"))
    config["nav"].append({"Decisions": [f"adr/{record.name}" for record in records]})
    return config
