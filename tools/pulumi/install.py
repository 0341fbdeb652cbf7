"""`python -m tools.pulumi.install`: make sure that this checkout has a Pulumi engine.

The first of these that works, in this order: one that is on PATH already; the one chosen last
time; the official one, downloaded; one built from its Go modules. The choice is written to
`.tools/engine.json`. Safe to repeat: the second time takes a fraction of a second.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

from tools.pulumi.built import built
from tools.pulumi.engine import Engine, EngineUnavailableError, on_path, recorded, write_record
from tools.pulumi.official import official

Choice = tuple[str, Callable[[], Engine]]
HINT = "put a recent Pulumi on PATH (https://www.pulumi.com/docs/install/), then `make install`"


def choose(choices: list[Choice], say: Callable[[str], None]) -> Engine | None:
    """The first engine that is to be had; says of each other why not."""
    for name, attempt in choices:
        try:
            return attempt()
        except EngineUnavailableError as error:
            say(f"{name}: {error}")
    return None


def main() -> int:
    """Choose, record and report. Exit code 1 when there is no engine to be had."""
    project = Path(__file__).resolve().parents[2]
    passed_over: list[str] = []
    engine = choose(
        [
            ("on PATH", lambda: on_path(project, os.environ.get("PATH", ""))),
            ("chosen before", lambda: recorded(project)),
        ],
        passed_over.append,  # of interest only if nothing was ready
    )
    if engine is None:
        for line in passed_over:
            _say(line)
        engine = choose(
            [
                ("official", lambda: official(project, _say)),
                ("built from source", lambda: built(project, _say)),
            ],
            _say,
        )
    if engine is None:
        _say(f"no Pulumi engine could be had\nhint: {HINT}")
        return 1
    write_record(project, engine)
    _say(f"version {engine.version} ({engine.kind}) is ready")
    return 0


def _say(line: str) -> None:
    print(f"pulumi: {line}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit("pulumi: interrupted; `make install` starts again where it can")
