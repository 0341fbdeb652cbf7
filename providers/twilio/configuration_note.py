"""What stood in Flex's configuration before us, on disk before our first write.

Pulumi learns it only when the write has come back. A run that is killed in between would leave our
value and nobody who knows the old one, so a destroy could not put it back. The next run on this
machine finds it here: {"before": true | false | null, "written": true | false}, one file for each
endpoint and account, in XDG_STATE_HOME (~/.local/state), for the eyes of this user only.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from models.private_file import private_folder, state_folder, write_private

if TYPE_CHECKING:
    from pathlib import Path

    from providers.settings import Settings


class ConfigurationNote:
    """The note about one account."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @classmethod
    def of(cls, settings: Settings, account_sid: str) -> ConfigurationNote:
        """The one for an account, as reached by these settings."""
        where = f"{settings.endpoints.base or 'twilio'} {account_sid}"
        name = hashlib.sha256(where.encode()).hexdigest()[:16]
        return cls(state_folder() / f"flex-{name}.json")

    def write(self, before: bool | None, written: bool) -> None:  # noqa: FBT001  two values
        """Note both, whole or not at all."""
        private_folder(self._path.parent)
        write_private(self._path, json.dumps({"before": before, "written": written}))

    def left_behind(self, live: bool) -> dict[str, Any]:  # noqa: FBT001  a value, no switch
        """Outputs that a killed run could not store, if its value is what is there now."""
        try:
            noted = json.loads(self._path.read_text(encoding="utf-8"))
            return {"changed": True, "before": noted["before"]} if noted["written"] is live else {}
        except (OSError, ValueError, KeyError, TypeError):
            return {}

    def forget(self) -> None:
        """The state knows it, or it was put back."""
        self._path.unlink(missing_ok=True)
