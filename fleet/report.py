"""A fleet at a glance: a row a stack, and what can be counted. Made from the tenant table and the
ledger alone; nobody is asked.
"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from fleet.causes import by_cause, cause_of
from fleet.result import Outcome
from models.phase import Phase

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from fleet.ledger import Known
    from fleet.tenants import FleetStack

UNKNOWN = "not seen yet"
"""The phase of a stack that no run has met."""
PHASES = (*(phase.value for phase in Phase), UNKNOWN)
SOON = (7, 30, 60)
"""Days before its end at which a certificate is warned of."""
BEYOND = "later"
_MONTHS, _MONTH_DAYS = 24, 30.4375


class Row(NamedTuple):
    """One stack. Times are RFC 3339 in UTC or empty; `why` is one line."""

    stack: str
    phase: str
    outcome: str
    waits_for: str
    why: str
    drift: str
    certificate_ends: str
    last_login: str
    heard: str
    labels: str

    @property
    def is_drifted(self) -> bool:
        """Whether its consoles differ, as far as is known; a failed run since tells nothing."""
        return bool(self.drift) or self.outcome == Outcome.DRIFTED


class Span(NamedTuple):
    """A part of the time line: so many certificates end from `begins` to before `ends` (days)."""

    label: str
    begins: str
    ends: str
    number: int
    urgent: bool


class Overview(NamedTuple):
    """All of it. `causes` are failures by cause, `waits` who is waited for by how many."""

    rows: Sequence[Row]
    made_at: datetime
    phases: Mapping[str, int]
    outcomes: Mapping[str, int]
    waits: Mapping[str, int]
    causes: Mapping[str, Sequence[str]]
    certificates: Sequence[Span]


def overview(fleet: Sequence[FleetStack], known: Mapping[str, Known], now: datetime) -> Overview:
    """Of every stack that has a file, whatever other stacks the ledger remembers."""
    rows = [row_of(stack, known.get(stack.name)) for stack in fleet]
    phases = Counter(row.phase for row in rows)
    heard = [known[stack.name].result for stack in fleet if stack.name in known]
    return Overview(
        rows,
        now,
        {phase: phases[phase] for phase in PHASES if phases[phase]},
        dict(Counter(row.outcome for row in rows if row.outcome).most_common()),
        dict(Counter(row.waits_for for row in rows if row.waits_for).most_common()),
        by_cause(heard),
        time_line([row.certificate_ends for row in rows if row.certificate_ends], now),
    )


def row_of(stack: FleetStack, known: Known | None) -> Row:
    """What is known of one stack."""
    labels = " ".join(f"{key}={value}" for key, value in stack.labels.items())
    if known is None:
        return Row(stack.name, UNKNOWN, "", "", "", "", "", "", "", labels)
    result = known.result
    failed = result.outcome is Outcome.FAILED
    why = cause_of(result) if failed else (result.said or result.next_step)
    return Row(
        stack.name,
        known.phase or UNKNOWN,
        result.outcome.value,
        result.waits_for if result.outcome is not Outcome.GOOD else "",
        why.strip().partition("\n")[0],
        "; ".join(result.drift),
        str(result.outputs.get("certificate_not_after") or ""),
        result.last_login,
        known.at,
        labels,
    )


def time_line(ends: Sequence[str], now: datetime) -> list[Span]:
    """Certificates by when they end: past, within a week, 30, 60 days, then by month, then later.

    Months without one are left out before the first and after the last that has one.
    """
    days = [(datetime.fromisoformat(end) - now) / timedelta(days=1) for end in ends]
    edges = [-1e6, 0.0, *map(float, SOON)]
    edges += [SOON[-1] + _MONTH_DAYS * month for month in range(1, _MONTHS + 1)] + [1e6]
    spans = []
    for low, high in pairwise(edges):
        number = sum(low <= one < high for one in days)
        span = (_label(low, high, now), _day(low, now), _day(high, now))
        spans.append(Span(*span, number, urgent=high <= SOON[-1]))
    while len(spans) > len(SOON) + 1 and not spans[-1].number:
        spans.pop()
    return spans if days else []


def _label(low: float, high: float, now: datetime) -> str:
    if low < 0:
        return "ended"
    if high <= SOON[-1]:
        return f"in {high:.0f} days"
    if high > 1e5:
        return BEYOND
    return (now + timedelta(days=(low + high) / 2)).strftime("%b %Y")


def _day(days: float, now: datetime) -> str:
    """RFC 3339, as far away as a date can be."""
    if abs(days) > 1e5:
        return "0000" if days < 0 else "9999"
    return (now + timedelta(days=days)).astimezone(UTC).isoformat(timespec="seconds")
