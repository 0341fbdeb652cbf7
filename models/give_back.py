"""What people had before us: when it is given back, and how long it has to be remembered.

All three arguments are values by person and schema field. `was` is what the fields held that we
have written (None: nothing), `values` is what the stack wants now, `live` is what is there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from models.roles import Mode, difference

if TYPE_CHECKING:
    from collections.abc import Container

    from models.roles import People


def given_back(was: People, values: People, live: People, mode: Mode) -> People:
    """The writes for fields of which the stack no longer speaks.

    Authoritative mode gives nothing back to people who are not listed: they are to have nothing.
    """
    changes: People = {}
    for email, fields in was.items():
        if email not in live or (mode is Mode.AUTHORITATIVE and email not in values):
            continue
        said = values.get(email, {})
        left = {field: value for field, value in fields.items() if field not in said}
        change = difference(left, live[email])
        if change:
            changes[email] = change
    return changes


def remembered(
    was: People, before: People, values: People, failed: Container[str], mode: Mode
) -> People:
    """What is still to be given back one day: not what was just given back.

    `before` is the part of `was` that was there before us; the rest was nothing. Where giving back
    failed, all of it is kept, so that the next run tries again.
    """
    kept: People = {}
    for email, fields in was.items():
        said, mine = values.get(email, {}), before.get(email, {})
        if email in failed:
            rest = {name: fields[name] for name in fields if name not in said or name in mine}
        elif mode is Mode.AUTHORITATIVE and email not in values:
            rest = mine
        else:
            rest = {name: value for name, value in mine.items() if name in said}
        if rest:
            kept[email] = rest
    return kept


def merged(*sources: People) -> People:
    """One dictionary a person; a field of an earlier source wins."""
    result: People = {}
    for source in sources:
        for email, fields in source.items():
            result[email] = {**fields, **result.get(email, {})}
    return result
