"""The real engine on a program with many people, and the peak memory of its provider process."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from cli.env import engine_environment
from tools.bench.world import PROJECT, email

if TYPE_CHECKING:
    from tools.bench.world import World

PROGRAM = Path(__file__).parent / "program"
STACK = "bench.dev"
PROVIDER = b"pulumi.dynamic"


class BenchError(Exception):
    """A measured command failed: its figure would mean nothing."""


class Run(NamedTuple):
    """Seconds on the wall, and the peak resident memory of the dynamic provider in MB."""

    seconds: float
    peak_mb: float


class Engine:
    """One stack in a backend of its own inside `folder`."""

    def __init__(self, folder: Path, world: World) -> None:
        self.work = folder / "program"
        shutil.copytree(PROGRAM, self.work, ignore=shutil.ignore_patterns("__pycache__"))
        self._state = folder / "state"
        self._state.mkdir()
        base = {**os.environ, "PULUMI_BACKEND_URL": f"file://{self._state}"}
        base |= {"PYTHONPATH": str(PROJECT), "XDG_STATE_HOME": str(folder / "journals")}
        self.environment = engine_environment(PROJECT, base)
        config = {"bench:tenant": world.tenant, "bench:endpoints": {"base": world.base}}
        stack_file = self.work / f"Pulumi.{STACK}.yaml"
        self.run("stack", "init")
        settings = stack_file.read_text(encoding="utf-8") if stack_file.exists() else ""
        stack_file.write_text(f"{settings}config: {json.dumps(config)}\n", encoding="utf-8")

    def people(self, count: int, roles: str = "agent") -> None:
        """Write roles.csv."""
        folder = self.work / STACK
        folder.mkdir(exist_ok=True)
        rows = "".join(f"{email(number)},{roles}\n" for number in range(count))
        (folder / "roles.csv").write_text(f"email,roles\n{rows}", encoding="utf-8")

    def run(self, *arguments: str, empty: bool = False) -> Run:
        """A verb of Pulumi. Raises BenchError if it fails."""
        environment = self.environment | ({"BENCH_EMPTY": "1"} if empty else {})
        command = ["pulumi", "--non-interactive", *arguments, "--stack", STACK]
        started = time.monotonic()
        with (
            subprocess.Popen(
                command,
                cwd=self.work,
                env=environment,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            ) as process,
            PeakMemory(process.pid) as memory,
        ):
            said = process.communicate()[0]
        if process.returncode != 0:
            raise BenchError(f"pulumi {' '.join(arguments)} failed:\n{said[-3000:]}")
        return Run(time.monotonic() - started, memory.peak_mb)

    def up(self, *extra: str, empty: bool = False) -> Run:
        """`pulumi up`."""
        return self.run("up", "--yes", "--skip-preview", *extra, empty=empty)

    def state_bytes(self) -> int:
        """Size of the stack's state file."""
        (file,) = (self._state / ".pulumi" / "stacks").rglob(f"{STACK}.json")
        return file.stat().st_size


class PeakMemory:
    """Watches the processes below `root` for the dynamic provider, until the block ends."""

    def __init__(self, root: int) -> None:
        self._root = root
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self.peak_mb = 0.0

    def __enter__(self) -> PeakMemory:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(0.02):
            for process in below(self._root):
                self.peak_mb = max(self.peak_mb, _peak_of(process))


def below(root: int) -> list[Path]:
    """Folders in /proc of all processes that descend from `root`."""
    parents = {int(path.name): _parent(path) for path in Path("/proc").glob("[0-9]*")}
    found, waiting = [], [root]
    while waiting:
        parent = waiting.pop()
        children = [pid for pid, above in parents.items() if above == parent]
        waiting += children
        found += [Path("/proc") / str(pid) for pid in children]
    return found


def _parent(process: Path) -> int:
    try:
        return int((process / "stat").read_text().rpartition(")")[2].split()[1])
    except (OSError, ValueError, IndexError):
        return 0


def _peak_of(process: Path) -> float:
    """The highest resident size so far, in MB, if this is the dynamic provider; else 0."""
    try:
        if PROVIDER not in (process / "cmdline").read_bytes():
            return 0.0
        found = re.search(r"VmHWM:\s+(\d+) kB", (process / "status").read_text())
        return int(found[1]) / 1024 if found else 0.0
    except OSError:
        return 0.0
