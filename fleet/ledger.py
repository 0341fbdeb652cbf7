"""The run ledger: what was done to whom, in SQLite. A run can be resumed from it after any death.

A task is written before its stack is begun and again when it is done, so what was in flight when a
machine died is known, and done again. `known` is the last that was heard of each stack, of any run:
selection by phase and the fleet page come from it.
"""

from __future__ import annotations

import json
import sqlite3
import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from fleet.events import OURS, RECORDS
from fleet.result import Outcome, Result
from fleet.verb import Verb
from models.errors import FlexSsoError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

KEPT_OUTPUTS = ("certificate_not_after", "login_url", "role_counts", "strays")
OF_RECORDS = tuple(f"{one.removeprefix(OURS)}: " for one in RECORDS)
"""How sentences about the two records of consoles begin."""
_TABLES = """
CREATE TABLE IF NOT EXISTS run (
    id TEXT PRIMARY KEY, verb TEXT NOT NULL, began TEXT NOT NULL, ended TEXT);
CREATE TABLE IF NOT EXISTS task (
    run TEXT NOT NULL REFERENCES run, stack TEXT NOT NULL, place INTEGER NOT NULL,
    began TEXT, ended TEXT, outcome TEXT, result TEXT, PRIMARY KEY (run, stack)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS known (
    stack TEXT PRIMARY KEY, at TEXT NOT NULL, phase TEXT NOT NULL, verb TEXT NOT NULL,
    result TEXT NOT NULL) WITHOUT ROWID;
"""


class Run(NamedTuple):
    """A run of a fleet."""

    id: str
    verb: str
    began: str


class Known(NamedTuple):
    """The last that was heard of a stack, and when."""

    at: str
    phase: str
    result: Result


class Heard(Result):
    """A result with what earlier ones told and it did not.

    `refreshed` is whether the state knows of the drift, too, so that an `up` ends it.
    """

    refreshed: bool = False


def heard_after(before: Heard | None, result: Result, phase: str) -> Heard:
    """The last that is known of a stack whose last known phase is `phase`, after a further run.

    Drift is forgotten when a look finds none, and when an `up` has put back what the state knew
    of; a plain `up`, a preview and a failure tell nothing of it.
    """
    heard = Heard(**dict(result), refreshed=result.verb in {Verb.UP, Verb.REFRESH})
    if before is None:
        return heard
    kept: dict[str, Any] = {
        "phase": result.phase or phase,
        "last_login": result.last_login or before.last_login,
        "outputs": {**before.outputs, **result.outputs},
    }
    if not result.phase:
        kept |= {"next_step": before.next_step, "waits_for": before.waits_for}
    if before.drift and not _ends_drift(before, result):
        kept |= _still_drifted(before, result)
    return heard.model_copy(update=kept)


def _ends_drift(before: Heard, result: Result) -> bool:
    if not result.outcome.is_done:
        return False
    put_back = result.verb == Verb.UP and before.refreshed
    return put_back or result.verb in {Verb.DRIFT, Verb.VERIFY}


def _still_drifted(before: Heard, result: Result) -> dict[str, Any]:
    is_done = result.outcome.is_done
    looked = is_done and result.verb == Verb.REFRESH  # at both records; the rest waits for an `up`
    old = [one for one in before.drift if not (looked and one.startswith(OF_RECORDS))]
    drift = tuple(dict.fromkeys([*old, *result.drift]))
    if not drift:
        return {}
    kept: dict[str, Any] = {"drift": drift, "refreshed": before.refreshed or looked}
    return kept | ({"outcome": Outcome.DRIFTED, "said": "; ".join(drift)} if is_done else {})


