"""Where this project lies on disk: the commands work from any folder."""

from __future__ import annotations

from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
