"""`status`: one screen from the state."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from cli.stack_state import StackState
from cli.status import ROLES, SAML_APP, SSO, facts_of, text_of
from models.certificate import parse_der
from tests.idp_files import NOW, _certificate

PROOF = {"email": "ada@acme.example", "time": "2026-10-30T08:00:00Z", "initiated_by": "sp"}


def state(days: int = 1000, strays: int = 0, **outputs: Any) -> StackState:
    ends = NOW + timedelta(days=days, hours=1)
    certificate = parse_der(_certificate(ends=ends))
    given = {
        "status": "verified",
        "next_step": "Nothing to do.",
        "certificate_not_after": ends.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "certificate_fingerprint": certificate.fingerprint,
        "role_counts": {"admin": 1, "agent": 2},
        "login_url": "https://flex.twilio.com/acme",
    }
    resources: dict[str, Any] = {
        SSO: {"changed_at": "2026-10-29T08:00:00Z", "proof": PROOF},
        SAML_APP: {"certificate": certificate.pem},
        ROLES: {"stray_count": strays, "strays": ["x@acme.example"] * min(strays, 50)},
    }
    return StackState(name="acme.prod", config={}, outputs=given | outputs, resources=resources)


def test_one_screen():
    text = text_of(facts_of(state(strays=1234), NOW))

    assert "acme.prod: verified" in text
    assert "active → [verified]" in text
    assert "by a sign-in at 2026-10-30T08:00:00Z" in text
    assert "1000 days left" in text
    assert "warning" not in text
    assert "1 admin, 2 agent" in text
    assert "1,234 people hold roles and are not listed" in text
    assert "ada@" not in text
    assert "from the last up or refresh: ./flexsso verify acme.prod asks" in text
    assert len(text.splitlines()) <= 24
    assert max(map(len, text.splitlines())) <= 100


@pytest.mark.parametrize(
    ("days", "says"),
    [
        *((60, None), (59, "plan the rotation"), (30, "plan the rotation")),
        *((29, "set the day of the rotation"), (7, "set the day"), (6, "rotate it now")),
    ],
)
def test_a_certificate_that_ends_soon_is_a_warning(days, says):
    text = text_of(facts_of(state(days=days), NOW))

    assert f"{days} days left" in text
    assert (f"warning: it ends in {days} days" in text) is bool(says)
    assert (says or "certificate") in text


def test_a_certificate_that_has_ended_says_so():
    text = text_of(facts_of(state(days=-3), NOW))

    assert "certificate  ended on " in text
    assert "warning: it ended on " in text
    assert "days left" not in text


def test_before_the_first_up():
    empty = StackState(name="acme.prod", config={}, outputs={}, resources={})
    facts = facts_of(empty, datetime.now(UTC))

    assert "not_deployed" == facts["status"]
    assert "./flexsso up acme.prod" in text_of(facts)


def test_drift_is_no_step_of_the_way():
    assert "[" not in text_of(facts_of(state(status="drifted"), NOW)).splitlines()[1]