class Ledger:
    """The ledger file. One process writes at a time; others may read."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._db = sqlite3.connect(path, isolation_level=None, timeout=30)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.executescript(_TABLES)

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def begin(self, verb: str, stacks: Iterable[str]) -> Run:
        """Write down a new run and all of its stacks."""
        run = Run(f"{datetime.now(UTC):%Y%m%dT%H%M%S}-{uuid.uuid4().hex[:6]}", verb, _now())
        self._db.execute("BEGIN IMMEDIATE")
        self._db.execute("INSERT INTO run VALUES (?, ?, ?, NULL)", run)
        self._db.executemany(
            "INSERT INTO task (run, stack, place) VALUES (?, ?, ?)",
            [(run.id, stack, place) for place, stack in enumerate(stacks)],
        )
        self._db.execute("COMMIT")
        return run

    def find(self, run: str) -> Run:
        """The run of that id, or the last one for `last`. Raises FlexSsoError."""
        which = "ORDER BY began DESC, rowid DESC LIMIT 1" if run == "last" else "WHERE id = ?"
        arguments = () if run == "last" else (run,)
        row = self._db.execute(f"SELECT id, verb, began FROM run {which}", arguments).fetchone()  # noqa: S608
        if row is None:
            raise FlexSsoError(f"There is no run {run}.", hint="./flexsso fleet runs lists them")
        return Run(*row)

    def runs(self) -> list[tuple[Run, dict[str, int]]]:
        """Every run, newest first, with the number of its stacks by outcome ("" is not done)."""
        found = []
        for row in self._db.execute("SELECT id, verb, began FROM run ORDER BY began DESC"):
            count = "SELECT coalesce(outcome, ''), count(*) FROM task WHERE run = ? GROUP BY 1"
            found.append((Run(*row), dict(self._db.execute(count, (row[0],)).fetchall())))
        return found

    def left(self, run: Run) -> list[str]:
        """Stacks of the run that are not done: not begun, in flight at a death, or failed."""
        rows = self._db.execute(
            "SELECT stack FROM task WHERE run = ? AND coalesce(outcome, 'failed') IN"
            " ('failed', 'interrupted') ORDER BY place",
            (run.id,),
        )
        return [row[0] for row in rows]

    def started(self, run: Run, stack: str) -> None:
        """The stack is begun now."""
        self._db.execute(
            "UPDATE task SET began = ?, outcome = NULL WHERE run = ? AND stack = ?",
            (_now(), run.id, stack),
        )

    def finished(self, run: Run, result: Result) -> None:
        """The stack is done, well or not."""
        self._db.execute("BEGIN IMMEDIATE")
        self._write(run, result, _now())
        self._db.execute("COMMIT")

    def _write(self, run: Run, result: Result, at: str) -> None:
        outputs = {key: result.outputs[key] for key in KEPT_OUTPUTS if key in result.outputs}
        text = result.model_copy(update={"outputs": outputs}).model_dump_json()
        self._db.execute(
            "UPDATE task SET ended = ?, outcome = ?, result = ? WHERE run = ? AND stack = ?",
            (at, result.outcome, text, run.id, result.stack),
        )
        newer = "SELECT 1 FROM known WHERE stack = ? AND at > ?"
        if self._db.execute(newer, (result.stack, at)).fetchone():
            return
        known = self._with_what_was_known(result.model_copy(update={"outputs": outputs}))
        row = (result.stack, at, known.phase, known.verb, known.model_dump_json())
        self._db.execute("INSERT OR REPLACE INTO known VALUES (?, ?, ?, ?, ?)", row)

    def _with_what_was_known(self, result: Result) -> Heard:
        """What this look did not hear of stays as it was: a failure or a preview tells little."""
        query = "SELECT phase, result FROM known WHERE stack = ?"
        row = self._db.execute(query, (result.stack,)).fetchone()
        if row is None:
            return heard_after(None, result, "")
        return heard_after(Heard.model_validate_json(row[1]), result, row[0])

    def has(self, run: str) -> bool:
        """Whether it knows the run of that id."""
        query = "SELECT 1 FROM run WHERE id = ?"
        return self._db.execute(query, (run,)).fetchone() is not None

    def adopt(self, run: Run, stacks: Iterable[str], results: Iterable[tuple[str, Result]]) -> None:
        """Write down a run that was done elsewhere: all of it, or nothing.

        `results` come with the time (as `began` of a Run) when they were there. What is known of
        a stack stays where it is newer.
        """
        self._db.execute("BEGIN IMMEDIATE")
        try:
            self._db.execute("INSERT INTO run VALUES (?, ?, ?, ?)", (*run, _now()))
            self._db.executemany(
                "INSERT INTO task (run, stack, place) VALUES (?, ?, ?)",
                [(run.id, stack, place) for place, stack in enumerate(stacks)],
            )
            for at, result in results:
                self._write(run, result, at)
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def ended(self, run: Run) -> None:
        """Nothing of the run is left to do."""
        self._db.execute("UPDATE run SET ended = ? WHERE id = ?", (_now(), run.id))

    def results(self, run: Run) -> list[Result]:
        """The results of the run, in its order."""
        rows = self._db.execute(
            "SELECT result FROM task WHERE run = ? AND result IS NOT NULL ORDER BY place", (run.id,)
        )
        return [Result.model_validate_json(row[0]) for row in rows]

    def phases(self, stacks: Iterable[str] | None = None) -> dict[str, str]:
        """Stack → last known phase."""
        if stacks is None:
            return dict(self._db.execute("SELECT stack, phase FROM known").fetchall())
        listed = json.dumps(list(stacks))
        query = "SELECT stack, phase FROM known WHERE stack IN (SELECT value FROM json_each(?))"
        return dict(self._db.execute(query, (listed,)).fetchall())

    def known(self) -> dict[str, Known]:
        """Stack → the last that was heard of it."""
        rows = self._db.execute("SELECT stack, at, phase, result FROM known")
        return {row[0]: Known(row[1], row[2], Result.model_validate_json(row[3])) for row in rows}


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
