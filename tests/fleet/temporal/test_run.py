"""Runs through a real server: batches, leases, turns, canaries, ends of all kinds."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from fleet.ledger import Run
from fleet.run import Ending, Options
from fleet.temporal.worker import Duty
from tests.fleet.temporal.stub import Asker, Stub, fleet_of, working
from tests.temporal_server import TEMPORAL
from tools.temporal.run import TemporalServer

pytestmark = TEMPORAL

MANY, IN_A_BATCH = 24, 9


@pytest.fixture
def asker(temporal: TemporalServer, tmp_path: Path, request: pytest.FixtureRequest) -> Asker:
    """With a queue of its own."""
    return Asker(temporal, request.node.name, tmp_path)


def names_of(number: int) -> list[str]:
    return [one.name for one in fleet_of(number)]


def until(holds: Callable[[], object]) -> None:
    deadline = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_many_stacks_go_in_batches(temporal: TemporalServer, asker: Asker) -> None:
    """More than a batch holds, each done once, found again by what they are."""
    stub, names = Stub(*fleet_of(MANY)), names_of(MANY)
    stub.fails = {"t0007.dev"}
    run = asker.begin(names)
    with working(temporal, stub, Duty(queue=asker.queue, size=50, rate=0)):
        ending = asker.go(run, batch=IN_A_BATCH)

    assert Ending.ALL_DONE is ending
    assert {"good": MANY - 1, "failed": 1} == asker.counts(run)
    assert names == sorted(stub.done)
    assert 3 == len(asker.ask("WorkflowType = 'BatchWorkflow'"))
    assert [f"{asker.queue}:t0022.dev"] == asker.ask("FlexssoTenant = 't0022'")
    assert [f"{asker.queue}:t0007.dev"] == asker.ask("FlexssoOutcome = 'failed'")
    assert MANY == len(asker.ask("FlexssoEnvironment = 'dev' AND FlexssoPhase = 'verified'"))


def test_two_runs_never_work_on_one_stack_at_once(temporal: TemporalServer, asker: Asker) -> None:
    """The id of a stack's workflow is its lease: the second run waits until the first lets go."""
    stub = Stub(*fleet_of(1), seconds=1)
    first, second = asker.begin(names_of(1)), asker.begin(names_of(1))
    with working(temporal, stub, Duty(queue=asker.queue, size=4, rate=0)):
        other = threading.Thread(target=_go_elsewhere, args=(asker, first))
        other.start()
        until(lambda: asker.ask("WorkflowType = 'StackWorkflow' AND ExecutionStatus = 'Running'"))
        asker.go(second)
        other.join()

    (_, _, ended), (_, began, _) = sorted(stub.took, key=lambda one: one[1])
    assert ended <= began
    assert {"good": 1} == asker.counts(second) == asker.counts(first)


def _go_elsewhere(asker: Asker, run: Run) -> None:
    """As another process would: with a connection of its own to the ledger."""
    mine = Asker(asker.server, asker.queue, asker.folder)
    mine.go(run)


def test_stacks_of_one_account_take_turns(temporal: TemporalServer, asker: Asker) -> None:
    """Three of one Google customer, one after another, however many slots there are."""
    stub = Stub(*fleet_of(3, customer="C0"), *fleet_of(4)[3:], seconds=0.3)
    run = asker.begin(names_of(4))
    with working(temporal, stub, Duty(queue=asker.queue, size=4, rate=0)):
        asker.go(run)

    turns = sorted((began, ended) for stack, began, ended in stub.took if stack != "t0003.dev")
    assert {"good": 4} == asker.counts(run)
    assert all(before[1] <= after[0] for before, after in pairwise(turns))
    assert any(stack == "t0003.dev" and began < turns[1][0] for stack, began, _ in stub.took)


def test_a_canary_that_fails_keeps_all_others(temporal: TemporalServer, asker: Asker) -> None:
    stub = Stub(*fleet_of(5))
    stub.fails = {"t0001.dev"}
    run = asker.begin(names_of(5))
    with working(temporal, stub, Duty(queue=asker.queue, rate=0)):
        ending = asker.go(run, Options(canary=2))

    assert Ending.CANARY_FAILED is ending
    assert ["t0000.dev", "t0001.dev"] == sorted(stub.done)
    assert {"good": 1, "failed": 1, "": 3} == asker.counts(run)


