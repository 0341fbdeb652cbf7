"""What no single answer shows: Google that is late everywhere, and a quota that somebody else uses.

A condition holds for a whole verb, not for one call. One that passes soon must not be felt; one
that stays may end the run with a sentence, and the run after it converges.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from tools.torture.place import CUSTOMER

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.world import World
    from tools.torture.place import Call

DIRECTORY = "admin.googleapis.com"
SOON_SECONDS = 0.15
NEVER_SECONDS = 10**6


class Condition(NamedTuple):
    """`bites`: whether a verb of these calls feels it. `begin`: it lasts so many seconds."""

    name: str
    bites: Callable[[list[Call]], bool]
    begin: Callable[[World, float], None]
    temporary: bool = True
    silent: bool = False

    @contextmanager
    def on(self, world: World, *, for_good: bool) -> Iterator[None]:
        """Inside the block it holds for a moment, or for good."""
        usual = dataclasses.replace(world.options)
        self.begin(world, NEVER_SECONDS if for_good else SOON_SECONDS)
        try:
            yield
        finally:
            world.options = usual
            world.store.delete("google_quota", CUSTOMER)


def conditions() -> Iterator[Condition]:
    """All of them."""
    yield Condition("schema not known yet to who writes values", _writes_people, _fresh_schema)
    yield Condition("people too new to be written", _writes_people, _fresh_people)
    yield Condition("quota used up by another stack", _asks_directory, _spent_quota)


def _asks_directory(calls: list[Call]) -> bool:
    return any(call.host == DIRECTORY and "/directory/" in call.path for call in calls)


def _writes_people(calls: list[Call]) -> bool:
    return any("/users/" in call.path and call.method != "GET" for call in calls)


def _fresh_schema(world: World, seconds: float) -> None:
    world.options.propagation_delay = _age(world, "google_schema") + seconds


def _fresh_people(world: World, seconds: float) -> None:
    world.options.new_user_delay = _age(world, "google_user") + seconds


def _age(world: World, kind: str) -> float:
    """Of the youngest."""
    made = max(float(document["_created"]) for document in world.store.page(kind))
    return world.clock.now().timestamp() - made


def _spent_quota(world: World, seconds: float) -> None:
    """The account's bucket is below empty by what it is filled with in that time."""
    now, per_second = world.clock.now().timestamp(), world.options.directory_quota_per_minute / 60
    world.store.put("google_quota", CUSTOMER, {"left": -seconds * per_second, "at": now})
