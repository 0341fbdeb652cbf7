"""The pretend world's secrets, as its credentials files have them: to be looked for elsewhere."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def secrets_in(folder: Path) -> list[str]:
    """API secrets, and lines of private keys, of every credentials file of the folder."""
    found = []
    for path in folder.glob("*.json"):
        content = json.loads(path.read_text(encoding="utf-8"))
        if "api_secret" in content:
            found.append(content["api_secret"])
        found += [line for line in content.get("private_key", "").splitlines()[1:4] if line]
    return found


def leaked(secrets: list[str], content: bytes) -> list[str]:
    """Those secrets that are in `content`."""
    return [secret for secret in secrets if secret.encode() in content]
