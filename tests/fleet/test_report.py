"""What a report counts, and the same as metrics."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from fleet.ledger import Known
from fleet.metrics import exposition
from fleet.report import UNKNOWN, overview, row_of, time_line
from fleet.result import Outcome, Result
from fleet.tenants import FleetStack
from tests.fleet.synthetic import NOW, many

SAMPLE = re.compile(r'[a-z_]+(\{([a-z_]+="([^"\\\n]|\\["\\n])*",?)+\})? -?\d+(\.\d+)?(e[+-]\d+)?')


def test_every_stack_with_a_file_is_counted_once() -> None:
    """Also those that no run has met; what the ledger remembers of others is left out."""
    fleet, known = many(90)
    seen = overview(fleet[:45], known, NOW)

    assert 45 == len(seen.rows) == sum(seen.phases.values())
    assert 5 == seen.phases["awaiting_connection"]
    assert 20 == seen.phases["verified"]
    assert UNKNOWN not in seen.phases
    assert sum(seen.outcomes.values()) == 45


def test_a_failure_shows_its_cause_and_keeps_the_phase() -> None:
    """The row says what `by_cause` groups by, so that a click on the cause finds it."""
    fleet, known = many(50)
    seen = overview(fleet, known, NOW)
    failed = next(row for row in seen.rows if row.outcome == "failed")

    assert failed.why in seen.causes
    assert failed.stack in seen.causes[failed.why]
    assert "awaiting_flex_form" == next(r.phase for r in seen.rows if r.stack == "tenant00002.prod")


def test_what_goes_well_waits_for_nobody() -> None:
    result = Result(stack="a.b", verb="up", outcome=Outcome.GOOD, waits_for="Twilio Flex")
    stack = FleetStack(name="a.b", labels={"wave": "1", "region": "eu"})
    row = row_of(stack, Known("2026-01-01T00:00:00+00:00", "verified", result))

    assert "" == row.waits_for
    assert "wave=1 region=eu" == row.labels


def test_time_line_holds_every_certificate_once() -> None:
    """Ended, soon, by month, and what is far away; edges belong to the later part."""
    days = [-400, -1, 0, 6.9, 7, 29, 59, 61, 200, 5000]
    ends = [(NOW + timedelta(days=one)).isoformat() for one in days]
    line = {span.label: span.number for span in time_line(ends, NOW) if span.number}

    assert {"ended": 2, "in 7 days": 2, "in 30 days": 2, "in 60 days": 1} == {
        label: line[label] for label in list(line)[:4]
    }
    assert 1 == line["later"]
    assert len(days) == sum(line.values())
    assert [] == time_line([], NOW)


def test_spans_find_the_rows_that_they_count() -> None:
    """The page compares times as text; both sides have to be written alike."""
    ends = [(NOW + timedelta(days=one)).isoformat() for one in range(-30, 900, 7)]
    for span in time_line(ends, NOW):
        assert span.number == sum(span.begins <= end < span.ends for end in ends), span


def test_metrics_are_well_formed_and_hold_every_stack() -> None:
    """Each sample after its HELP and TYPE; hostile text is escaped."""
    fleet, known = many(30)
    evil = Result(stack="x.y", verb="up", outcome=Outcome.FAILED, said='a "quoted" \\ cause')
    fleet, known = [*fleet, FleetStack(name="x.y")], {**known, "x.y": Known("", "", evil)}
    lines = exposition(overview(fleet, known, NOW), known).splitlines()
    samples = [line for line in lines if not line.startswith("#")]

    assert [] == [line for line in samples if not SAMPLE.fullmatch(line)]
    assert 31 == sum(line.startswith("flexsso_stack_phase{") for line in samples)
    assert 'flexsso_fleet_failures{cause="a \\"quoted\\" \\\\ cause"} 1.0' in samples
    names = [line.split()[2] for line in lines if line.startswith("# TYPE")]
    assert sorted(set(names)) == sorted(names)
    told = {line.partition("{")[0].partition(" ")[0] for line in samples}
    assert set(names) == told


def test_times_are_unix_seconds() -> None:
    result = Result(
        stack="a.b",
        verb="up",
        outcome=Outcome.GOOD,
        outputs={"certificate_not_after": "2030-01-01T00:00:00Z"},
        last_login="2026-11-01T00:00:00Z",
    )
    known = {"a.b": Known("2026-11-02T00:00:00+00:00", "verified", result)}
    text = exposition(overview([FleetStack(name="a.b")], known, NOW), known)

    of = '{stack="a.b",tenant="a",environment="b"}'
    ends = datetime(2030, 1, 1, tzinfo=UTC).timestamp()
    assert f"flexsso_stack_certificate_not_after_seconds{of} {ends}" in text
    assert f"flexsso_stack_last_login_seconds{of} 1793491200.0" in text
