"""What a worker does: look stacks up in its checkout, and reconcile one in a process of its own.

As in the pool: the process is forked by a nursery that knows no credentials and gets those of its
stack alone. The worker itself holds everybody's, and gives none to the server.
"""

from __future__ import annotations

import asyncio
import socket
import sys
import time
from typing import TYPE_CHECKING, NamedTuple

from temporalio import activity
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError

from fleet import backends
from fleet.job import job_of
from fleet.ledger import KEPT_OUTPUTS
from fleet.pool import Nursery, result_of
from fleet.result import Outcome, Result
from fleet.temporal import names
from fleet.temporal.beats import Beats, pollers_of
from fleet.temporal.child import Child
from fleet.temporal.kinds import kind_of
from fleet.temporal.tasks import How, StackTask, task_of
from fleet.temporal.turn import StackWorkflow
from fleet.tenants import Selector

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import timedelta
    from pathlib import Path

    from fleet.job import Job
    from fleet.temporal.table import Table

BEAT_SECONDS = 3.0


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

    @activity.defn(name=names.SELECT)
    async def select(self, selector: Selector) -> tuple[str, ...]:
        """Names of the stacks that the selector takes now."""
        await asyncio.to_thread(self._table.read)
        return self._table.chosen(selector)

    @activity.defn(name=names.LOOK_UP)
    async def look_up(self, how: How, stacks: list[str]) -> list[StackTask]:
        """The stacks' turns, for those that have a file here."""
        await asyncio.to_thread(self._table.read)
        known = self._table.stacks
        return [task_of(known[name], how) for name in stacks if name in known]

    @activity.defn(name=names.RECONCILE)
    async def reconcile(self, task: StackTask) -> Result:
        """One stack. A failure that is worth another try is raised, with the result inside."""
        beats = Beats(socket.gethostname(), activity.info().heartbeat_details)
        await asyncio.to_thread(self._table.read)
        if wrong := self._wrong(task.stack):
            return _refused(task, wrong)
        job = self._job(task, await _gone(beats, task.how.queue))
        await _tell(task, is_at_work=True)
        result = kept(await self._do(job, beats))
        _say(result)
        kind = None if _was_cancelled() else kind_of(result)
        if kind is None:
            return result
        wait = kind.wait(activity.info().attempt)
        await _tell(task, is_at_work=False)
        raise _to_try_again(result, kind.name, wait)

    def _wrong(self, stack: str) -> str:
        """Why it can't be done here, if so."""
        if stack not in self._table.stacks:
            return f"This worker's checkout has no file of {stack}."
        if mistake := self._table.stacks[stack].mistake:
            return mistake
        found = backends.problems(self._place.environment, [stack])
        return found[0].what if found else ""

    def _job(self, task: StackTask, gone: tuple[str, ...]) -> Job:
        return job_of(
            self._table.stacks[task.stack],
            task.how.verb,
            project=self._place.project,
            environment=self._place.environment,
            credentials=self._table.credentials,
            look=task.how.look,
            timeout=task.how.timeout,
            gone=gone,
        )

    async def _do(self, job: Job, beats: Beats) -> Result:
        """Reconcile in a process of its own; a cancel asks its engine to end."""
        child = Child(self._alive_nursery().bear(job))
        stopping = False
        while not child.is_done:
            try:
                await child.wait(BEAT_SECONDS)
            except asyncio.CancelledError:
                stopping = True
            if stopping:
                stopping = not child.stop()
            activity.heartbeat(beats.now())
        return result_of(job, child.answer)

    def _alive_nursery(self) -> Nursery:
        if self._nursery is None or not self._nursery.is_alive:
            hidden, environment = self._table.credentials, self._place.environment
            bare = {key: text for key, text in environment.items() if key not in hidden}
            self._nursery = Nursery(self._place.project, bare)
        return self._nursery


async def _gone(beats: Beats, queue: str) -> tuple[str, ...]:
    """Machines that have worked on this stack before and hold nothing any more."""
    activity.heartbeat(beats.now())
    if not beats.others:
        return ()
    try:
        return beats.gone(await pollers_of(activity.client(), queue), time.time())
    except RPCError:
        return ()  # the next attempt asks again


async def _tell(task: StackTask, *, is_at_work: bool) -> None:
    """Have the stack's workflow know. Without that it can still be done, and cancelled."""
    info = activity.info()
    if info.workflow_id is None:
        return
    turn = activity.client().get_workflow_handle_for(
        StackWorkflow.run, info.workflow_id, run_id=info.workflow_run_id
    )
    try:
        await turn.signal(StackWorkflow.at_work, is_at_work)
    except RPCError as error:
        _print(f"note: {task.stack}: the server was not told of its state: {error.message}")


def _was_cancelled() -> bool:
    """Whether somebody stopped the run, rather than this worker."""
    return activity.is_cancelled() and not activity.is_worker_shutdown()


def _to_try_again(result: Result, kind: str, wait: timedelta | None) -> ApplicationError:
    return ApplicationError(
        result.said.partition("\n")[0] or kind,
        result.model_dump(mode="json"),
        type=kind,
        non_retryable=wait is None,
        next_retry_delay=wait,
    )


def _refused(task: StackTask, why: str) -> Result:
    result = Result(stack=task.stack, verb=task.how.verb.value, outcome=Outcome.FAILED, said=why)
    _say(result)
    return result


def kept(result: Result) -> Result:
    """With those outputs alone that a ledger keeps: results stay in the server's history."""
    outputs = {key: result.outputs[key] for key in KEPT_OUTPUTS if key in result.outputs}
    return result.model_copy(update={"outputs": outputs})


def _say(result: Result) -> None:
    """A line for whoever reads the worker's log."""
    attempt = activity.info().attempt
    again = f" (attempt {attempt})" * (attempt > 1)
    said = "" if result.outcome is Outcome.GOOD else result.said.partition("\n")[0]
    line = f"{result.verb} {result.stack}: {result.outcome} in {result.seconds:.1f} s{again} {said}"
    _print(line.rstrip())


def _print(line: str) -> None:
    print(line, file=sys.stderr, flush=True)  # noqa: T201  a worker's output is its log
