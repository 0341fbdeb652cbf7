"""Who gets, loses or changes what, printed while Pulumi plans: it shows one long text itself.

Goes to stderr, which Pulumi prints with the stack's diagnostics, in `preview` and in `up`. Counts
come first, then the first 50 people; the whole list lies in a file of this user's whose path is
printed. Nothing is asked of Google: it compares the stack with what the state knows.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from pulumi.output import contains_unknowns

from models.role_preview import Preview, describe
from models.roles import Mode
from models.whole_list import SHOWN, write_list
from providers.google.progress import say

if TYPE_CHECKING:
    from models.roles import People
    from providers.base import Outs


def preview(olds: Outs, news: Outs) -> None:
    """Say what differs between the outputs last seen and the wanted inputs, if anything does."""
    before, after = _people(olds), _people(news)
    mode = news.get("mode")
    mode = Mode.AUTHORITATIVE if mode == Mode.AUTHORITATIVE else Mode.ADDITIVE
    strays = clearable(olds) if mode is Mode.AUTHORITATIVE else []
    if after is None or (olds.get("people") == news.get("people") and not strays):
        return
    seen = describe(before or {}, after, mode, int(olds.get("stray_count") or 0))
    if seen.changes or strays:
        say("\n".join(lines_of(seen, strays)))


def lines_of(seen: Preview, strays: list[str]) -> list[str]:
    """What is printed; the whole list goes to a file if it is longer.

    `strays` are people who lose their values because they are not listed.
    """
    cleared = [f"- {email}: is not listed" for email in strays]
    lines = [f"roles: {line}" for line in seen.counts]
    lines += [f"  {line}" for line in (*cleared[:SHOWN], *seen.changes[:SHOWN])]
    left = max(len(cleared) - SHOWN, 0) + max(len(seen.changes) - SHOWN, 0)
    if left:
        path = write_list("roles", [*seen.counts, *cleared, *seen.changes, *seen.kept])
        lines.append(f"  … and {left:,} more, all of them in {path}")
    return lines


def clearable(olds: Outs) -> list[str]:
    """Whom authoritative mode may clear: those that the state knows, so that a preview names them.

    Older states know no more than fifty.
    """
    return list(olds.get("to_clear") or olds.get("strays") or [])


def _people(props: Outs) -> People | None:
    """The people of inputs or outputs; None if they are not known yet or not readable."""
    text = props.get("people")
    if text is None or contains_unknowns(text) or not isinstance(text, str):
        return None
    try:
        return dict(json.loads(text))
    except ValueError:
        return None
