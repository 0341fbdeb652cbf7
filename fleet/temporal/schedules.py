"""Runs that the server begins by itself, nightly drift say.

A schedule chooses its stacks when it is due, by the files that the workers then have. Its runs are
like all others; what they came to is fetched by `fleet.temporal.collect`.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from temporalio.client import (
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    SchedulePolicy,
    ScheduleSpec,
    ScheduleState,
)
from temporalio.service import RPCError, RPCStatusCode

from fleet.temporal import names
from fleet.temporal.connection import ensure_search_attributes, refused
from fleet.temporal.workflows import FleetWorkflow
from models.errors import FlexSsoError

if TYPE_CHECKING:
    from datetime import datetime

    from temporalio.client import Client

    from fleet.temporal.tasks import FleetOrder

_LATE = timedelta(hours=6)  # a run that was missed while the server was down is still begun


class Timetable(NamedTuple):
    """A schedule. `when` is as cron has it, in the time zone of that name."""

    name: str
    when: str
    zone: str = "UTC"


class Listed(NamedTuple):
    """A schedule as the server knows it."""

    name: str
    verb: str
    last: datetime | None
    next: datetime | None


async def add(client: Client, queue: str, timetable: Timetable, order: FleetOrder) -> None:
    """Have the order be given then. Raises FlexSsoError if there is one of that name already."""
    if order.selector.phases:
        raise FlexSsoError(
            "A schedule can't choose by phase: workers know no phases.",
            hint="choose by tenant, environment or label",
        )
    await ensure_search_attributes(client)
    schedule = Schedule(
        action=ScheduleActionStartWorkflow(
            FleetWorkflow.run,
            order,
            id=names.run_id(queue, f"{names.SCHEDULED}{timetable.name}"),
            task_queue=queue,
        ),
        spec=ScheduleSpec(cron_expressions=[timetable.when], time_zone_name=timetable.zone),
        policy=SchedulePolicy(catchup_window=_LATE),  # one that is due while one runs is skipped
        state=ScheduleState(note=order.how.verb.value),
    )
    try:
        await client.create_schedule(names.schedule_id(queue, timetable.name), schedule)
    except ScheduleAlreadyRunningError:
        raise FlexSsoError(
            f"There is a schedule {timetable.name} already.",
            hint=f"./flexsso fleet schedule remove {timetable.name}, or another --name",
        ) from None
    except RPCError as error:
        raise refused(error) from None


async def listed(client: Client, queue: str) -> list[Listed]:
    """Those of the fleet, by name."""
    prefix = names.schedule_id(queue, "")
    found = []
    try:
        async for one in await client.list_schedules():
            if one.id.startswith(prefix):
                known = await client.get_schedule_handle(one.id).describe()
                past, due = known.info.recent_actions, known.info.next_action_times
                found.append(
                    Listed(
                        one.id.removeprefix(prefix),
                        known.schedule.state.note or "",
                        past[-1].started_at if past else None,
                        due[0] if due else None,
                    )
                )
    except RPCError as error:
        raise refused(error) from None
    return sorted(found)


async def remove(client: Client, queue: str, name: str) -> None:
    """Forget it; a run that it began goes on. Raises FlexSsoError if there is none."""
    try:
        await client.get_schedule_handle(names.schedule_id(queue, name)).delete()
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise refused(error) from None
        raise FlexSsoError(
            f"There is no schedule {name}.", hint="./flexsso fleet schedule list"
        ) from None
