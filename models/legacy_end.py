"""When legacy SSO ends: what Twilio's pages have said, in turn. Data, for the next change of mind.

Source: "Flex SSO URL Migration Guide", in its editions; the last one counts.
"""

from __future__ import annotations

from datetime import date

ANNOUNCED_ENDS = (date(2024, 12, 31), date(2025, 6, 30), date(2026, 3, 31))


def announced_end(today: date) -> str:
    """The last announced day, in a sentence, with the days that are left or have passed."""
    end = ANNOUNCED_ENDS[-1]
    days = (end - today).days
    moved = f"; it was moved {len(ANNOUNCED_ENDS) - 1} times" if len(ANNOUNCED_ENDS) > 1 else ""
    when = f"in {days} days" if days > 0 else f"{-days} days ago" if days else "today"
    return f"Twilio announced the end of legacy SSO for {end:%Y-%m-%d}, {when}{moved}"
