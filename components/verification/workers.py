"""EVIDENCE in Flex: workers and Flex users against the directory, for each mapped claim."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, NamedTuple

from components.verification.looking import summary
from models.attribute_mapping import INSIGHTS, TEAMS
from models.claim_rules import worker_attribute, worker_value
from models.errors import NotFoundError, PermissionDeniedError
from models.finding import Finding, Part, Result, Who
from models.prediction import DirectoryPerson, claims_of
from models.roles import plain_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from components.verification.expected import Expected
    from components.verification.traces import Traces
    from providers.google.directory_api import Person

EVIDENCE = Part.EVIDENCE
WORKERS = "Twilio Console: TaskRouter > Workspaces > Workers"
BY_SSO = frozenset({"email", "full_name", "roles"})
USER_FIELDS = BY_SSO


class Holder(NamedTuple):
    """A worker or a Flex user: whose, and what it holds. `kind` begins the names of its checks."""

    kind: str
    name: str
    values: dict[str, Any]


def look_at_workers(traces: Traces, expected: Expected) -> Iterator[Finding]:
    """Workers that differ from the directory, that nobody stands behind, or that are one person."""
    holders = [Holder("worker", one["friendly_name"], one["attributes"]) for one in traces.workers]
    yield from _compared(holders, traces.people, expected, "workers")
    yield from _personas(holders)
    yield from _left_over(holders, expected)


def look_at_users(traces: Traces, expected: Expected) -> Iterator[Finding]:
    """The same for Flex users: a public beta, which an account may not have."""
    if not expected.instance_sid:
        return
    try:
        users = [one for one in traces.users if not one.get("deactivated")]
    except (NotFoundError, PermissionDeniedError) as error:
        note = f"the Flex Users API is a public beta: {error.what}"
        yield Finding(part=EVIDENCE, check="flex_users", result=Result.NOT_CHECKED, note=note)
        return
    holders = [Holder("flex_user", str(one.get("username", "")), one) for one in users]
    yield from _compared(holders, traces.people, expected, "flex_users")


def _compared(
    holders: list[Holder], people: dict[str, Person], expected: Expected, check: str
) -> Iterator[Finding]:
    fit = 0
    by_sso = [one for one in holders if one.name.casefold() in people or _came_by_sso(one)]
    for holder in by_sso:
        person = people.get(holder.name.casefold())
        found = list(_one(holder, person, expected))
        fit += bool(person) and not found
        yield from found
    what = "workers" if check == "workers" else "Flex users"
    note = f"{fit} of {len(by_sso)} {what} have what the directory has"
    yield summary(EVIDENCE, check, note, complete=fit == len(by_sso))


def _came_by_sso(holder: Holder) -> bool:
    """Otherwise it was made by hand or by a program: none of SSO's business."""
    return holder.values.get("roles") is not None


def _one(holder: Holder, person: Person | None, expected: Expected) -> Iterator[Finding]:
    """What the person's next sign-in will change, by attribute."""
    if person is None:
        yield from _phantom(holder)
        return
    for attribute, wanted in _wanted(person, expected).items():
        if holder.kind == "flex_user" and attribute not in USER_FIELDS:
            continue
        has = holder.values.get(attribute)
        if _texts(wanted) == _texts(has):
            continue
        note = "will change at the person's next sign-in"
        if not _texts(wanted):
            note = "is empty at Google; Flex keeps it unless Google sends the empty value"
        yield _warning(
            f"{holder.kind}.{attribute}",
            holder.name,
            note,
            expected=_shown(wanted),
            observed=_shown(has),
            who=Who.PERSON,
            where="the Flex login link",
        )


def _wanted(person: Person, expected: Expected) -> dict[str, Any]:
    """Attribute → value, as a sign-in would leave it; what Flex would refuse is PREDICT's."""
    mapping = expected.tenant.attribute_mapping
    described = DirectoryPerson(email=person.email, values=person.values)
    claims = claims_of(described, mapping, expected.schema_names)
    return {
        attribute: worker_value(claim, values)
        for claim, values in claims.items()
        if (attribute := worker_attribute(claim))
    }


def _phantom(holder: Holder) -> Iterator[Finding]:
    """Somebody that came by sign-in, but under a name that the directory does not have."""
    note = f"a {_word(holder)} that no person of the directory stands behind; Twilio may bill it"
    if "@" not in holder.name:
        note = "its name is no e-mail address, so the NameID was another one; Twilio may bill it"
    note += ": delete it"
    yield _warning(f"phantom_{holder.kind}", holder.name, note, who=Who.TWILIO_ADMIN, where=WORKERS)


def _word(holder: Holder) -> str:
    return holder.kind.replace("_", " ")


def _personas(workers: list[Holder]) -> Iterator[Finding]:
    """Two workers with one e-mail address: by SSO, and by "Launch Flex" in the Console."""
    by_email: dict[str, list[str]] = defaultdict(list)
    for worker in workers:
        email = str(worker.values.get("email") or "").casefold()
        if email:
            by_email[email].append(worker.name)
    for email, names in sorted(by_email.items()):
        if len(names) > 1:
            note = f"one person, {len(names)} workers: both are billed; delete the one of no SSO"
            shown = ", ".join(sorted(names))
            yield _warning(
                "two_personas", email, note, observed=shown, who=Who.TWILIO_ADMIN, where=WORKERS
            )


def _left_over(workers: list[Holder], expected: Expected) -> Iterator[Finding]:
    """Attributes of Flex's own that no row of the mapping sends (any more): Flex never clears."""
    mapped = {worker_attribute(claim) for claim in expected.tenant.attribute_mapping}
    by_sso = [one for one in workers if _came_by_sso(one)]
    for attribute in sorted((INSIGHTS | TEAMS) - mapped):
        count = sum(1 for one in by_sso if _texts(one.values.get(attribute)))
        if count:
            note = (
                f"{count} workers have it, and no claim sends it: set by something else, or left"
                " over from a mapping that was removed (Flex keeps it for ever)"
            )
            yield Finding(
                part=EVIDENCE,
                check=f"worker.{attribute}",
                result=Result.DRIFT,
                note=note,
                who=Who.TWILIO_ADMIN,
                where=WORKERS,
                warning=True,
            )


def _warning(check: str, person: str, note: str, **more: Any) -> Finding:
    return Finding(
        part=EVIDENCE,
        check=check,
        result=Result.DRIFT,
        person=person,
        note=note,
        personal=True,
        warning=True,
        **more,
    )


def _texts(value: Any) -> set[str]:
    """A value as a set of texts: a list of one is that one, and empty is nothing."""
    items = value if isinstance(value, list) else [value]
    return {text for item in items if item is not None and (text := plain_text(item))}


def _shown(value: Any) -> str:
    return ", ".join(sorted(_texts(value))) or "(empty)"
