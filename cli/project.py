"""Where this project lies on disk: the commands work from any folder."""

from __future__ import annotations

import tomllib
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]


def version() -> str:
    """As pyproject.toml has it; a checkout is not installed as a package."""
    return str(tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]["version"])