def test_too_many_failures_end_the_run(temporal: TemporalServer, asker: Asker) -> None:
    """What no worker has begun by then is left for `--resume`."""
    stub = Stub(*fleet_of(12), seconds=0.5)
    stub.fails = set(names_of(12))
    run = asker.begin(names_of(12))
    with working(temporal, stub, Duty(queue=asker.queue, size=1, rate=0)):
        ending = asker.go(run, Options(max_failures=1))

    failed = asker.counts(run)["failed"]
    assert Ending.TOO_MANY_FAILED is ending
    assert 2 <= failed < 12
    assert failed == len(stub.done)


@pytest.mark.parametrize("wishes", [("drain",), ("drain", "stop")])
def test_an_end_that_somebody_asks_for(
    temporal: TemporalServer, asker: Asker, wishes: tuple[str, ...]
) -> None:
    """Ctrl-C lets the stack in flight finish, a second one stops it; nothing else is begun."""
    asker.queue = f"end-{'-'.join(wishes)}"
    stub = Stub(*fleet_of(3), seconds=4 if len(wishes) == 1 else 60)
    run, going = asker.begin(names_of(3)), asker.made()
    seen: list[str] = []

    def ask() -> None:
        until(lambda: going.running)
        seen.extend(going.running)
        for wish in wishes:
            getattr(going, wish)()

    with working(temporal, stub, Duty(queue=asker.queue, size=1, rate=0)):
        person = threading.Thread(target=ask)
        person.start()
        ending = going.go(run, asker.ledger.left(run), asker.ledger, lambda *_: None)
        person.join()
        stub.seconds = 0
        counts, first = asker.counts(run), list(stub.done)
        told = [(one.stack, one.outcome, one.said) for one in asker.ledger.results(run)]
        again = asker.go(run)

    assert Ending.DRAINED is ending
    assert {"good" if len(wishes) == 1 else "interrupted": 1, "": 2} == counts, told
    assert seen == first
    assert Ending.ALL_DONE is again
    assert {"good": 3} == asker.counts(run)
    assert (3 if len(wishes) == 1 else 4) == len(stub.done)


def test_a_run_whose_asker_died_is_found_again(temporal: TemporalServer, asker: Asker) -> None:
    """What the workers did meanwhile is written down, and not done again."""
    stub = Stub(*fleet_of(3))
    stub.fails = {"t0002.dev"}
    run = asker.begin(names_of(3))

    def dies(*_: object) -> None:
        raise KeyboardInterrupt

    with working(temporal, stub, Duty(queue=asker.queue, size=1, rate=0)):
        with pytest.raises(KeyboardInterrupt):
            asker.go(run, heard=dies)
        until(lambda: not asker.ask("ExecutionStatus = 'Running'"))
        stub.fails = set()
        asker.go(run)

    assert {"good": 3} == asker.counts(run)
    assert ["t0000.dev", "t0001.dev", "t0002.dev", "t0002.dev"] == sorted(stub.done)


def test_a_stack_without_a_file_at_the_workers_fails(
    temporal: TemporalServer, asker: Asker
) -> None:
    run = asker.begin([*names_of(1), "unknown.dev"])
    with working(temporal, Stub(*fleet_of(1)), Duty(queue=asker.queue, rate=0)):
        asker.go(run)

    assert {"good": 1, "failed": 1} == asker.counts(run)
    assert "no file" in asker.ledger.results(run)[1].said


def test_a_stack_whose_worker_is_not_heard_of_is_done_by_another(
    temporal: TemporalServer, asker: Asker
) -> None:
    """After the heartbeat timeout; the next attempt knows which machine had it."""
    stub = Stub(*fleet_of(1))
    stub.dies = {"t0000.dev"}
    run = asker.begin(names_of(1))
    with working(temporal, stub, Duty(queue=asker.queue, size=2, rate=0, grace=0)):
        asker.go(run)

    assert {"good": 1} == asker.counts(run)
    assert [{"a-machine-that-dies"}] == stub.heard
