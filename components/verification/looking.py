"""Looks that may fail: not being able to look is a finding like any other, with its reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

from models.errors import FlexSsoError
from models.finding import Finding, Part, Result

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


def looked(part: Part, check: str, look: Callable[[], Iterable[Finding]]) -> list[Finding]:
    """What `look` found; one `not_checked` finding if a vendor can't be asked."""
    try:
        return list(look())
    except FlexSsoError as error:
        return [blind(part, check, error)]


def blind(part: Part, check: str, error: FlexSsoError) -> Finding:
    """The finding of a look that failed."""
    said = {"note": error.what, "hint": error.hint}
    return Finding(part=part, check=check, result=Result.NOT_CHECKED, blind=True, **said)


def waiting(part: Part, check: str, note: str, **more: object) -> Finding:
    """The finding of something that a person has yet to do."""
    fields = {"part": part, "check": check, "result": Result.NOT_CHECKED, "note": note, **more}
    return Finding.model_validate({**fields, "waits": True})


def unobservable(
    check: str, value: str, attested: str, *, no_word: str = "nobody attested it", **more: object
) -> Finding:
    """The finding of a field that no API shows: a person's word for it, or why there is none."""
    note = f"attested by {attested}" if attested else f"no API shows it, and {no_word}"
    fields = {"check": check, "result": Result.UNOBSERVABLE, "expected": value, "note": note}
    return Finding.model_validate({**fields, **more})


def proved(check: str, value: str, when: str) -> Finding:
    """The finding of a field that no API shows, but without which nobody could have signed in.

    Strictly, that holds for a record that is new: one that was changed may have been signed in to
    before the console was changed too (see `models.rotation`).
    """
    note = f"a sign-in on {when[:10]}, after the last change of the record, speaks for it"
    return Finding(check=check, result=Result.MATCH, expected=value, observed=value, note=note)


def summary(part: Part, check: str, note: str, *, complete: bool) -> Finding:
    """A count; what is missing from it has findings of its own."""
    result = Result.MATCH if complete else Result.DRIFT
    return Finding(part=part, check=check, result=result, note=note, warning=not complete)
