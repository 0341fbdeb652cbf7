"""EVIDENCE: what real sign-ins left behind at Google (the `saml` log) and in Flex."""

from __future__ import annotations

from typing import TYPE_CHECKING

from components.verification.arrivals import look_at_arrivals
from components.verification.looking import looked, waiting
from components.verification.workers import look_at_users, look_at_workers
from models.failures_catalogue import failure_of
from models.finding import Finding, Part, Result, Who
from models.phase import NEXT_STEP, Phase
from providers.evidence import NO_LOGIN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from components.verification.expected import Expected
    from components.verification.traces import Traces
    from providers.google.reports_api import LoginFailure

EVIDENCE = Part.EVIDENCE
SHOWN = 20


def look_for_evidence(traces: Traces, expected: Expected) -> list[Finding]:
    """Sign-ins since the last change, failed ones, and whether Flex's people fit the directory."""
    if not expected.phase.was_active:
        return []
    return [
        *_sign_ins(expected),
        *looked(EVIDENCE, "failed_sign_in", lambda: _failures(traces, expected)),
        *looked(EVIDENCE, "flex_takes_in", lambda: look_at_arrivals(traces, expected)),
        *looked(EVIDENCE, "workers", lambda: look_at_workers(traces, expected)),
        *looked(EVIDENCE, "flex_users", lambda: look_at_users(traces, expected)),
    ]


def _sign_ins(expected: Expected) -> Iterator[Finding]:
    proof = expected.proof
    if proof:
        recorded = expected.phase is Phase.VERIFIED
        todo = "" if recorded else f"; ./flexsso up {expected.stack} records it"
        note = f"at {proof['time']}, begun by {proof['initiated_by'] or 'nobody named'}{todo}"
        yield Finding(
            part=EVIDENCE,
            check="sign_in",
            result=Result.MATCH,
            note=note,
            person=proof["email"],
            personal=True,
            observed=", ".join(proof["roles"]),
        )
    else:
        why = expected.sso.get("not_proved") or NO_LOGIN
        note = f"{NEXT_STEP[Phase.ACTIVE]} ({why})"
        yield waiting(EVIDENCE, "sign_in", note, who=Who.PERSON, where="the Flex login link")


def _failures(traces: Traces, expected: Expected) -> Iterator[Finding]:
    """The newest failure of each of our people since the change, unless they came in afterwards."""
    ours = [
        failure
        for email, failure in sorted(traces.failures.items())
        if email in expected.people and not _came_in(traces, email, failure.time)
    ]
    yield from map(_failure, ours[:SHOWN])
    if len(ours) > SHOWN:
        note = f"and {len(ours) - SHOWN} more people"
        yield Finding(part=EVIDENCE, check="failed_sign_in", result=Result.DRIFT, note=note)


def _came_in(traces: Traces, email: str, time: str) -> bool:
    return email in traces.logins and traces.logins[email].time > time


def _failure(failure: LoginFailure) -> Finding:
    known = failure_of(failure.failure_type)
    return Finding(
        part=EVIDENCE,
        check="failed_sign_in",
        result=Result.DRIFT,
        person=failure.email,
        observed=failure.failure_type,
        note=known.advice if known else f"on {failure.time}",
        who=known.who if known else Who.GOOGLE_ADMIN,
        where=known.where if known else "",
    )
