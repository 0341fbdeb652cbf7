"""The pool and its nursery: deaths, stops and time-outs, without an engine."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from fleet.job import Job
from fleet.ledger import Ledger
from fleet.pool import Pool
from fleet.processes import end_leftovers, is_alive
from fleet.result import Outcome, Result
from fleet.run import FleetRun, Options
from fleet.tenants import FleetStack
from fleet.verb import Verb

ROOT = Path(__file__).resolve().parents[2]
NEVER = "tests.fleet.looks:never"

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are found in /proc")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder whose nursery finds our packages."""
    for part in ("fleet", "models", "components", "providers", "tests"):
        (tmp_path / part).symlink_to(ROOT / part)
    return tmp_path


def job(project: Path, stack: str, **more: object) -> Job:
    told = {
        "stack": stack,
        "verb": Verb.VERIFY,
        "project": project,
        "environment": {},
        "look": NEVER,
    }
    return Job.model_validate({**told, **more})


def one_result(pool: Pool) -> Result:
    while not (done := pool.wait(10)):
        pass
    return done[0]


def until(holds: Callable[[], object]) -> None:
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def nursery_of(pool: Pool) -> int:
    """Its process, as /proc tells: our child that runs it."""
    own = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split()
    commands = {int(pid): Path(f"/proc/{pid}/cmdline").read_bytes() for pid in own}
    (found,) = (pid for pid, command in commands.items() if b"fleet.nursery" in command)
    return found


def test_a_nursery_that_died_is_replaced(project: Path) -> None:
    """Who was in its care is stopped; whoever comes next is looked after as ever."""
    with Pool(project, {}, 2) as pool:
        pool.start(job(project, "a.dev"))
        until((project / "a.dev.looking").exists)
        os.kill(nursery_of(pool), signal.SIGKILL)
        stopped = one_result(pool)
        pool.start(job(project, "b.dev", mistake="no YAML"))
        after = one_result(pool)

    assert (Outcome.INTERRUPTED, "a.dev") == (stopped.outcome, stopped.stack)
    assert (Outcome.FAILED, "no YAML") == (after.outcome, after.said)


def test_verify_ends_in_time_and_when_told(project: Path) -> None:
    with Pool(project, {}, 2) as pool:
        pool.start(job(project, "late.dev", timeout=0.2))
        late = one_result(pool)
        pool.start(job(project, "told.dev"))
        until((project / "told.dev.looking").exists)
        pool.stop()
        told = one_result(pool)

    assert (Outcome.FAILED, "stopped after 0 s") == (late.outcome, late.said)
    assert Outcome.INTERRUPTED is told.outcome


def test_what_is_in_flight_when_a_run_breaks_is_written_down(project: Path) -> None:
    """A full disk, a bug: whatever ends the run, the ledger learns how its stacks ended."""
    stacks = [FleetStack(name="a.dev", mistake="no YAML"), FleetStack(name="b.dev")]
    ledger = Ledger(project / "fleet.sqlite")
    begun = ledger.begin("verify", ["a.dev", "b.dev"])

    def broken(_run: FleetRun, _result: Result) -> None:
        until((project / "b.dev.looking").exists)
        raise OSError("no space left on device")

    with pytest.raises(OSError, match="no space"):
        FleetRun(project, stacks, {}, Options(size=2, look=NEVER)).go(
            begun, ["a.dev", "b.dev"], ledger, broken
        )

    assert [("a.dev", Outcome.FAILED), ("b.dev", Outcome.INTERRUPTED)] == [
        (one.stack, one.outcome) for one in ledger.results(begun)
    ]


def test_forks_that_outlived_everybody_are_found(tmp_path: Path) -> None:
    """Their environment goes on showing what it was at the start of their program."""
    code = """
        import os, signal, sys, time
        from fleet.processes import carry
        carry(sys.argv[1])
        if os.fork():
            os._exit(0)
        print(os.getpid(), flush=True)
        os.close(1)
        time.sleep(3600)
    """
    mark = f"{tmp_path}#a.dev"
    command = [sys.executable, "-c", textwrap.dedent(code), mark]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        left = int(process.stdout.readline())

    assert 0 == end_leftovers(f"{tmp_path}#another.dev")
    assert is_alive(left)
    assert 1 == end_leftovers(mark)
    assert not is_alive(left)
