"""The demo's pretend world: started as a user would start it, with everything forgotten."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

from models.endpoints import Endpoints

if TYPE_CHECKING:
    from pathlib import Path

SANDBOX = "http://127.0.0.1:8765"

reach = Endpoints(base=SANDBOX).url


def start_afresh(root: Path) -> None:
    """Start it, or if it runs already, let it forget everything."""
    status = subprocess.run(
        [root / "flexsso", "sandbox", "status"], capture_output=True, check=False
    )
    verb = ["reset"] if status.returncode == 0 else ["up", "--reset"]
    subprocess.run([root / "flexsso", "sandbox", *verb], check=True)
