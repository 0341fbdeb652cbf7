"""EVIDENCE: what real sign-ins left behind at Google (the `saml` log) and in Flex (workers)."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from components.verification.looking import looked, summary, waiting
from models.failures_catalogue import failure_of
from models.finding import Finding, Part, Result, Who
from models.phase import NEXT_STEP, Phase
from models.roles import same_value
from providers.google.directory_api import DirectoryApi
from providers.google.reports_api import ReportsApi
from providers.twilio.flex_api import FlexApi

if TYPE_CHECKING:
    from collections.abc import Iterator

    from components.verification.expected import Expected
    from providers.google.directory_api import Person
    from providers.settings import Settings

EVIDENCE = Part.EVIDENCE
USER = "Google Admin console: Directory > Users"
WORKERS = "Twilio Console: TaskRouter > Workspaces > Workers"
SHOWN = 20


def look_for_evidence(settings: Settings, expected: Expected) -> list[Finding]:
    """Sign-ins since the last change, failed ones, and whether Flex's workers fit the directory."""
    if not expected.phase.was_active:
        return []
    return [
        *looked(EVIDENCE, "sign_in", lambda: _sign_ins(settings, expected)),
        *looked(EVIDENCE, "workers", lambda: _workers(settings, expected)),
    ]


def _sign_ins(settings: Settings, expected: Expected) -> Iterator[Finding]:
    proof = expected.proof
    if proof:
        recorded = expected.phase is Phase.VERIFIED
        todo = "" if recorded else f"; pulumi up -s {expected.stack} records it"
        note = f"at {proof['time']}, begun by {proof['initiated_by'] or 'nobody named'}{todo}"
        yield Finding(
            part=EVIDENCE,
            check="sign_in",
            result=Result.MATCH,
            note=note,
            person=proof["email"],
            observed=", ".join(proof["roles"]),
        )
    else:
        why = expected.sso.get("not_proved") or "Google's log shows no login since the change"
        note = f"{NEXT_STEP[Phase.ACTIVE]} ({why})"
        yield waiting(EVIDENCE, "sign_in", note, who=Who.PERSON, where="the Flex login link")
    yield from _failures(settings, expected)


def _failures(settings: Settings, expected: Expected) -> Iterator[Finding]:
    """The newest failure of each person since the change, unless they came in afterwards."""
    reports = ReportsApi(settings, expected.tenant.google.customer)
    since = expected.changed_at
    came_in: dict[str, str] = {}
    for login in reports.logins(expected.tenant.saml_app.name, since):
        came_in.setdefault(login.email, login.time)
    newest = {one.email: one for one in reversed(reports.login_failures(since))}
    for email, failure in sorted(newest.items())[:SHOWN]:
        if email not in expected.people or came_in.get(email, "") > failure.time:
            continue
        known = failure_of(failure.failure_type)
        yield Finding(
            part=EVIDENCE,
            check="failed_sign_in",
            result=Result.DRIFT,
            person=email,
            observed=failure.failure_type,
            note=f"{known.means} To do: {known.fix}" if known else f"on {failure.time}",
            who=known.who if known else Who.GOOGLE_ADMIN,
            where=known.where if known else "",
        )


# Workers -------------------------------------------------------------------------------------


def _workers(settings: Settings, expected: Expected) -> Iterator[Finding]:
    customer, account = expected.tenant.google.customer, expected.tenant.flex.account_sid
    live = DirectoryApi(settings, customer).people(expected.schema_name)
    people = {one.email: one for one in live}
    workers = list(FlexApi(settings, account).workers(expected.workspace_sid))
    fit = 0
    for worker in workers:
        person = people.get(worker["friendly_name"].casefold())
        found = [*_one(worker, person, expected)]
        fit += bool(person) and not found
        yield from found
    yield from _personas(workers)
    note = f"{fit} of {len(workers)} workers have the directory's roles and names"
    yield summary(EVIDENCE, "workers", note, complete=fit == len(workers))


def _one(worker: dict[str, Any], person: Person | None, expected: Expected) -> Iterator[Finding]:
    name, has = worker["friendly_name"], worker["attributes"]
    if person is None:
        yield from _phantom(name, has)
        return
    fields = expected.value_fields
    for claim, field in (("roles", fields.roles), ("full_name", fields.full_name)):
        wanted = person.values.get(field)
        if not same_value(wanted, has.get(claim)):
            yield _warning(
                f"worker.{claim}",
                name,
                "will change at the person's next sign-in",
                expected=_shown(wanted),
                observed=_shown(has.get(claim)),
                who=Who.PERSON,
                where="the Flex login link",
            )


def _phantom(name: str, has: dict[str, Any]) -> Iterator[Finding]:
    """A worker that came by sign-in, but under a name that the directory does not have."""
    if has.get("roles") is None:
        return  # made by hand or by a program: none of SSO's business
    note = "a worker that no person of the directory stands behind; Twilio may bill it: delete it"
    if "@" not in name:
        note = "its name is no e-mail address, so the NameID was another one; Twilio may bill it"
    yield _warning("phantom_worker", name, note, who=Who.TWILIO_ADMIN, where=WORKERS)


def _personas(workers: list[dict[str, Any]]) -> Iterator[Finding]:
    """Two workers with one e-mail address: by SSO, and by "Launch Flex" in the Console."""
    by_email: dict[str, list[str]] = defaultdict(list)
    for worker in workers:
        email = str(worker["attributes"].get("email") or "").casefold()
        if email:
            by_email[email].append(worker["friendly_name"])
    for email, names in sorted(by_email.items()):
        if len(names) > 1:
            note = f"one person, {len(names)} workers ({', '.join(sorted(names))}): both are billed"
            yield _warning("two_personas", email, note, who=Who.TWILIO_ADMIN, where=WORKERS)


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


def _shown(value: Any) -> str:
    items = value if isinstance(value, list) else [value]
    return ", ".join(sorted(str(item) for item in items if item not in {None, ""})) or "(empty)"
