"""Times in a SAML response: validity, confirmation, session. All aware, UTC; no guesses."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from models.finding import Finding, Result, Who
from models.saml_document import SAML

if TYPE_CHECKING:
    from collections.abc import Iterator

ITSELF = "the clocks of Google, Flex and the browser's machine"
SHORTEST_SESSION = timedelta(hours=1)  # Twilio: SessionNotOnOrAfter must exceed the token's hour
_UTC = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")


def moment(element: Any, name: str) -> datetime | None:
    """The attribute as a time; None if it is absent or not in UTC as SAML demands."""
    text = element.get(name, "") if element is not None else ""
    try:
        return datetime.fromisoformat(text) if _UTC.fullmatch(text) else None
    except ValueError:
        return None


def time_findings(assertion: Any, at: datetime | None, skew: timedelta) -> Iterator[Finding]:
    """Conditions, SubjectConfirmationData and AuthnStatement, judged at `at`."""
    if at is None:
        yield _wrong("conditions", "a time in UTC", "", "IssueInstant is missing or no time")
        return
    conditions = assertion.find(f"{SAML}Conditions")
    yield from _conditions(conditions, at, skew)
    for data in assertion.iter(f"{SAML}SubjectConfirmationData"):
        until = moment(data, "NotOnOrAfter")
        if until is None or at >= until + skew:
            yield _wrong("confirmation_expired", f"after {at}", str(until or ""), "")
    for statement in assertion.iter(f"{SAML}AuthnStatement"):
        yield from _session(statement, at)


def _conditions(conditions: Any, at: datetime, skew: timedelta) -> Iterator[Finding]:
    if conditions is None:
        return
    begins, ends = moment(conditions, "NotBefore"), moment(conditions, "NotOnOrAfter")
    unknown = [one.tag.rpartition("}")[2] for one in conditions if not _understood(one)]
    if unknown:
        note = "a condition that Flex need not understand makes the whole response invalid"
        yield _wrong("conditions", "AudienceRestriction", ", ".join(unknown), note)
    if begins is None or ends is None:
        texts = f"{conditions.get('NotBefore', '')} to {conditions.get('NotOnOrAfter', '')}"
        yield _wrong("conditions", "two times in UTC", texts, "")
    elif at < begins - skew:
        yield _wrong("not_yet_valid", f"not after {at}", str(begins), "")
    elif at >= ends + skew:
        yield _wrong("expired", f"after {at}", str(ends), "the response was too late")
    else:
        text = f"{begins} to {ends}"
        yield Finding(check="valid_at", result=Result.MATCH, expected=str(at), observed=text)


def _understood(condition: Any) -> bool:
    return bool(condition.tag == f"{SAML}AudienceRestriction")


def _session(statement: Any, at: datetime) -> Iterator[Finding]:
    if statement.get("SessionNotOnOrAfter") is None:
        return  # Google sends none
    ends = moment(statement, "SessionNotOnOrAfter")
    if ends is None or ends <= at:
        yield _wrong("session_ended", f"after {at}", str(ends or ""), "")
    elif ends - at <= SHORTEST_SESSION:
        note = "Flex demands a session of more than an hour"
        yield _wrong("session_too_short", f"after {at + SHORTEST_SESSION}", str(ends), note)


def _wrong(check: str, expected: str, received: str, note: str) -> Finding:
    return Finding(
        check=check,
        result=Result.DRIFT,
        expected=expected,
        observed=received or "(no time in UTC)",
        note=note,
        who=Who.GOOGLE_ADMIN,
        where=ITSELF,
    )
