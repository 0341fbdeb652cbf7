"""Looking at what was written: Google answers 200 to some values that it then drops.

The answer to users.update shows the person as written, so most are proven by it for nothing. The
rest is looked up: few one by one, many by reading all pages again. Reads may trail writes by a
minute, so somebody without the new values is looked up again before that counts as lost.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NamedTuple, Protocol

from models.roles import difference

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from models.roles import People, Values
    from providers.google.directory_api import Person

FEW = 20
WAITS = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0)


class Reads(Protocol):
    """The part of DirectoryApi that is needed here."""

    def people(self, schema: str) -> Iterable[Person]:
        """Everybody."""

    def person(self, email: str, schema: str) -> Person | None:
        """One, or None."""


class ReadBack(NamedTuple):
    """Values of those who were written, and the fields that somebody lost."""

    seen: People
    lost: dict[str, list[str]]


def read_back(  # noqa: PLR0913  what, where, and how patiently
    api: Reads,
    schema: str,
    written: People,
    answers: People,
    waits: Sequence[float] = WAITS,
    sleep: Callable[[float], None] = time.sleep,
    tell: Callable[[int, str], None] = lambda _done, _waiting_for: None,
) -> ReadBack:
    """Compare as sets. `answers` are Google's to the writes themselves.

    `tell` hears how many are proven and what is waited for, before each wait.
    """
    seen = {email: values for email, values in answers.items() if _proves(values, written[email])}
    unproven = [email for email in answers if email not in seen]
    lost: dict[str, list[str]] = {}
    for wait in (0.0, *waits):
        if not unproven:
            break
        tell(len(seen), f"Google does not show {len(unproven):,} of them yet")
        sleep(wait)
        found = _look_up(api, schema, unproven)
        lost = {email: list(difference(written[email], found.get(email, {}))) for email in unproven}
        seen |= {email: values for email, values in found.items() if not lost[email]}
        unproven = [email for email in unproven if lost[email]]
    return ReadBack(seen, {email: lost[email] for email in unproven})


def _proves(answer: Values, written: Values) -> bool:
    """An answer without any value proves nothing: perhaps it shows none."""
    return bool(answer) and not difference(written, answer)


def _look_up(api: Reads, schema: str, emails: list[str]) -> People:
    """By the addresses that were asked for: who got another one meanwhile is still found by it."""
    if len(emails) <= FEW:
        found = {email: api.person(email, schema) for email in emails}
        return {email: person.values for email, person in found.items() if person}
    wanted = set(emails)
    return {one.email: one.values for one in api.people(schema) if one.email in wanted}
