"""The signing certificate, watched in each `up`: warnings 60, 30 and 7 days before, and after."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi

from models.certificate import problems

if TYPE_CHECKING:
    from datetime import datetime

    from models.certificate import Certificate


def watch(certificate: Certificate, stack: str, now: datetime) -> list[str]:
    """Warn among the diagnostics of the run; returns the sentences."""
    said = [
        f"Google's signing certificate: {problem.what}; {problem.hint}"
        f" (./flexsso migrate certificate {stack} tells how)"
        for problem in problems(certificate, now)
    ]
    for sentence in said:
        pulumi.log.warn(sentence)
    return said
