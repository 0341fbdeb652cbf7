"""PREDICT: what Flex would say to each person of the stack, with what the directory holds now.

For the first people, and for those that are asked for, the whole response is built, signed with a
key for this look, and put through every check of `explain`. The envelope is the same for all, so
of the others only the claims are judged.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from components.verification.looking import summary, waiting
from models.assertion import Address, ThrowAwayIdp
from models.finding import Finding, Part, Result, Who
from models.prediction import DirectoryPerson, Prediction, claims_of, predict, unread
from models.saml_response import SpExpectation, explain_response

if TYPE_CHECKING:
    from collections.abc import Iterator

    from components.verification.expected import Expected
    from components.verification.traces import Traces
    from models.claim_rules import Broken
    from providers.google.directory_api import Person

PREDICT = Part.PREDICT
USER = "Google Admin console: Directory > Users"
WHOLE_RESPONSES = 20


def look_ahead(traces: Traces, expected: Expected) -> Iterator[Finding]:
    """Who would be refused, and what would go wrong for those who are let in."""
    listed = [traces.people[email] for email in expected.people if email in traces.people]
    fine = 0
    for person in listed:
        if expected.shows_claims:
            yield _claims(person, expected)
        prediction = prediction_of(person, expected)
        fine += not prediction.refused
        yield from (_finding(one, person, expected) for one in prediction.broken)
    yield from _whole_responses(listed, expected)
    gaps = unread(expected.tenant.attribute_mapping, expected.schema_names)
    yield from _unread(gaps, expected)
    as_far = f", as far as {', '.join(gaps)} can be left out of account" if gaps else ""
    note = f"Flex's rules let {fine} of {len(listed)} people in{as_far}"
    yield summary(PREDICT, "sign_in", note, complete=fine == len(listed))


def prediction_of(person: Person, expected: Expected) -> Prediction:
    """What Flex's rules say to the claims that Google would send for this person."""
    return predict(_claims_of(person, expected), expected.tenant.attribute_mapping, person.email)


def _claims_of(person: Person, expected: Expected) -> dict[str, list[str]]:
    described = DirectoryPerson(email=person.email, values=person.values)
    return claims_of(described, expected.tenant.attribute_mapping, expected.schema_names)


def _finding(one: Broken, person: Person, expected: Expected) -> Finding:
    if not expected.deployed:
        return waiting(PREDICT, "sign_in", f"{one.what}; pulumi up", person=person.email)
    verdict = "Flex would refuse" if one.refuses else "Flex would let them in, but"
    return Finding(
        part=PREDICT,
        check="sign_in",
        result=Result.DRIFT,
        person=person.email,
        personal=True,
        note=f"{verdict}: {one.what}; {one.hint}",
        who=Who.GOOGLE_ADMIN,
        where=USER,
        warning=not one.refuses,
    )


def _claims(person: Person, expected: Expected) -> Finding:
    """What Google would send, as far as our schema and the e-mail address go."""
    shown = "; ".join(
        f"{name}: {', '.join(values) or '(empty)'}"
        for name, values in _claims_of(person, expected).items()
    )
    return Finding(
        part=PREDICT,
        check="claims",
        result=Result.MATCH,
        person=person.email,
        personal=True,
        observed=shown,
    )


def _unread(claims: list[str], expected: Expected) -> Iterator[Finding]:
    for claim in claims:
        note = f"{expected.tenant.attribute_mapping[claim]} is no field of ours, and not read"
        yield Finding(part=PREDICT, check=f"claim {claim}", result=Result.NOT_CHECKED, note=note)


# The envelope ----------------------------------------------------------------------------------


def _whole_responses(people: list[Person], expected: Expected) -> Iterator[Finding]:
    """What `explain` finds in whole responses, beyond the claims that were judged already."""
    sp, metadata = expected.sp, expected.metadata
    if sp is None or metadata is None or not people:
        return
    idp = ThrowAwayIdp(expected.now)
    address = Address(metadata.entity_id, sp.acs_url, sp.entity_id)
    door = SpExpectation(
        acs_url=sp.acs_url,
        sp_entity_id=sp.entity_id,
        idp_entity_id=metadata.entity_id,
        certificate=idp.certificate,
    )
    tried = people if expected.shows_claims else people[:WHOLE_RESPONSES]
    for person in tried:
        xml = idp.response(address, person.email, _claims_of(person, expected))
        for row in explain_response(xml, door, expected.now).findings:
            if row.wrong and not _is_about_claims(row):
                yield row.model_copy(update={"part": PREDICT, "person": person.email})


def _is_about_claims(row: Finding) -> bool:
    return row.check in {"name_id", "roles"} or row.check.startswith("claim ")
