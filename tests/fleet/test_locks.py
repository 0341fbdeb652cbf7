"""Whose lock may be broken: only that of somebody who is dead, here."""

from __future__ import annotations

import os
import socket
import subprocess
import sys

from fleet.locks import is_stale, owners

HOST = socket.gethostname()


def locked(host: str, pid: int) -> str:
    """As the engine says it."""
    return (
        "error: the stack is currently locked by 1 lock(s). Either wait for the other process(es)"
        " to end or delete the lock file with `pulumi cancel`.\n  file:///s/.pulumi/locks/x.json:"
        f" created by ops@{host} (pid {pid}) at 2026-11-25T01:02:03Z\n"
    )


def dead_pid() -> int:
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    return process.pid


def test_dead_owner_here_is_stale() -> None:
    assert is_stale(locked(HOST, dead_pid()))


def test_living_owner_is_not() -> None:
    assert not is_stale(locked(HOST, os.getpid()))


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
