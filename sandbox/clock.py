"""The pretend world's clock: real time plus an offset that a test or a demo may set."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta


@dataclass
class Clock:
    """One door for time. `offset` moves the whole world, for example past a certificate's end."""

    offset: timedelta = timedelta(0)

    def now(self) -> datetime:
        """Aware UTC time in the pretend world."""
        return datetime.now(UTC) + self.offset


def rfc3339_ms(moment: datetime) -> str:
    """`2026-11-24T09:30:00.123Z`: the form of SAML and of the Reports API."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def rfc3339(moment: datetime) -> str:
    """`2026-11-24T09:30:00Z`: the form of Twilio's resources."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
