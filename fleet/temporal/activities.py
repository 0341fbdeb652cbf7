"""What a worker does: look stacks up in its checkout, and reconcile one in a process of its own.

As in the pool: the process is forked by a nursery that knows no credentials and gets those of its
stack alone. The worker itself holds everybody's, and gives none to the server.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from typing import TYPE_CHECKING, NamedTuple

from temporalio import activity
from temporalio.exceptions import ApplicationError

from fleet.job import job_of
from fleet.ledger import KEPT_OUTPUTS
from fleet.pool import Nursery, result_of
from fleet.result import Outcome, Result
from fleet.temporal import workflows
from fleet.temporal.kinds import kind_of
from fleet.temporal.tasks import How, StackTask, task_of
from fleet.tenants import Selector

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from fleet.job import Job
    from fleet.temporal.table import Table

_BEAT_SECONDS = 3.0


class Place(NamedTuple):
    """Where stacks are reconciled: the project, and the environment with all credentials."""

    project: Path
    environment: Mapping[str, str]

    @classmethod
    def of(cls, project: Path, environment: Mapping[str, str]) -> Place:
        """The environment without the worker's own access to the server."""
        theirs = {key: text for key, text in environment.items() if not key.startswith("TEMPORAL_")}
        return cls(project, theirs)


class Activities:
    """The activities of a worker process."""

    def __init__(self, place: Place, table: Table) -> None:
        self._place = place
        self._table = table
        self._nursery: Nursery | None = None

    def close(self) -> None:
        """End the nursery, and what it still runs."""
        if self._nursery is not None:
            self._nursery.close()

    @activity.defn(name=workflows.SELECT)
    async def select(self, selector: Selector) -> tuple[str, ...]:
        """Names of the stacks that the selector takes now."""
        self._table.read()
        return self._table.chosen(selector)

    @activity.defn(name=workflows.LOOK_UP)
    async def look_up(self, how: How, stacks: list[str]) -> list[StackTask]:
        """The stacks' turns, for those that have a file here."""
        self._table.read()
        known = self._table.stacks
        return [task_of(known[name], how) for name in stacks if name in known]

    @activity.defn(name=workflows.RECONCILE)
    async def reconcile(self, task: StackTask) -> Result:
        """One stack. A failure that is worth another try is raised, with the result inside."""
        result = kept(await self._do(self._job(task)))
        _say(result)
        stopped_by_us = activity.is_cancelled() and not activity.is_worker_shutdown()
        kind = None if stopped_by_us else kind_of(result)
        if kind is None:
            return result
        wait = kind.wait(activity.info().attempt)
        raise ApplicationError(
            result.said.partition("\n")[0] or kind.name,
            result.model_dump(mode="json"),
            type=kind.name,
            non_retryable=wait is None,
            next_retry_delay=wait,
        )

    def _job(self, task: StackTask) -> Job:
        self._table.read()
        stack = self._table.stacks.get(task.stack)
        if stack is None:
            what = f"This worker's checkout has no file of {task.stack}."
            raise ApplicationError(what, non_retryable=True)
        return job_of(
            stack,
            task.how.verb,
            project=self._place.project,
            environment=self._place.environment,
            credentials=self._table.credentials,
            look=task.how.look,
            timeout=task.how.timeout,
        )

    async def _do(self, job: Job) -> Result:
        """Reconcile in a process of its own; a cancel asks its engine to end."""
        own = self._alive_nursery().bear(job)
        reader, writer = await asyncio.open_connection(sock=own)
        with contextlib.closing(writer):
            pid = int(await reader.readline() or 0)
            answer = asyncio.create_task(reader.read())
            while not answer.done():
                try:
                    await asyncio.wait({answer}, timeout=_BEAT_SECONDS)
                except asyncio.CancelledError:
                    _stop(pid)
                activity.heartbeat()
            return result_of(job, b"" if answer.exception() else answer.result())

    def _alive_nursery(self) -> Nursery:
        if self._nursery is None or not self._nursery.is_alive:
            hidden, environment = self._table.credentials, self._place.environment
            bare = {key: text for key, text in environment.items() if key not in hidden}
            self._nursery = Nursery(self._place.project, bare)
        return self._nursery


def kept(result: Result) -> Result:
    """With those outputs alone that a ledger keeps: results stay in the server's history."""
    outputs = {key: result.outputs[key] for key in KEPT_OUTPUTS if key in result.outputs}
    return result.model_copy(update={"outputs": outputs})


def _stop(pid: int) -> None:
    if pid:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)


def _say(result: Result) -> None:
    """A line for whoever reads the worker's log."""
    attempt = activity.info().attempt
    again = f" (attempt {attempt})" * (attempt > 1)
    said = "" if result.outcome is Outcome.GOOD else result.said.partition("\n")[0]
    line = f"{result.verb} {result.stack}: {result.outcome} in {result.seconds:.1f} s{again} {said}"
    print(line.rstrip(), file=sys.stderr, flush=True)  # noqa: T201  a worker's output is its log
