"""The pretend world in this process: served on loopback, and put back to any moment of its life."""

from __future__ import annotations

import json
import logging
import os
import tempfile
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, NamedTuple
from unittest.mock import patch

import stamina
from google.auth import _exponential_backoff

from models.endpoints import Endpoints
from models.tenant import Credentials, GoogleCredentials, TwilioCredentials
from providers import retry
from providers.google import bulk, convergence, read_back
from providers.retry import ATTEMPTS
from providers.settings import Settings
from sandbox import faults, seed
from sandbox.google import batch
from tests.servers import served
from tools.torture.receiver import with_clerk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.world import World

CUSTOMER = "C01sandbx"
ENHANCED = "AC" + "5a" * 16
PATIENT_SECONDS = 20.0
HELD = (
    "google_schema",
    "google_user",
    "google_group",
    "google_member",
    "google_app",
    "flex_configuration",
    "connection",
    "worker",
    "flex_user",
    "webhook",
)
CHANGES_BY_ITSELF = frozenset({"etag", "schemaId", "fieldId", "date_updated", "etags"})


class Call(NamedTuple):
    """One call to a vendor, or one part of a batch."""

    method: str
    host: str
    path: str
    part: bool


class Moment(NamedTuple):
    """What the world remembers at one time, and the files around it."""

    rows: list[tuple[str, str, str]]
    files: dict[Path, bytes]


class Place:
    """One served world, and the product's settings for it."""

    def __init__(self, world: World, folder: Path) -> None:
        self.world = world
        self.folder = folder

    @property
    def keys(self) -> Path:
        """Where the vendors' keys and the receiver's secret are."""
        return self.world.state_dir / "credentials"

    @property
    def stacks(self) -> Path:
        """Where a hand-off may bring files to."""
        return self.folder / "stacks"

    def settings(self, timeout_seconds: float = PATIENT_SECONDS) -> Settings:
        """As the engine would read them from a stack, with a quota that never waits."""
        keys = self.keys
        return Settings(
            endpoints=Endpoints(base=self.world.base, timeout_seconds=timeout_seconds),
            credentials=Credentials(
                google=GoogleCredentials(file=str(keys / f"google-{CUSTOMER}.json")),
                twilio=TwilioCredentials(file=str(keys / f"twilio-{ENHANCED}.json")),
            ),
            google_admin="admin@acme.example",
            directory_queries_per_minute=10**6,
        )

    def moment(self) -> Moment:
        """All that the world remembers now, for `back_to`."""
        rows = self.world.store._db.execute("SELECT kind, key, body FROM document")
        return Moment(list(rows), {path: path.read_bytes() for path in self._files()})

    def back_to(self, moment: Moment) -> None:
        """Make the world and our notes what they were, without faults."""
        self.world.faults.clear()
        for path in self._files():
            path.unlink()
        for path, content in moment.files.items():
            path.write_bytes(content)
        with self.world.store.transaction():
            self.world.store.clear()
            self.world.store._db.executemany("INSERT INTO document VALUES (?, ?, ?)", moment.rows)

    def _files(self) -> list[Path]:
        """Keys and logins of the vendors, and what runs have left on this machine."""
        logins = (self.world.state_dir / "gcloud").rglob("*.json")
        notes = (self.folder / "state").rglob("*.json")
        return [*notes, *logins, *self.keys.glob("*.json"), *self.stacks.rglob("*.xml")]

    def held(self) -> dict[str, list[Any]]:
        """What vendors hold and a receiver brought, without what is another one each time."""
        found = {kind: _stable(self.world.store.page(kind)) for kind in HELD}
        found["file"] = [path.read_text(encoding="utf-8") for path in self.stacks.rglob("*.xml")]
        return {kind: sorted(documents, key=json.dumps) for kind, documents in found.items()}

    @contextmanager
    def patient(self) -> Iterator[None]:
        """Inside the block the product does wait before it tries again: a tenth as long as ever."""
        stamina.set_testing(False)
        try:
            with (
                patch.object(retry, "WAIT_INITIAL_SECONDS", retry.WAIT_INITIAL_SECONDS / 10),
                patch.object(retry, "WAIT_MAX_SECONDS", retry.WAIT_MAX_SECONDS / 100),
                patch.object(bulk, "backoff", lambda _again, attempt: 0.05 * 2.0 ** (attempt - 1)),
            ):
                yield
        finally:
            stamina.set_testing(True, attempts=ATTEMPTS, cap=True)

    @contextmanager
    def recording(self) -> Iterator[list[Call]]:
        """The calls made inside the block, parts of batches among them."""
        calls: list[Call] = []

        def recorder(*, part: bool) -> Any:
            def take(waiting: list[faults.Fault], scope: Any) -> faults.Fault | None:
                path = scope["path"].split("?")[0]
                calls.append(Call(scope["method"], scope["pretend_host"], path, part))
                return take_fault(waiting, scope)

            return take

        take_fault = faults.take_fault
        with (
            patch.object(faults, "take_fault", recorder(part=False)),
            patch.object(batch, "take_fault", recorder(part=True)),
        ):
            yield calls

    @contextmanager
    def overhearing(self) -> Iterator[list[Any]]:
        """What the vendors answer inside the block, call by call: JSON, or None for anything else.

        Parts of batches count as calls, as in `recording`, and have None.
        """
        answers: list[Any] = []
        usual, of_part = faults.Faults.__call__, vars(batch)["take_fault"]

        async def listening(self: Any, scope: Any, receive: Any, send: Any) -> None:
            body, number = bytearray(), len(answers)
            answers.append(None)

            async def tee(message: Any) -> None:
                body.extend(message.get("body", b""))
                await send(message)

            await usual(self, scope, receive, tee)
            with suppress(ValueError):
                answers[number] = json.loads(bytes(body))

        def take(waiting: list[faults.Fault], scope: Any) -> Any:
            answers.append(None)
            return of_part(waiting, scope)

        with (
            patch.object(faults.Faults, "__call__", listening),
            patch.object(batch, "take_fault", take),
        ):
            yield answers


