"""Whose lock may be broken: only that of somebody who is gone, here."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest

from fleet.locks import Owner, is_stale, owners

HOST = socket.gethostname()
LONG_AGO = "2020-01-01T01:02:03Z"
linux = pytest.mark.skipif(sys.platform != "linux", reason="asks /proc when a process began")


def locked(host: str, pid: int, since: str = "") -> str:
    """As the engine says it."""
    since = since or datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return (
        "error: the stack is currently locked by 1 lock(s). Either wait for the other process(es)"
        " to end or delete the lock file with `pulumi cancel`.\n"
        "  file:///s/.pulumi/locks/organization/flex-google-sso/acme.prod/0a1b.json:"
        f" created by ops@{host} (pid {pid}) at {since}\n"
    )


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Callable[..., int]]:
    """Start a process that calls itself so and sleeps; its number."""
    with ExitStack() as stack:

        def run(*command: str) -> int:
            program = tmp_path / command[0]
            program.symlink_to(sys.executable)
            code = "import sys; sys.stdin.read()"
            process = stack.enter_context(
                subprocess.Popen([program, "-c", code, *command[1:]], stdin=subprocess.PIPE)
            )
            return process.pid

        yield run


def dead_pid() -> int:
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    return process.pid


def test_owner_is_read_from_what_the_engine_says() -> None:
    owner = Owner("ops", "h", 4711, LONG_AGO, "acme.prod")

    assert [owner] == owners(locked("h", 4711, LONG_AGO))
    assert "ops@h (process 4711, since 2020-01-01T01:02:03Z)" == str(owner)


def test_dead_owner_here_is_stale() -> None:
    assert is_stale(locked(HOST, dead_pid()))


def test_owner_that_nobody_reaped_is_stale() -> None:
    """A zombie writes nothing."""
    with subprocess.Popen([sys.executable, "-c", ""], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.read()
        while not is_stale(locked(HOST, process.pid)):
            pass


def test_living_owner_is_not() -> None:
    assert not is_stale(locked(HOST, os.getpid()))


@linux
@pytest.mark.parametrize(
    ("command", "since", "stale"),
    [
        (["cron"], LONG_AGO, True),
        (["cron"], "", False),
        (["cron"], "no time", False),
        (["pulumi", "up", "--stack", "beta.prod"], LONG_AGO, True),
        (["pulumi", "up", "--stack=beta.prod"], LONG_AGO, True),
        (["pulumi", "up", "-s", "acme.prod"], LONG_AGO, False),
        (["pulumi", "up", "-s", "organization/flex-google-sso/acme.prod"], LONG_AGO, False),
        (["pulumi", "up"], LONG_AGO, False),
    ],
)
def test_a_number_that_somebody_else_has_now(
    running: Callable[..., int], command: list[str], since: str, stale: bool
) -> None:
    """Who began after the lock did not take it; an engine that may be this stack's is spared."""
    assert stale is is_stale(locked(HOST, running(*command), since))


def test_owner_elsewhere_is_left_alone() -> None:
    """Its number says nothing about this machine's processes."""
    assert not is_stale(locked("another-host.example", dead_pid()))


def test_owner_on_a_machine_that_is_gone_is_stale() -> None:
    """Who calls knows that of each machine by itself: another one may live."""
    said = locked("pod-7", os.getpid())

    assert is_stale(said, ("pod-7",))
    assert not is_stale(said, ("pod-8",))
    assert not is_stale(said + locked("laptop", 7).partition("\n")[2], ("pod-7",))


def test_other_complaints_are_no_lock() -> None:
    assert [] == owners("error: created by ops@here (pid 1)")
    assert not is_stale("error: no stack named 'x' found")
