"""What a change of people means, for somebody who has to say yes to it: counts first, then names.

roles: 20,000 people listed: 12 come, 3 leave, 985 change, 19,003 keep what they have
roles: agent 18,000 → 18,200, supervisor 450
  + ada@acme.example: agent
  ~ grace@acme.example: roles agent → agent, supervisor; team_id 12 → 13
  - linus@acme.example: was supervisor
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from models.attributes import warn_values
from models.flex import warn_roles
from models.roles import Mode, same_value

if TYPE_CHECKING:
    from collections.abc import Iterator

    from models.roles import People, Values

NOTHING = "nothing"
DIRECTORYS = "the directory's"


class Preview(NamedTuple):
    """`counts` are two lines, and what bites in what is new; `changes` one a person; `kept` those
    who keep what they have.
    """

    counts: list[str]
    changes: list[str]
    kept: list[str]


def describe(before: People, after: People, mode: Mode, stray_count: int = 0) -> Preview:
    """Compare people as the stack's words have them: {email: {"roles": […], …}}."""
    come = [f"+ {email}: {_all_of(after[email])}" for email in sorted(after.keys() - before.keys())]
    leave = [f"- {e}: was {_all_of(before[e])}" for e in sorted(before.keys() - after.keys())]
    both = sorted(before.keys() & after.keys())
    change = [line for email in both if (line := _changed(email, before[email], after[email]))]
    kept = [email for email in both if same_person(before[email], after[email])]
    counts = [
        f"{len(after):,} people listed: {len(come):,} come, {len(leave):,} leave,"
        f" {len(change):,} change, {len(kept):,} keep what they have",
        *_roles_line(before, after),
        *_strays_line(mode, stray_count),
        *_notes({e: after[e] for e in after if not same_person(before.get(e) or {}, after[e])}),
    ]
    return Preview(counts, [*come, *change, *leave], [f"= {email}" for email in kept])


def same_person(one: Values, other: Values) -> bool:
    """Whether two entries say the same."""
    return one == other or not list(_differences(one, other))


def _changed(email: str, one: Values, other: Values) -> str:
    parts = list(_differences(one, other)) if one != other else []
    return f"~ {email}: {'; '.join(parts)}" if parts else ""


def _differences(one: Values, other: Values) -> Iterator[str]:
    before, after = _flat(one), _flat(other)
    for name in sorted(before.keys() | after.keys(), key=lambda name: (name != "roles", name)):
        if not same_value(before.get(name), after.get(name)):
            unsaid = DIRECTORYS if name == "full_name" else None
            old, new = before.get(name, unsaid), after.get(name, unsaid)
            yield f"{name} {_words(old)} → {_words(new)}"


def _flat(entry: Values) -> Values:
    attributes = entry.get("attributes") or {}
    return {name: value for name, value in entry.items() if name != "attributes"} | attributes


def _all_of(entry: Values) -> str:
    rest = {name: value for name, value in _flat(entry).items() if name != "roles" and value}
    said = [f"{name} {_words(value)}" for name, value in sorted(rest.items())]
    return "; ".join([_words(entry.get("roles")), *said])


def _words(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(str(item) for item in value) or NOTHING
    return NOTHING if value in {None, ""} else str(value)


def _roles_line(before: People, after: People) -> Iterator[str]:
    old, new = _role_counts(before), _role_counts(after)
    counts = [_count(role, old[role], new[role]) for role in sorted(old.keys() | new.keys())]
    if counts:
        yield ", ".join(counts)


def _count(role: str, old: int, new: int) -> str:
    return f"{role} {new:,}" if old == new else f"{role} {old:,} → {new:,}"


def _role_counts(people: People) -> Counter[str]:
    return Counter(role for entry in people.values() for role in entry.get("roles") or [])


def _strays_line(mode: Mode, stray_count: int) -> Iterator[str]:
    if stray_count:
        fate = "lose them" if mode is Mode.AUTHORITATIVE else "keep them (mode additive)"
        yield f"{stray_count:,} people who are not listed have values and {fate}"


def _notes(new: People) -> Iterator[str]:
    """What Flex allows and is easily overlooked, of people who come or change."""
    said = Counter(
        problem for entry in new.values() for problem in warn_roles(entry.get("roles") or [])
    )
    said.update(
        problem for entry in new.values() for problem in warn_values(entry.get("attributes") or {})
    )
    for (what, hint), people in sorted(said.items()):
        yield f"note: {people:,} who come or change: {what} ({hint})"
