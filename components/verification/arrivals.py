"""EVIDENCE across both: whom Google let in, and whether Flex took them in.

Google's log says `login_success` once it has sent a response; what Flex makes of it shows only in
Flex: a worker of that name, written at the sign-in. So where the certificate or the issuer in
Flex's form was changed, Google goes on reporting success and nobody gets in.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from components.verification.predictions import prediction_of
from models.errors import FlexSsoError
from models.finding import Finding, Part, Result, Who
from models.migration_steps import SSO_PAGE
from providers.google.reports_api import CLOCK_SKEW
from providers.twilio.answers import a_time

if TYPE_CHECKING:
    from collections.abc import Iterator

    from components.verification.expected import Expected
    from components.verification.traces import Traces
    from providers.google.directory_api import Person
    from providers.google.reports_api import Login

SHOWN = 20


def in_doubt_since(traces: Traces, expected: Expected) -> str:
    """Since when Flex takes in nobody whom Google lets in; "" if it does, or nobody can tell."""
    if not expected.phase.was_active or not expected.proof:
        return ""
    try:
        refused = _refused(traces, expected)
        taken_in = [one.time for one in traces.logins.values() if _took_in(traces, one)]
    except FlexSsoError:
        return ""  # the look itself says so
    since = [one.time for one in refused if one.time > max(taken_in, default="")]
    return min(since, default="")


def look_at_arrivals(traces: Traces, expected: Expected) -> Iterator[Finding]:
    """Newest logins that Flex did not take in: of everybody, or of some."""
    if not expected.proof:
        return  # without one, the stack waits for its first sign-in, and `sign_in` says why
    newest = sorted(_refused(traces, expected), key=lambda one: one.time, reverse=True)
    if expected.in_doubt:
        note = (
            f"since {expected.in_doubt} Google lets people in and Flex takes nobody in: the"
            " certificate or the issuer in its form is not Google's any more"
        )
        yield Finding(
            part=Part.EVIDENCE,
            check="flex_takes_in",
            result=Result.DRIFT,
            expected="each login that Google reports",
            observed=f"none of {len(newest)}",
            note=note,
            who=Who.TWILIO_ADMIN,
            where=f"{SSO_PAGE} > X.509 Certificate, Identity Provider Issuer",
        )
    for login in newest[:SHOWN]:
        yield _not_taken_in(login)


def _not_taken_in(login: Login) -> Finding:
    note = f"Google let them in at {login.time}, Flex did not: ./flexsso explain their response"
    return Finding(
        part=Part.EVIDENCE,
        check="not_taken_in",
        result=Result.DRIFT,
        person=login.email,
        note=note,
        who=Who.PERSON,
        where="the Flex login link",
        warning=True,
    )


def _refused(traces: Traces, expected: Expected) -> list[Login]:
    """Newest logins of people whom Flex has no reason to refuse, but did not take in."""
    return [
        login
        for email, login in traces.logins.items()
        if not _took_in(traces, login) and _is_welcome(traces.people.get(email), expected)
    ]


def _took_in(traces: Traces, login: Login) -> bool:
    """Whether Flex has a worker of that name, and it was written at the login or later."""
    worker = traces.workers_by_name.get(login.email)
    if worker is None:
        return False
    return a_time(worker, "date_updated") >= datetime.fromisoformat(login.time) - CLOCK_SKEW


def _is_welcome(person: Person | None, expected: Expected) -> bool:
    """Whoever has no roles gets past Google too, and is rightly refused."""
    if person is None or person.email not in expected.people:
        return False
    return not prediction_of(person, expected).refused
