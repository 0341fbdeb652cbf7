"""A copy of the project, as after a clone and `make install`, with a sandbox of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.servers import free_port

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("cli", "components", "fleet", "models", "providers", "sandbox", "tools")
FOLDERS = (*PACKAGES, "examples", "stacks")
FILES = ("flexsso", "Makefile", "Pulumi.yaml", "__main__.py")
INSTALLED = (".venv", ".tools")


class Checkout:
    """A folder in which `./flexsso` and `pulumi` work, and nothing of the real one is touched."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.port = free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        ignored = shutil.ignore_patterns("__pycache__", "idp_metadata.xml")
        for folder in FOLDERS:
            if (ROOT / folder).exists():
                shutil.copytree(ROOT / folder, root / folder, ignore=ignored)
        for file in FILES:
            shutil.copy(ROOT / file, root / file)
        for part in INSTALLED:
            (root / part).symlink_to(ROOT / part)

    @property
    def environment(self) -> dict[str, str]:
        """A shell's, of somebody who has never used Pulumi."""
        mine = {key: value for key, value in os.environ.items() if not key.startswith("PULUMI_")}
        return {**mine, "HOME": str(self.root), "PYTHONDONTWRITEBYTECODE": "1"}

    def flexsso(self, *arguments: str, exit_code: int = 0, text: str = "") -> str:
        """Run the root script; returns stdout, then stderr, and checks the exit code."""
        done = subprocess.run(
            ["./flexsso", *arguments],
            cwd=self.root,
            env=self.environment,
            input=text,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == exit_code, done.stdout + done.stderr
        return done.stdout + done.stderr


@contextmanager
def checkout(root: Path) -> Iterator[Checkout]:
    """A checkout whose sandbox runs."""
    copy = Checkout(root)
    copy.flexsso("sandbox", "up", "--port", str(copy.port))
    try:
        yield copy
    finally:
        copy.flexsso("sandbox", "down")
