"""A fleet as large as one likes, with everything that a report has to show; the same each time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from fleet.ledger import Known
from fleet.result import Outcome, Result
from fleet.tenants import FleetStack

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
NEXT = {
    "awaiting_connection": ("Twilio Console", "Twilio Console: open the SSO page once."),
    "awaiting_google_app": ("Google Admin console", "Google Admin console: make the SAML app."),
    "awaiting_flex_form": ("Twilio Console", "Twilio Console: fill in the SSO form."),
    "active": ("Twilio Flex", "Sign in to Flex once as one of the people."),
    "verified": ("", "Nothing to do."),
    "drifted": ("Twilio admin", "Put back sso_url."),
}
CAUSES = (
    "Twilio: 20003 Authenticate",
    "Google: 403 of C0{0:07d}: not authorized",
    "stopped after 900 s",
)


def many(number: int) -> tuple[list[FleetStack], dict[str, Known]]:
    """So many stacks; one in fifty has not been met by any run."""
    stacks = [
        FleetStack(name=f"tenant{one:05d}.{'prod' if one % 3 else 'dev'}",
                   labels={"wave": str(one % 4), "region": "eu" if one % 2 else "us"})
        for one in range(number)
    ]  # fmt: skip
    met = [(one, stack) for one, stack in enumerate(stacks) if one % 50 != 49]
    return stacks, {stack.name: _known(one, stack.name) for one, stack in met}


def _known(one: int, name: str) -> Known:
    phase = [*NEXT, "verified", "verified", "verified"][one % 9]
    heard = (NOW - timedelta(minutes=one % 3000)).isoformat(timespec="milliseconds")
    if one % 25 == 24:
        said = CAUSES[one % 3].format(one) + f"\nhint: look at {name}"
        return Known(heard, phase, Result(stack=name, verb="up", outcome=Outcome.FAILED, said=said))
    outcome = {"verified": Outcome.GOOD, "drifted": Outcome.DRIFTED}.get(phase, Outcome.WAITS)
    waits_for, next_step = NEXT[phase]
    drift = (
        "twilio:FlexSso: sso_url is https://elsewhere.example, not https://accounts.google.com",
    )
    ends = NOW + timedelta(days=(one * 37) % 1500 - 20)
    login = NOW - timedelta(days=one % 90, seconds=one)
    certified = phase in {"awaiting_flex_form", "active", "verified", "drifted"}
    return Known(
        heard,
        phase,
        Result(
            stack=name,
            verb="drift",
            outcome=outcome,
            phase=phase,
            next_step=next_step,
            waits_for=waits_for,
            drift=drift if phase == "drifted" else (),
            said=drift[0] if phase == "drifted" else "",
            last_login=login.isoformat() if phase in {"verified", "drifted"} else "",
            outputs={"certificate_not_after": ends.isoformat()} if certified else {},
            seconds=1.5,
            cpu_seconds=0.75,
        ),
    )
