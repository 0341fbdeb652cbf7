"""A worker: takes stacks from the queue of a fleet, as many at once as its machine can do.

Told to end (SIGTERM, Ctrl-C), it takes nothing further and lets the stacks in flight finish. Those
that are not done after the grace are stopped cleanly and handed back, for another worker to do.
"""

from __future__ import annotations

import asyncio
import signal
import sys
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple, Protocol

from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import RateLimit
from temporalio.api.workflowservice.v1 import UpdateTaskQueueConfigRequest
from temporalio.service import RPCError
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from fleet.pool import default_size
from fleet.temporal import names
from fleet.temporal.activities import BEAT_SECONDS, Activities, Place
from fleet.temporal.connection import Where, connect, ensure_search_attributes
from fleet.temporal.turn import StackWorkflow
from fleet.temporal.workflows import BatchWorkflow, FleetWorkflow
from models.errors import FlexSsoError

if TYPE_CHECKING:
    from collections.abc import Callable

    from temporalio.client import Client

    from fleet.temporal.table import Table

_AFTER_STOP = timedelta(seconds=75)  # an engine may take a minute to end the call that it is in


class Duty(NamedTuple):
    """How a worker works. `rate`: stacks begun a second for each account, fleet-wide; 0: any."""

    queue: str = names.QUEUE
    size: int = 0
    rate: float = 5.0
    grace: float = 120.0


class Does(Protocol):
    """The three activities."""

    @property
    def select(self) -> Callable[..., object]: ...  # noqa: D102
    @property
    def look_up(self) -> Callable[..., object]: ...  # noqa: D102
    @property
    def reconcile(self) -> Callable[..., object]: ...  # noqa: D102


async def work(where: Where, place: Place, table: Table, duty: Duty) -> None:
    """Work until told to end. Raises FlexSsoError if the server can't be used."""
    client = await connect(where)
    await ensure_search_attributes(client)
    await limit_rate(client, duty)
    activities = Activities(place, table)
    stacks, rest = workers(client, activities, duty)
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    _say(f"working for {duty.queue} at {client.service_client.config.target_host},"
         f" {duty.size or default_size()} stacks at once; Ctrl-C drains")  # fmt: skip
    try:
        async with rest, stacks:
            await ended.wait()
            _say("draining: nothing further is begun")
    finally:
        activities.close()


def workers(client: Client, activities: Does, duty: Duty) -> tuple[Worker, Worker]:
    """For stacks, and for workflows with their quick look-ups: those must never wait for stacks."""
    stacks = Worker(
        client,
        task_queue=names.stacks_queue(duty.queue),
        activities=[activities.reconcile],
        max_concurrent_activities=duty.size or default_size(),
        max_heartbeat_throttle_interval=timedelta(seconds=BEAT_SECONDS),  # which bring cancels
        graceful_shutdown_timeout=timedelta(seconds=duty.grace),
    )
    rest = Worker(
        client,
        task_queue=duty.queue,
        workflows=[FleetWorkflow, BatchWorkflow, StackWorkflow],
        activities=[activities.select, activities.look_up],
        # Theirs would import our modules for each workflow again: slow, and of a checkout that has
        # changed meanwhile, which a worker outlives.
        workflow_runner=UnsandboxedWorkflowRunner(),
        debug_mode=True,  # no alarm at a workflow that is late: engines keep processors busy
        graceful_shutdown_timeout=_AFTER_STOP,
    )
    return stacks, rest


async def limit_rate(client: Client, duty: Duty) -> None:
    """Have the server begin at most so many stacks a second for each account.

    Raises FlexSsoError if it keeps no such rate, and one is wanted.
    """
    limit = RateLimit(requests_per_second=duty.rate) if duty.rate else None
    request = UpdateTaskQueueConfigRequest(
        namespace=client.namespace,
        identity=client.identity,
        task_queue=names.stacks_queue(duty.queue),
        task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY,
        update_fairness_key_rate_limit_default=UpdateTaskQueueConfigRequest.RateLimitUpdate(
            rate_limit=limit, reason="stacks begun a second for each Google customer"
        ),
    )
    try:
        await client.workflow_service.update_task_queue_config(request)
    except RPCError as error:
        if duty.rate:
            raise FlexSsoError(
                f"This server keeps no rates for accounts: {error.message}",
                hint="docs/how-to/fleet-temporal.md; or --rate 0 to do without",
            ) from None


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)  # noqa: T201  a worker's output is its log
