"""Documents in SQLite: what the pretend world remembers.

A document is a JSON object under (kind, key), for example ("user", "C01sandbox/ada@acme.example").
Kinds are owned by one room each; keys sort, so a prefix and a start key make a page.
"""

from __future__ import annotations

import json
import sqlite3
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

Document = dict[str, Any]

_LAST = "\U0010ffff"
_WITH_PREFIX = "SELECT body FROM document WHERE kind = ? AND key >= ? AND key < ? "
_ASCENDING = _WITH_PREFIX + "AND key > ? ORDER BY key LIMIT ?"
_DESCENDING = _WITH_PREFIX + "AND key < ? ORDER BY key DESC LIMIT ?"


class Store:
    """A small document store. Used from the server's event loop only, so it needs no lock."""

    def __init__(self, path: Path | str = ":memory:") -> None:
        self._db = sqlite3.connect(str(path), isolation_level=None, check_same_thread=False)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=OFF")
        self._db.execute(
            "CREATE TABLE IF NOT EXISTS document ("
            "kind TEXT, key TEXT, body TEXT, PRIMARY KEY (kind, key)) WITHOUT ROWID"
        )

    def get(self, kind: str, key: str) -> Document | None:
        """The document, or None. A fresh copy: changing it changes nothing until `put`."""
        row = self._db.execute(
            "SELECT body FROM document WHERE kind = ? AND key = ?", (kind, key)
        ).fetchone()
        return json.loads(row[0]) if row else None

    def put(self, kind: str, key: str, document: Document) -> None:
        """Insert or replace the document."""
        self._db.execute(
            "INSERT OR REPLACE INTO document VALUES (?, ?, ?)", (kind, key, json.dumps(document))
        )

    def delete(self, kind: str, key: str) -> bool:
        """Remove the document; True if it was there."""
        done = self._db.execute("DELETE FROM document WHERE kind = ? AND key = ?", (kind, key))
        return done.rowcount > 0

    def page(
        self,
        kind: str,
        prefix: str = "",
        after: str = "",
        limit: int = -1,
        *,
        descending: bool = False,
    ) -> list[Document]:
        """Documents whose key starts with `prefix` and comes after `after`, in order of keys."""
        after = after or (prefix + _LAST if descending else "")
        rows = self._db.execute(
            _DESCENDING if descending else _ASCENDING,
            (kind, prefix, prefix + _LAST, after, limit),
        )
        return [json.loads(row[0]) for row in rows]

    def append(self, kind: str, document: Document) -> None:
        """Add a document to a log: its key is the next number, so `page` returns it in order."""
        last = self._db.execute(
            "SELECT key FROM document WHERE kind = ? ORDER BY key DESC LIMIT 1", (kind,)
        ).fetchone()
        number = int(last[0]) + 1 if last else 0
        self.put(kind, f"{number:09d}", document)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All of the block's writes, or none (bulk seeding is much faster inside one)."""
        self._db.execute("BEGIN")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def clear(self) -> None:
        """Forget everything."""
        self._db.execute("DELETE FROM document")
