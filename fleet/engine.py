"""One call of the engine: `pulumi` as a child that can be stopped, with its event log read."""

from __future__ import annotations

import signal
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from fleet.events import Story, read_events
from fleet.processes import dying_with_parent, end_orphans
from fleet.program import served_program

if TYPE_CHECKING:
    from types import FrameType

GRACE_SECONDS = 60.0
"""How long a stopped engine may take to end the call it is in; then it is killed."""


class Engine:
    """The engine for one stack. `stop` may be called from a signal handler."""

    def __init__(
        self, project: Path, stack: str, environment: dict[str, str], host: int = 0
    ) -> None:
        """`host` is the process that serves the providers, if it is not for the engine to."""
        self._project = project
        self._stack = stack
        self._environment = {**environment, "PULUMI_DEBUG_COMMANDS": "true"}  # shows --event-log
        self._host = host
        self._process: subprocess.Popen[str] | None = None
        self.stopped = False

    def stop(self, _signal: int = 0, _frame: FrameType | None = None) -> None:
        """Let it end what it has begun, record it and free the lock."""
        self.stopped = True
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)

    def run(self, *arguments: str, timeout: float) -> tuple[int, str, Story]:
        """Run a verb with our program; returns exit code, what was said, and the event log.

        A call that takes longer than `timeout` seconds is stopped.
        """
        with served_program(self._project) as client, tempfile.TemporaryDirectory() as folder:
            log = Path(folder) / "events.json"
            own = [f"--client={client}", "--exec-kind=auto.inline", f"--event-log={log}"]
            quiet = ["--suppress-outputs", "--suppress-progress", "--color=never"]
            code, said = self.call(*arguments, *own, *quiet, timeout=timeout)
            return code, said, read_events(log)

    def call(self, *arguments: str, timeout: float) -> tuple[int, str]:
        """Run any command on the stack; returns exit code, and stdout with stderr."""
        if self.stopped:
            return -signal.SIGTERM, ""
        command = ["pulumi", "--non-interactive", *arguments, "--stack", self._stack]
        self._process = subprocess.Popen(  # noqa: S603
            dying_with_parent(command),
            cwd=self._project,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
        try:
            return self._finish(self._process, timeout)
        finally:
            self._process = None
            end_orphans(self._host)

    def _finish(self, process: subprocess.Popen[str], timeout: float) -> tuple[int, str]:
        try:
            said, _ = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            self.stop()
            said = self._wait_or_kill(process)
            return -signal.SIGTERM, f"{said}\nstopped after {timeout:.0f} s"
        return process.returncode, said

    def _wait_or_kill(self, process: subprocess.Popen[str]) -> str:
        try:
            return process.communicate(timeout=GRACE_SECONDS)[0]
        except subprocess.TimeoutExpired:
            process.kill()
            end_orphans(self._host)  # they hold its pipe open
            return process.communicate()[0]
