"""What a run is about to overwrite, on disk before the first write.

Pulumi learns what people had before us only when a write has come back. A run that is killed half
way would leave people with our values and nobody who knows the old ones, so they would keep ours
when the stack is destroyed. The next run on this machine finds them here.

A journal is a JSON file: {"run": "…", "people": {email: {"before": {…}, "written": {…}}}}. It is
done with once the state holds the same `run`. It lies in XDG_STATE_HOME (~/.local/state), for the
eyes of this user only, one file for each endpoint, customer and schema.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from typing import TYPE_CHECKING, Any

from models.private_file import private_folder, state_folder, write_private
from models.roles import difference

if TYPE_CHECKING:
    from pathlib import Path

    from models.roles import People
    from providers.settings import Settings


class Journal:
    """The journal of one customer's schema."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @classmethod
    def of(cls, settings: Settings, customer: str, schema: str) -> Journal:
        """The one for what a resource writes to."""
        where = f"{settings.endpoints.base or 'google'} {customer} {schema}"
        name = hashlib.sha256(where.encode()).hexdigest()[:16]
        return cls(state_folder() / f"roles-{name}.json")

    def begin(self, before: People, written: People) -> str:
        """Note what will be overwritten; returns the run's mark, to be stored in the state.

        `before` holds, beside this run's people, those of a killed run that no state knows yet.
        """
        run = secrets.token_hex(8)
        people = {
            email: {"before": values, "written": written.get(email, {})}
            for email, values in before.items()
        }
        noted = json.dumps({"run": run, "people": people})  # in one piece: ten times faster
        private_folder(self._path.parent)
        write_private(self._path, noted)
        return run

    def left_behind(self, stored_run: str | None, live: People) -> tuple[People, People]:
        """(before, written) of people whom a killed run wrote and no state knows.

        Only those who have now what that run was to write: others it did not get to, or somebody
        has changed them since. `live` holds people's values by field.
        """
        noted = self._read()
        if noted.get("run") in {None, stored_run}:
            return {}, {}
        people = {
            email: entry
            for email, entry in noted["people"].items()
            if email in live and not difference(entry["written"], live[email])
        }
        before = {email: entry["before"] for email, entry in people.items()}
        return before, {email: entry["written"] for email, entry in people.items()}

    def forget(self) -> None:
        """Everything was given back."""
        self._path.unlink(missing_ok=True)

    def _read(self) -> dict[str, Any]:
        try:
            return dict(json.loads(self._path.read_text(encoding="utf-8")))
        except (OSError, ValueError):
            return {}
