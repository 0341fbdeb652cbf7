"""`python -m tools.temporal`: build the Temporal server for trying and testing, unless it is there.

Its Go module is `server/`, pinned by `go.sum`; the program goes to `.tools/temporal/`.
"""

from __future__ import annotations

import sys
from pathlib import Path

from tools.pulumi.built import fingerprint, require_go, watch
from tools.pulumi.engine import EngineUnavailableError

PROJECT = Path(__file__).resolve().parents[2]
MODULE = PROJECT / "tools" / "temporal" / "server"
PROGRAM = PROJECT / ".tools" / "temporal" / "flexsso-temporal"


def main() -> int:
    """Build it; says why on stderr where that can't be done."""
    wanted, stamp = fingerprint(MODULE), PROGRAM.with_suffix(".sha256")
    if PROGRAM.exists() and stamp.exists() and stamp.read_text() == wanted:
        return 0
    try:
        build()
    except EngineUnavailableError as error:
        _say(f"error: no Temporal server for trying: {error}")
        return 1
    stamp.write_text(wanted)
    return 0


def build() -> None:
    """`go build`; the program takes its place only when it is complete."""
    require_go(MODULE)
    _say("temporal: building the server from its Go modules (about 4 minutes, once)")
    PROGRAM.parent.mkdir(parents=True, exist_ok=True)
    unfinished = PROGRAM.with_suffix(".unfinished")
    watch(
        ["go", "build", "-buildvcs=false", "-ldflags=-s -w", "-o", str(unfinished), "."],
        cwd=MODULE,
        tick=lambda seconds: _say(f"temporal: building the server: {seconds:.0f} s"),
        every=10.0,
    )
    unfinished.replace(PROGRAM)


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
