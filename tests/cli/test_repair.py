"""`flexsso repair`: whose lock may be broken, and whose may not."""

from __future__ import annotations

import os
import socket
import subprocess
from datetime import UTC, datetime

import pytest

from cli.repair import refuse_living
from fleet.locks import Owner
from models.errors import FlexSsoError

HERE = socket.gethostname()


@pytest.fixture
def dead():
    """A process that has ended."""
    with subprocess.Popen(["true"]) as process:
        process.wait()
    return process.pid


def owner(pid, host=HERE):
    return Owner("ann", host, pid, datetime.now(UTC).isoformat(timespec="seconds"))


def test_a_process_that_is_gone_holds_nothing(dead):
    refuse_living("acme.prod", [owner(dead)], force=False)


def test_a_process_that_runs_here_is_never_robbed():
    with pytest.raises(FlexSsoError, match="is in use by ann@"):
        refuse_living("acme.prod", [owner(os.getpid())], force=True)


def test_another_machines_run_is_robbed_only_by_force(dead):
    with pytest.raises(FlexSsoError, match="look there; if it is dead: --force"):
        refuse_living("acme.prod", [owner(dead, "elsewhere")], force=False)
    refuse_living("acme.prod", [owner(dead, "elsewhere")], force=True)


def test_a_lock_of_nobody_is_not_broken_by_guess():
    with pytest.raises(FlexSsoError, match="does not say by whom"):
        refuse_living("acme.prod", [], force=False)
