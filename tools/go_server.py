"""A server for tests, built from its Go module: unless it is there, and as its files want it."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

from tools.pulumi.built import fingerprint, require_go, watch
from tools.pulumi.engine import EngineUnavailableError

PROJECT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class GoServer:
    """`folder` under `tools/` holds `server/`, pinned by `go.sum`; the program goes to `.tools/`.

    `lasts` says in words how long a build takes.
    """

    title: str
    folder: str
    lasts: str

    @property
    def module(self) -> Path:
        """Of what it is built."""
        return PROJECT / "tools" / self.folder / "server"

    @property
    def program(self) -> Path:
        """Where it is, once it is built."""
        return PROJECT / ".tools" / self.folder / f"flexsso-{self.folder}"

    def ensure(self) -> int:
        """Build it where it is missing or old; exit code, with the reason on stderr."""
        wanted, stamp = fingerprint(self.module), self.program.with_suffix(".sha256")
        if self.program.exists() and stamp.exists() and stamp.read_text() == wanted:
            return 0
        try:
            self._build()
        except EngineUnavailableError as error:
            _say(f"error: no {self.title}: {error}")
            return 1
        stamp.write_text(wanted)
        return 0

    def _build(self) -> None:
        """`go build`; the program takes its place only when it is complete."""
        require_go(self.module)
        _say(f"{self.folder}: building the server from its Go modules ({self.lasts}, once)")
        self.program.parent.mkdir(parents=True, exist_ok=True)
        unfinished = self.program.with_suffix(".unfinished")
        watch(
            ["go", "build", "-buildvcs=false", "-ldflags=-s -w", "-o", str(unfinished), "."],
            cwd=self.module,
            tick=lambda seconds: _say(f"{self.folder}: building the server: {seconds:.0f} s"),
            every=10.0,
        )
        unfinished.replace(self.program)


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
