"""roles.csv of up to a million lines: taken or refused, in bounded time and memory.

Each file is read in a process of its own, so that its memory can be told.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from models.errors import FlexSsoError
from models.stack import ROLES_LINES, read_stack
from tools.torture.figure import Figure, Scope
from tools.torture.hostile_config import WHOLE

if TYPE_CHECKING:
    from collections.abc import Iterator

NAME = "acme.prod"
LIMIT_SECONDS = 60
LIMIT_MEGABYTES = 1024
HEADER = "email,roles,full_name\n"


class Large(NamedTuple):
    """One file: its lines as (text of one, how many), and whether it must be refused."""

    name: str
    line: str
    lines: int
    refused: bool

    def write(self, path: Path) -> None:
        """Line by line; `#` in a line is its number."""
        with path.open("w", encoding="utf-8") as file:
            file.write(HEADER)
            file.writelines(self.line.replace("#", str(number)) for number in range(self.lines))


class Reading(NamedTuple):
    """What a process said of a file, and what that took."""

    people: int
    refusal: str
    seconds: float
    megabytes: float


LINE = "person#@acme.example,agent supervisor,Person Number #\n"
FILES = (
    Large("as many lines as may be", LINE, ROLES_LINES, refused=False),
    Large("as many lines, all wrong", "person#,agnet,\n", ROLES_LINES, refused=True),
    Large("a million lines", LINE, 1_000_000, refused=True),
    Large("a line of 45 MB", "x" * 45_000_000, 1, refused=True),
    Large("a million commas", "," * 1_000_000 + "\n", 1, refused=True),
)


def large(scope: Scope) -> Figure:
    """All of them; the short run leaves out those of a quarter million people."""
    figure = Figure("large roles.csv")
    seconds, megabytes = 0.0, 0.0
    for file in FILES[2:] if scope.short else FILES:
        reading = read(file)
        figure.add(file.name, verdict(file, reading))
        seconds = max(seconds, reading.seconds)
        megabytes = max(megabytes, reading.megabytes)
    figure.what += f" (at most {seconds:.1f} s and {megabytes:.0f} MB)"
    return figure


def read(file: Large) -> Reading:
    """What a fresh process makes of it."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / NAME
        folder.mkdir()
        file.write(folder / "roles.csv")
        done = subprocess.run(
            [sys.executable, "-m", "tools.torture.large", name],
            capture_output=True,
            text=True,
            check=True,
        )
    return Reading(*json.loads(done.stdout))


def verdict(file: Large, reading: Reading) -> str:
    """What is wrong; empty if nothing is."""
    return "; ".join(_complaints(file, reading))


def _complaints(file: Large, reading: Reading) -> Iterator[str]:
    if file.refused != bool(reading.refusal):
        yield "was taken" if file.refused else f"was refused: {reading.refusal[:200]}"
    if len(reading.refusal) > 50_000:
        yield f"a refusal of {len(reading.refusal):,} characters"
    if reading.seconds > LIMIT_SECONDS or reading.megabytes > LIMIT_MEGABYTES:
        yield f"took {reading.seconds:.1f} s and {reading.megabytes:.0f} MB"


def _read_here(stacks: Path) -> Reading:
    start, people, refusal = time.monotonic(), 0, ""
    try:
        people = len(read_stack(NAME, WHOLE, stacks, datetime.now(UTC)).people)
    except FlexSsoError as error:
        refusal = str(error)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return Reading(people, refusal, time.monotonic() - start, peak)


if __name__ == "__main__":
    sys.stdout.write(json.dumps(_read_here(Path(sys.argv[1]))))
