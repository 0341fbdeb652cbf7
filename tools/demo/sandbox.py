"""The demo's pretend world: started as a user would start it, with everything forgotten."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import yaml

from models.endpoints import Endpoints

if TYPE_CHECKING:
    from pathlib import Path


class Sandbox:
    """The pretend world at the address that the stack's file gives as `endpoints.base`."""

    def __init__(self, root: Path, stack: str) -> None:
        self._root = root
        text = (root / "stacks" / f"Pulumi.{stack}.yaml").read_text(encoding="utf-8")
        self.base = str(yaml.safe_load(text)["config"]["flex-google-sso:endpoints"]["base"])

    def reach(self, url: str) -> str:
        """Where an address of a vendor is reached in this world."""
        return Endpoints(base=self.base).url(url)

    def start_afresh(self) -> None:
        """Start it, or if it runs already, let it forget everything."""
        port = str(urlsplit(self.base).port)
        command = [str(self._root / "flexsso"), "sandbox", "up", "--reset", "--port", port]
        subprocess.run(command, check=True)
