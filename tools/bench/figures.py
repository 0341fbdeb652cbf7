"""The four figures. Each returns rows of (what, measured, limit): limit is at most, or at least."""

from __future__ import annotations

import io
import math
import time
from collections import Counter
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, NamedTuple

from providers.google.convergence import Convergence
from providers.google.directory_api import PAGE, DirectoryApi
from providers.google.writer_lock import Ledger
from tools.bench.engine import Engine
from tools.bench.world import CUSTOMER, NO_QUOTA, World, email
from tools.bench.writers import by_threads, inputs_of, one_by_one, ours, settings_of

if TYPE_CHECKING:
    from providers.settings import Settings

QUOTA = 2400


class Row(NamedTuple):
    """One figure: `measured` in `unit`, and what it has to be (None: for information)."""

    figure: int
    what: str
    measured: float
    unit: str
    at_most: float | None = None
    at_least: float | None = None

    @property
    def holds(self) -> bool:
        """Whether it is as it has to be."""
        low = self.at_least is None or self.measured >= self.at_least
        return low and (self.at_most is None or self.measured <= self.at_most)


def nothing_changed(world: World, folder: Path, people: int, rounds: int) -> list[Row]:
    """1: refresh and no-op `up` of many people, against an empty program."""
    world.plant(people)
    (folder / "noop").mkdir()
    (folder / "empty").mkdir()
    engine, empty = Engine(folder / "noop", world), Engine(folder / "empty", world)
    engine.people(people)
    engine.up()
    empty.up(empty=True)
    pairs = [
        (engine.up("--expect-no-changes"), empty.up("--expect-no-changes", empty=True))
        for _ in range(rounds)
    ]
    before = len(world.calls())
    refresh = engine.run("refresh", "--yes", "--skip-preview", "--expect-no-changes")
    calls = len(world.calls()) - before
    pages = math.ceil((people + 1) / PAGE)  # the administrator is a user, too
    ratio = median(full.seconds / bare.seconds for full, bare in pairs)
    peak = max(run.peak_mb for run in [refresh, *(full for full, _ in pairs)])
    return [
        Row(1, f"Directory calls on refresh ({people:,} people)", calls, "calls", pages + 2),
        Row(1, "no-op up against an empty program", ratio, "times", 1.5),
        Row(1, "peak memory of the provider process", peak, "MB", 250),
        Row(1, "no-op up", median(full.seconds for full, _ in pairs), "s"),
        Row(1, "refresh", refresh.seconds, "s"),
    ]


def many_changed(world: World, people: int, changed: int) -> list[Row]:
    """2: a tenth changed, 100 ms a request, no quota; ours reads, writes and proves."""
    world.plant(people, ["agent"])
    settings = settings_of(world, NO_QUOTA)
    world.options(latency=0.1)
    seconds = ours(settings, wanted(people, changed))
    threads = by_threads(settings, range(changed), ["admin"], 8)
    sequence = one_by_one(settings, range(changed), ["agent"])
    return [
        Row(2, "users.update in sequence / ours", sequence / seconds, "times", at_least=20),
        Row(2, "users.update by 8 threads / ours", threads / seconds, "times", at_least=3),
        Row(2, f"ours: {changed:,} of {people:,} changed", seconds, "s"),
    ]


def under_quota(world: World, people: int, changed: int) -> list[Row]:
    """3: the same under the real quota; as much as takes minutes; and with a quota used up."""
    few, _, of_few = run_under_quota(world, people, changed, used=0)
    many, tries, of_many = run_under_quota(world, people, changed * 5, used=0)
    late, late_tries, of_late = run_under_quota(world, people, changed, used=QUOTA)
    refused = max([*tries.values(), *late_tries.values()]) - 1
    requests = max((of_few | of_many | of_late).values(), default=0)
    return [
        Row(3, f"share of the quota's rate used, {changed:,} changed", few, "%", at_least=95),
        Row(3, f"the same, {changed * 5:,} changed", many, "%", at_least=95),
        Row(3, f"the same, {changed:,} changed and nothing of the quota left", late, "%"),
        Row(3, "most times that one person was refused", refused, "times", 1),
        Row(3, "most times that one other request was refused", requests, "times", 1),
    ]


def run_under_quota(
    world: World, people: int, changed: int, used: int
) -> tuple[float, Counter[str], Counter[str]]:
    """Queries a minute as a share of the quota's, how often each person was sent, and refusals.

    Refusals are those of whole requests, pages of people among them.
    """
    world.plant(people, ["agent"])
    world.options(latency=0.1, directory_quota_per_minute=QUOTA)
    settings = settings_of(world, QUOTA)
    use_up(settings_of(world, NO_QUOTA), used)
    convergence = Convergence(
        settings, inputs_of(wanted(people, changed)), {}, Ledger(io.StringIO())
    )
    started = time.monotonic()
    convergence.run("bench")
    queries = changed + math.ceil((people + 1) / PAGE) + 1
    rate = queries / (time.monotonic() - started) * 60
    return rate / QUOTA * 100, convergence.result.tries, world.refusals()


def use_up(settings: Settings, queries: int) -> None:
    """Another program has just asked so much."""
    api = DirectoryApi(settings, CUSTOMER, writes=True)
    for start in range(0, queries, 100):
        same = {"Roles": ["agent"]}
        api.update_people("Flex_Details", {email(start + n): same for n in range(100)})


def growth(world: World, folder: Path, sizes: list[int]) -> list[Row]:
    """4: first assignment, 20 ms a request: exponents of time, memory and state size."""
    seen = [first_assignment(world, folder, size) for size in sizes]
    rows = []
    for name, unit, values in zip(
        ("time of up", "time of the run alone", "memory", "state"),
        ("s", "s", "MB", "MB"),
        zip(*seen, strict=True),
        strict=True,
    ):
        rows.append(Row(4, f"exponent of {name}", exponent(sizes, values), "", 1.1))
        pairs = zip(sizes, values, strict=True)
        rows += [Row(4, f"{name} at {size:,} people", value, unit) for size, value in pairs]
    return rows


def first_assignment(world: World, folder: Path, people: int) -> tuple[float, float, float, float]:
    """Seconds of `up`, seconds of the run without engine, peak MB of the provider, MB of state."""
    world.plant(people)
    world.options(latency=0.02)
    alone = ours(settings_of(world, NO_QUOTA), wanted(people, 0))
    world.plant(people)
    world.options(latency=0.02)
    place = folder / f"growth-{people}"
    place.mkdir()
    engine = Engine(place, world)
    engine.people(people)
    run = engine.up()
    return run.seconds, alone, run.peak_mb, engine.state_bytes() / 1e6


def exponent(sizes: list[int], values: tuple[float, ...]) -> float:
    """The slope between the smallest and the largest size on a double logarithmic scale."""
    return math.log(values[-1] / values[0]) / math.log(sizes[-1] / sizes[0])


def wanted(people: int, changed: int) -> dict[str, dict[str, list[str]]]:
    """The first `changed` people get one role more."""
    return {
        email(n): {"roles": ["agent", "supervisor"] if n < changed else ["agent"]}
        for n in range(people)
    }
