"""Stand-ins for programs: small shell scripts that answer as the real ones do."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

Programs = Callable[[Path, dict[str, str]], Path]


@pytest.fixture
def programs() -> Programs:
    """Write shell scripts (name → body) into a folder and return the folder."""

    def write(folder: Path, bodies: dict[str, str]) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        for name, body in bodies.items():
            (folder / name).write_text(f"#!/bin/sh\n{body}\n")
            (folder / name).chmod(0o755)
        return folder

    return write
