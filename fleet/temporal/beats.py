"""Which machines have worked on a stack, and when each was last heard of.

It travels in the heartbeats of the activity, so the next attempt, on another machine, knows whose
lock it finds. An attempt whose worker died is followed by the next after `HEARTBEAT`; its engine,
if it lived on, ended its call within `GRACE_SECONDS`. A machine that has been silent for both, and
does not ask for work either, holds nothing any more: under the stack's lease its lock is stale.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NamedTuple

from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest

from fleet.engine import GRACE_SECONDS
from fleet.temporal import names
from fleet.temporal.turn import HEARTBEAT

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from temporalio.client import Client

SILENCE_SECONDS = HEARTBEAT.total_seconds() + GRACE_SECONDS


class Poller(NamedTuple):
    """Who asks a queue for work, and when (epoch seconds) it last did."""

    host: str
    at: float


class Beats:
    """Host → when it was last heard of, in epoch seconds."""

    def __init__(self, host: str, details: Sequence[Any] = ()) -> None:
        """`host` is ours; `details` are those of the attempt before this one."""
        self._host = host
        self._heard: dict[str, float] = {}
        if details and isinstance(details[0], dict):
            self._heard = {str(one): float(at) for one, at in details[0].items()}

    def now(self) -> dict[str, float]:
        """What to put into a heartbeat."""
        self._heard[self._host] = time.time()
        return dict(self._heard)

    @property
    def others(self) -> set[str]:
        """Machines of earlier attempts."""
        return set(self._heard) - {self._host}

    def gone(self, pollers: Sequence[Poller], now: float) -> tuple[str, ...]:
        """Those of them whose locks are stale."""
        asking = {one.host for one in pollers if now - one.at <= SILENCE_SECONDS}
        return tuple(
            sorted(
                host for host in self.others - asking if now - self._heard[host] > SILENCE_SECONDS
            )
        )


async def pollers_of(client: Client, queue: str) -> list[Poller]:
    """Workers that ask for stacks of the fleet; the server remembers them for five minutes.

    Raises RPCError.
    """
    request = DescribeTaskQueueRequest(
        namespace=client.namespace,
        task_queue=TaskQueue(name=names.stacks_queue(queue)),
        task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY,
    )
    answer = await client.workflow_service.describe_task_queue(request)
    return [
        Poller(one.identity.partition("@")[2], one.last_access_time.ToMicroseconds() / 1e6)
        for one in answer.pollers
    ]
