"""`./flexsso status --watch` beside an `up`, on a real terminal and in a pipe."""

from __future__ import annotations

import os
import pty
import select
import signal
import subprocess
import time
from collections.abc import Callable, Iterator

import pytest

from tests.checkout import Checkout, checkout

pytestmark = pytest.mark.xdist_group("status_watch")
LONGEST = 60


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Checkout]:
    with checkout(tmp_path_factory.mktemp("watch")) as found:
        yield found


def new_stack(copy: Checkout, name: str) -> str:
    like = str(copy.root / "stacks" / "Pulumi.sandbox.dev.yaml")
    copy.flexsso("new", name, "--from", like, "--sandbox")
    return name


def reader(descriptor: int) -> Callable[[str], str]:
    """Read until a text was seen; returns all that was read so far."""
    seen = ""

    def until(text: str) -> str:
        nonlocal seen
        ends = time.monotonic() + LONGEST
        while text not in seen:
            ready, _, _ = select.select([descriptor], [], [], ends - time.monotonic())
            assert ready, seen
            seen += os.read(descriptor, 65536).decode()
        return seen

    return until


def watch(copy: Checkout, stack: str, *options: str, out: int) -> subprocess.Popen[bytes]:
    command = ["./flexsso", "status", stack, "--watch", "--interval", "1", *options]
    return subprocess.Popen(
        command, cwd=copy.root, env={**copy.environment, "TERM": "xterm"}, stdout=out
    )


def test_a_terminal_is_redrawn_and_shows_what_an_up_changed(copy):
    stack = new_stack(copy, "watch.tty")
    ours, theirs = pty.openpty()
    process = watch(copy, stack, out=theirs)
    until = reader(ours)

    until("not_deployed")
    until("Ctrl-C ends this")
    copy.flexsso("up", stack, "--yes", "--skip-preview")
    seen = until("status: not_deployed → awaiting_connection")
    process.send_signal(signal.SIGINT)

    assert 0 == process.wait(LONGEST)
    assert "\x1b[2K" in seen, "lines are cleared and drawn again"
    os.close(ours)
    os.close(theirs)


def test_a_pipe_gets_a_json_object_for_each_change(copy):
    stack = new_stack(copy, "watch.pipe")
    ours, theirs = os.pipe()
    process = watch(copy, stack, "--json", out=theirs)
    until = reader(ours)

    until('"status": "not_deployed"')
    copy.flexsso("up", stack, "--yes", "--skip-preview")
    seen = until('"status": "awaiting_connection"')
    process.send_signal(signal.SIGINT)

    assert 0 == process.wait(LONGEST)
    assert 2 == len(seen.splitlines())
    os.close(ours)
    os.close(theirs)
