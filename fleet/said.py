"""What the engine said, without what is no word of its own."""

from __future__ import annotations

import re

_OF_CLIENT = re.compile(r"SDK \d{4}/\d\d/\d\d \S+ WARN ")
"""How AWS's client in the engine begins a warning: of checksums that a store does not keep, say."""


def lines_of(said: str) -> list[str]:
    """Its lines, without `error: `, empty ones and warnings of its client for buckets."""
    lines = (line.strip().removeprefix("error: ") for line in said.splitlines())
    return [line for line in lines if line and not _OF_CLIENT.match(line)]
