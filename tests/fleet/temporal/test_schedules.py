"""Runs that the server begins by itself, and how a ledger hears of them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
from temporalio.client import Client

from fleet.temporal import names, schedules
from fleet.temporal.collect import collect
from fleet.temporal.connection import Where, connect
from fleet.temporal.tasks import FleetOrder, How
from fleet.temporal.worker import Duty, limit_rate
from fleet.tenants import Selector
from fleet.verb import Verb
from models.errors import FlexSsoError
from tests.fleet.temporal.stub import Asker, Stub, fleet_of, working
from tests.temporal_server import TEMPORAL
from tools.temporal.run import TemporalServer

pytestmark = TEMPORAL

QUEUE = "nightly"
NIGHTLY = schedules.Timetable("drift", "17 2 * * *", "Europe/Berlin")


def order(**selector: Any) -> FleetOrder:
    return FleetOrder(how=How(verb=Verb.DRIFT, queue=QUEUE), selector=Selector(**selector))


def asked(server: TemporalServer, ask: Callable[[Client], Coroutine[Any, Any, Any]]) -> Any:
    """The answer of the server."""

    async def do() -> Any:
        return await ask(await connect(Where({}, server.address)))

    return asyncio.run(do())


def test_a_run_of_a_schedule_reaches_the_ledger(temporal: TemporalServer, tmp_path: Path) -> None:
    """It chooses by the workers' files; report, metrics and choice by phase then know of it."""
    asker = Asker(temporal, QUEUE, tmp_path)
    stub = Stub(*fleet_of(4))
    stub.fails = {"t0002.dev"}
    handle = names.schedule_id(QUEUE, "drift")
    chosen = order(names=("t000[123].dev",))
    with working(temporal, stub, Duty(queue=QUEUE, rate=0)):
        asked(temporal, lambda client: schedules.add(client, QUEUE, NIGHTLY, chosen))
        asked(temporal, lambda client: client.get_schedule_handle(handle).trigger())
        deadline = time.monotonic() + 60
        while not (found := asked(temporal, lambda client: collect(client, QUEUE, asker.ledger))):
            assert time.monotonic() < deadline
            time.sleep(0.2)
    listed = asked(temporal, lambda client: schedules.listed(client, QUEUE))
    again = asked(temporal, lambda client: collect(client, QUEUE, asker.ledger))
    asked(temporal, lambda client: schedules.remove(client, QUEUE, "drift"))

    assert ["t0001.dev", "t0002.dev", "t0003.dev"] == sorted(stub.done)
    assert [("drift", 3)] == [(one.run.verb, one.results) for one in found]
    assert {"good": 2, "failed": 1} == asker.counts(found[0].run)
    assert "verified" == asker.ledger.phases()["t0003.dev"]
    assert [("drift", "drift")] == [(one.name, one.verb) for one in listed]
    assert listed[0].last
    assert listed[0].next
    assert [] == again
    assert [] == asked(temporal, lambda client: schedules.listed(client, QUEUE))


def test_what_a_schedule_can_t_be(temporal: TemporalServer) -> None:
    with pytest.raises(FlexSsoError, match="workers know no phases"):
        asked(
            temporal,
            lambda client: schedules.add(client, QUEUE, NIGHTLY, order(phases=("active",))),
        )
    with pytest.raises(FlexSsoError, match="refused"):
        asked(
            temporal,
            lambda client: schedules.add(client, QUEUE, NIGHTLY._replace(when="at night"), order()),
        )
    with pytest.raises(FlexSsoError, match="no schedule drift"):
        asked(temporal, lambda client: schedules.remove(client, QUEUE, "drift"))


def test_a_worker_without_its_rate_does_not_work(temporal: TemporalServer) -> None:
    """Here the server knows no such namespace, and so refuses; `--rate 0` needs none of it."""

    async def limited(rate: float) -> None:
        client = await connect(Where({}, temporal.address, "elsewhere"))
        await limit_rate(client, Duty(rate=rate))

    with pytest.raises(FlexSsoError, match="keeps no rates"):
        asyncio.run(limited(5.0))
    asyncio.run(limited(0))
