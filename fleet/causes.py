"""Failures grouped by cause: the same sentence about a hundred tenants is one cause."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

from fleet.result import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fleet.result import Result

_OWN = [  # what differs from tenant to tenant
    (re.compile(r"\S+@\S+\.\w+"), "<address>"),
    (re.compile(r"\b[A-Z]{2}[0-9a-f]{32}\b"), "<sid>"),
    (re.compile(r"\bC0[0-9a-z]{6,}\b"), "<customer>"),
    (re.compile(r"(?:/[\w.@-]+){2,}"), "<path>"),
    (re.compile(r"\bpid \d+|\d{4}-\d\d-\d\dT[\d:.+Z-]+"), "…"),
]


def cause_of(result: Result) -> str:
    """The first line of what was said, without what is this tenant's alone."""
    lines = [line for line in result.said.splitlines() if line.strip()]
    text = (lines or ["no reason was given"])[0].strip().replace(result.stack, "<stack>")
    for pattern, word in _OWN:
        text = pattern.sub(word, text)
    return text


def by_cause(results: Iterable[Result]) -> dict[str, list[str]]:
    """Cause → stacks that failed of it, the commonest first."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for result in results:
        if result.outcome is Outcome.FAILED:
            found[cause_of(result)].append(result.stack)
    return dict(sorted(found.items(), key=lambda item: -len(item[1])))