def _environment(folder: Path) -> dict[str, str]:
    """Notes of its own, and somebody signed in with gcloud for what has no key."""
    login = folder / "sandbox" / "gcloud" / CUSTOMER
    return {"XDG_STATE_HOME": str(folder / "state"), "CLOUDSDK_CONFIG": str(login)}


def _no_waiting() -> Any:
    return SimpleNamespace(sleep=lambda _seconds: None)


@contextmanager
def silent(logger: str) -> Iterator[None]:
    """Without what a server logs of connections that we break on purpose."""
    found = logging.getLogger(logger)
    found.disabled = True
    try:
        yield
    finally:
        found.disabled = False


def _stable(value: Any) -> Any:
    if isinstance(value, dict):
        kept = {key: item for key, item in value.items() if key not in CHANGES_BY_ITSELF}
        return {key: _stable(item) for key, item in kept.items() if not key.startswith("_")}
    return [_stable(item) for item in value] if isinstance(value, list) else value


@contextmanager
def place() -> Iterator[Place]:
    """A fresh world with the default seed; the product retries as ever, but waits for nothing."""
    with tempfile.TemporaryDirectory() as name, ExitStack() as changed:
        folder = Path(name)
        at_once = partial(read_back.read_back, waits=[0.0] * len(read_back.WAITS))
        changed.enter_context(patch.object(convergence, "read_back", at_once))
        changed.enter_context(patch.object(bulk, "backoff", lambda _again, _attempt: 0.0))
        changed.enter_context(patch.object(bulk, "FRESH_SCHEMA_SECONDS", 0.2))
        changed.enter_context(patch("tempfile.gettempdir", lambda: name))
        changed.enter_context(patch.dict("os.environ", _environment(folder)))
        os.environ.pop("GOOGLE_APPLICATION_CREDENTIALS", None)
        changed.enter_context(patch.object(_exponential_backoff, "time", _no_waiting()))
        changed.callback(stamina.set_testing, testing=False)
        stamina.set_testing(True, attempts=ATTEMPTS, cap=True)
        world = changed.enter_context(
            served(folder / "sandbox", lambda world: with_clerk(world, CUSTOMER))
        )
        changed.enter_context(silent("uvicorn.error"))
        seed.plant(world, seed.DEFAULT)
        yield Place(world, folder)
