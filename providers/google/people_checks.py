"""What is said of people by name: who stops a run before anything is written, and who failed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from models.errors import (
    ConflictError,
    FlexSsoError,
    NotFoundError,
    PartialFailureError,
    VendorApiError,
)
from models.whole_list import SHOWN, named, write_list
from providers.google.progress import say

if TYPE_CHECKING:
    from models.roles import People
    from providers.google.bulk import BulkResult
    from providers.google.directory_api import DirectoryApi, Person

LOOKED_UP = 20


def refuse_missing(api: DirectoryApi, schema: str, missing: list[str]) -> None:
    """Raise NotFoundError if somebody is not in the directory under that primary address."""
    if not missing:
        return
    aliases = [
        f"{email} is another address of {person.email}"
        for email in missing[:LOOKED_UP]
        if (person := api.person(email, schema))
    ]
    hint = "correct the addresses in tenant.roles, or add these people first"
    raise NotFoundError(
        f"Google: {len(missing):,} people are not in the directory: "
        f"{named(missing)}. Nothing was written.",
        hint="; ".join(aliases) + ": name the primary address" if aliases else hint,
    )


def refuse_shape(schema: dict[str, Any], names: list[str], values: People) -> None:
    """Raise ConflictError if the schema's fields cannot hold our values.

    Google would answer "Invalid Input: custom_schema", or take the value and drop it.
    """
    if not values:
        return
    many = {field["fieldName"]: bool(field.get("multiValued")) for field in schema["fields"]}
    wrong = [f"field {name} is not there" for name in names if name not in many]
    given = {
        (name, isinstance(value, list))
        for fields in values.values()
        for name, value in fields.items()
        if value is not None and name in many
    }
    words = {True: "many values", False: "a single value"}
    wrong += [
        f"field {name} holds {words[many[name]]}, not {words[is_list]}"
        for name, is_list in sorted(given)
        if is_list is not many[name]
    ]
    if wrong:
        raise ConflictError(
            f"Google: custom schema {schema['schemaName']} can't hold these values: "
            f"{'; '.join(wrong)}. Nothing was written.",
            hint="run `pulumi refresh`: the schema is not as the stack made it",
        )


def report_suspended(people: list[Person]) -> None:
    """Say who cannot sign in although roles are written: nothing is wrong with that."""
    suspended = sorted(person.email for person in people if person.suspended)
    if suspended:
        say(f"{len(suspended):,} listed people are suspended at Google: {named(suspended)}")


def report_unlisted(strays: list[str]) -> None:
    """Say who is not listed and will be cleared, before it happens: the next preview names them."""
    if strays:
        say(
            f"{len(strays):,} people who are not listed have values, and keep them in this run;"
            f" the next `up` clears them: {named(strays)}"
        )


def dropped(email: str, fields: list[str]) -> FlexSsoError:
    """Google said 200, and the value is not there."""
    return VendorApiError(
        f"Google accepted the write for {email} but does not show {', '.join(fields)}",
        hint="the field's type may be another one than the stack's; run `pulumi refresh`",
    )


_EXPLAINED = {
    "notFound": "was deleted, or got another address, since the directory was read",
    "forbidden": "the acting administrator may not change this person (an administrator of higher"
    " rank, or another organizational unit)",
    "invalid": "Google does not take one of the values",
    "conditionNotMet": "the user was made moments ago; try again in a minute",
    "userRateLimitExceeded": "something else uses this project's quota",
    "quotaExceeded": "something else works on this Workspace at the same time",
    "rateLimitExceeded": "something else works on this Workspace at the same time",
}


def incomplete(result: BulkResult) -> PartialFailureError:
    """One line a person: who, Google's status and reason, what that means. Many go to a file."""
    reasons = [_line(email, error) for email, error in sorted(result.failed.items())]
    if len(reasons) > SHOWN:
        path = write_list("roles", reasons)
        more = f"… and {len(reasons) - SHOWN:,} more, all of them in {path}"
        reasons = [*reasons[:SHOWN], more]
    return PartialFailureError(
        f"Google: {len(result.failed):,} people could not be written"
        f" ({len(result.done) - len(set(result.done) & set(result.failed)):,} were)",
        reasons,
        hint="run `up` again to go on with the rest",
    )


def _line(email: str, error: FlexSsoError) -> str:
    if isinstance(error, VendorApiError) and error.reason in _EXPLAINED:
        return f"{email}: {error.status} {error.reason}: {_EXPLAINED[error.reason]} ({error.what})"
    return f"{email}: {error.what}"
