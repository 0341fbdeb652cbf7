"""A run: a verb on many stacks, through the pool, written down as it goes.

It ends early where too many fail, where a canary fails, or where somebody asks it to drain: what
is in flight is finished, nothing further is begun, and the ledger knows what is left.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from fleet.credentials import all_names
from fleet.job import job_of
from fleet.pool import Pool
from fleet.result import Outcome, Result
from fleet.verb import Verb

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from fleet.ledger import Ledger, Run
    from fleet.tenants import FleetStack


class Options(NamedTuple):
    """How a run goes. The first `canary` stacks must all go well before any other is begun.

    At most `per_account` stacks are at work on one Google customer or one Flex account at once:
    both vendors limit concurrency by account, and no higher quota can be had for that.
    """

    size: int = 0
    per_account: int = 1
    max_failures: int | None = None
    canary: int = 0
    look: str = ""
    timeout: float = 0.0


class Ending(StrEnum):
    """Why a run ended."""

    ALL_DONE = "all done"
    DRAINED = "drained: somebody asked to stop"
    TOO_MANY_FAILED = "too many failed"
    CANARY_FAILED = "a canary failed"


Tell = Callable[["FleetRun", Result], None]


class FleetRun:
    """One run. `drain` and `stop` may be called from a signal handler."""

    def __init__(
        self,
        project: Path,
        fleet: Iterable[FleetStack],
        environment: Mapping[str, str],
        options: Options,
    ) -> None:
        """`fleet` are all stacks there are, so that everybody's credentials are known."""
        self._project = project
        self._stacks = {one.name: one for one in fleet}
        self._environment = environment
        self._credentials = all_names(self._stacks.values())
        self._options = options
        self._pool: Pool | None = None
        self._draining = False
        self.results: list[Result] = []
        self.total = 0

    @property
    def running(self) -> list[str]:
        """Stacks at work now."""
        return self._pool.running if self._pool else []

    def drain(self) -> None:
        """Begin nothing further; finish what is in flight."""
        self._draining = True

    def stop(self) -> None:
        """Drain, and ask the engines in flight to end where they are."""
        self.drain()
        if self._pool is not None:
            self._pool.stop()

    def go(self, run: Run, stacks: Sequence[str], ledger: Ledger, tell: Tell) -> Ending:
        """Do them all; `tell` hears of each result as it comes in."""
        self.total = len(stacks)
        hidden = self._credentials
        bare = {key: text for key, text in self._environment.items() if key not in hidden}
        waiting = list(stacks)
        self._pool = Pool(self._project, bare, self._options.size)
        try:
            with self._pool:
                while self._pool.running or (waiting and self._verdict() is None):
                    while (chosen := self._next(waiting)) is not None:
                        waiting.remove(chosen)
                        self._begin(run, chosen, ledger)
                    for result in self._pool.wait(1.0):
                        ledger.finished(run, result)
                        self.results.append(result)
                        tell(self, result)
        finally:
            for result in self._pool.late:  # something went wrong here, and they were stopped
                ledger.finished(run, result)
        if not waiting and not ledger.left(run):
            ledger.ended(run)
        return (self._verdict() or Ending.ALL_DONE) if waiting else Ending.ALL_DONE

    def _begin(self, run: Run, stack: str, ledger: Ledger) -> None:
        assert self._pool is not None  # noqa: S101  for the type checker
        ledger.started(run, stack)
        job = job_of(
            self._stacks[stack],
            Verb(run.verb),
            project=self._project,
            environment=self._environment,
            credentials=self._credentials,
            look=self._options.look,
            timeout=self._options.timeout,
        )
        self._pool.start(job)

    def _next(self, waiting: Sequence[str]) -> str | None:
        """The first that may be begun now: there is room, also in its accounts."""
        assert self._pool is not None  # noqa: S101  for the type checker
        if self._pool.is_full or not waiting or not self._may_begin():
            return None
        busy = Counter(one for stack in self.running for one in self._accounts(stack))
        full = {account for account, number in busy.items() if number >= self._options.per_account}
        return next((stack for stack in waiting if full.isdisjoint(self._accounts(stack))), None)

    def _accounts(self, stack: str) -> set[str]:
        """The vendors' accounts whose quotas it uses."""
        return {self._stacks[stack].customer, self._stacks[stack].account_sid} - {""}

    def _may_begin(self) -> bool:
        """Whether a further stack may be begun now; canaries go first, alone."""
        if self._verdict() is not None:
            return False
        begun = len(self.results) + len(self.running)
        return begun < self._options.canary or len(self.results) >= self._options.canary

    def _verdict(self) -> Ending | None:
        """Why nothing further may be begun, if so."""
        failed = sum(one.outcome is Outcome.FAILED for one in self.results)
        if self._draining:
            return Ending.DRAINED
        if self._options.max_failures is not None and failed > self._options.max_failures:
            return Ending.TOO_MANY_FAILED
        first = self.results[: self._options.canary]
        if any(one.outcome is Outcome.FAILED for one in first):
            return Ending.CANARY_FAILED
        return None


def count(results: Iterable[Result]) -> dict[str, int]:
    """Outcome → how many."""
    return dict(Counter(one.outcome.value for one in results))
