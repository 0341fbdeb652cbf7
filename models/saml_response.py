"""`explain_response`: a SAML response against everything that Flex has to demand of it.

The rules are those of a strict service provider, in its order. Unlike one, it goes on after the
first failure, so that somebody who repairs a tenant sees all that is wrong at once. Where the
signature does not fit, the remaining rows are read from a document that proves nothing (`trusted`
is off). Times are judged at the response's own time unless another is given: a response that
somebody sends in is always old. What needs Flex's memory is `not_checked`: replay, and whether
InResponseTo names a request that Flex sent.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict

from models.certificate import Certificate
from models.failures_catalogue import APP, SSO_FORM
from models.finding import Finding, Result, Who
from models.saml_claims import claim_findings, claims_in, name_id_in, text_of
from models.saml_document import (
    SAML,
    SUCCESS,
    SamlRefusal,
    parse_response,
    status_of,
    the_assertion,
)
from models.saml_signature import brought_along, the_signature, verified
from models.saml_times import moment, time_findings

if TYPE_CHECKING:
    from collections.abc import Iterator

SERVICE_PROVIDER = f"{APP} > Service provider details"
BEARER = "urn:oasis:names:tc:SAML:2.0:cm:bearer"


class SpExpectation(BaseModel):
    """What Flex expects. `certificate` stands in its form; `others` are further ones of Google's.

    Empty addresses are not compared (they are not known yet).
    """

    model_config = ConfigDict(frozen=True)

    acs_url: str = ""
    sp_entity_id: str = ""
    idp_entity_id: str = ""
    certificate: Certificate | None = None
    others: tuple[Certificate, ...] = ()
    clock_skew: timedelta = timedelta(seconds=60)


class Explanation(BaseModel):
    """All rows, in Flex's order. `trusted`: a known certificate signed what was read."""

    model_config = ConfigDict(frozen=True)

    findings: list[Finding]
    trusted: bool
    issued_at: datetime | None = None
    name_id: str = ""
    claims: dict[str, list[str]] = {}

    @property
    def first_failing(self) -> Finding | None:
        """The row at which Flex would stop; None if it would let the person in."""
        return next((one for one in self.findings if one.wrong), None)


def explain_response(
    xml: bytes, expected: SpExpectation, at: datetime | None = None
) -> Explanation:
    """Judge one response, at `at` or at its own time. Never raises for what is in it."""
    rows: list[Finding] = []
    root = None
    try:
        root = parse_response(xml)
        rows.append(_status(root))
        if rows[0].wrong and root.find(f"{SAML}Assertion") is None:
            return Explanation(findings=rows, trusted=False, issued_at=moment(root, "IssueInstant"))
        assertion = the_assertion(root)
        signature = the_signature(root)
    except SamlRefusal as refusal:
        rows.append(_refused(refusal))
        return Explanation(findings=_in_order(rows), trusted=False)
    return _explain(root, assertion, signature, expected, at, rows)


def _in_order(rows: list[Finding]) -> list[Finding]:
    """A document that must not be read goes first, whatever its status says."""
    return sorted(rows, key=lambda row: not (row.check != "status" and row.wrong))


def _explain(  # noqa: PLR0913  the parts of one document
    root: Any,
    assertion: Any,
    signature: Any,
    expected: SpExpectation,
    at: datetime | None,
    rows: list[Finding],
) -> Explanation:
    issued = moment(root, "IssueInstant")
    known = _known(expected)
    with_it = brought_along(signature)
    signed = verified(root, signature, known or ([with_it] if with_it else []))
    rows = [*_signature_rows(signature, signed, expected, issued), *rows]
    if signed is not None:
        root = signed.element if signed.whole else root
        assertion = signed.element if not signed.whole else root.find(f"{SAML}Assertion")
    when = at or issued
    rows += _addresses(root, assertion, expected)
    rows += time_findings(assertion, when, expected.clock_skew)
    rows += _subject(root, assertion, expected)
    name_id, claims = name_id_in(assertion), claims_in(assertion)
    rows += claim_findings(assertion, name_id, claims)
    rows += _from_memory(root)
    return Explanation(
        findings=rows,
        trusted=signed is not None and bool(known),
        issued_at=issued,
        name_id=name_id,
        claims=claims,
    )


# Rows ----------------------------------------------------------------------------------------


def _row(  # noqa: PLR0913  the columns of the table
    check: str, expected: str, received: str, who: Who, where: str, note: str = ""
) -> Finding:
    result = Result.MATCH if expected == received else Result.DRIFT
    return Finding(
        check=check,
        result=result,
        expected=expected,
        observed=received or "(nothing)",
        who=who,
        where=where,
        note=note,
    )


def _refused(refusal: SamlRefusal) -> Finding:
    signed = refusal.code == "not_signed"
    note = f"{refusal.what}; Flex demands a signed response" if signed else refusal.what
    return Finding(
        check=refusal.code,
        result=Result.DRIFT,
        note=note,
        who=Who.GOOGLE_ADMIN,
        where=f"{SERVICE_PROVIDER} > Signed response" if signed else "the response itself",
    )


def _status(root: Any) -> Finding:
    words, message = status_of(root)
    code = root.find("{*}Status/{*}StatusCode")
    value = code.get("Value", "") if code is not None else ""
    if value == SUCCESS:
        return _row("status", "Success", "Success", Who.NOBODY, "")
    said = f"Google says (unsigned, so only a clue): {message}" if message else ""
    where = f"{SERVICE_PROVIDER} > ACS URL" if "ACS Url" in message else SERVICE_PROVIDER
    return _row("status", "Success", words, Who.GOOGLE_ADMIN, where, said)


def _known(expected: SpExpectation) -> list[Certificate]:
    first = [expected.certificate] if expected.certificate else []
    return [*first, *expected.others]


def _signature_rows(
    signature: Any, signed: Any, expected: SpExpectation, issued: datetime | None
) -> Iterator[Finding]:
    form = f"{SSO_FORM} > X.509 Certificate"
    if signed is None:
        yield _unverified(signature, expected, form)
        return
    wanted = expected.certificate or signed.certificate
    note = "" if signed.certificate == wanted else "signed with Google's other certificate"
    received = signed.certificate.fingerprint
    if _known(expected):
        yield _row("certificate", wanted.fingerprint, received, Who.TWILIO_ADMIN, form, note)
    else:
        note = "it fits the certificate inside, which proves nothing: name the stack to compare"
        yield Finding(check="certificate", result=Result.NOT_CHECKED, observed=received, note=note)
    where = f"{SERVICE_PROVIDER} > Signed response"
    whole = "the Response" if signed.whole else "the Assertion only"
    note = "" if signed.whole else "turn on Signed response in the SAML app"
    yield _row("signed_response", "the Response", whole, Who.GOOGLE_ADMIN, where, note)
    ends = signed.certificate.not_after
    if issued is not None and not signed.certificate.not_before <= issued < ends:
        note = "the certificate was not valid when the response was made"
        yield _row(
            "certificate_expired", f"until {ends}", str(issued), Who.GOOGLE_ADMIN, form, note
        )


def _unverified(signature: Any, expected: SpExpectation, form: str) -> Finding:
    """None of our certificates fits: another one, or the document was changed."""
    with_it = brought_along(signature)
    known = _known(expected)
    ours = ", ".join(one.fingerprint for one in known) or "(no certificate is known)"
    note = "the signature does not fit: the document was changed on its way"
    if with_it is not None and with_it.fingerprint not in {one.fingerprint for one in known}:
        note = "it was signed with another certificate: is the metadata file of another account,"
        note += " or older than the certificate?"
    return Finding(
        check="signature_invalid",
        result=Result.DRIFT,
        expected=ours,
        observed=with_it.fingerprint if with_it else "(no certificate in it)",
        who=Who.TWILIO_ADMIN,
        where=form,
        note=note,
    )


def _addresses(root: Any, assertion: Any, expected: SpExpectation) -> Iterator[Finding]:
    google, acs = Who.GOOGLE_ADMIN, f"{SERVICE_PROVIDER} > ACS URL"
    if expected.acs_url:
        yield _row("destination", expected.acs_url, root.get("Destination", ""), google, acs)
    issuers = {text_of(root.find(f"{SAML}Issuer")), text_of(assertion.find(f"{SAML}Issuer"))}
    if expected.idp_entity_id:
        other = sorted(issuers - {expected.idp_entity_id})
        received = other[0] if other else expected.idp_entity_id
        form = f"{SSO_FORM} > Identity Provider Issuer"
        yield _row("issuer", expected.idp_entity_id, received, Who.TWILIO_ADMIN, form)
    conditions = assertion.findall(f"{SAML}Conditions")
    if len(conditions) != 1:
        yield _row("conditions", "1", str(len(conditions)), google, "the response itself")
        return
    audiences = [text_of(one) for one in conditions[0].iter(f"{SAML}Audience")]
    if expected.sp_entity_id:
        received = ", ".join(audiences)
        where = f"{SERVICE_PROVIDER} > Entity ID"
        yield _row("audience", expected.sp_entity_id, received, google, where)


def _subject(root: Any, assertion: Any, expected: SpExpectation) -> Iterator[Finding]:
    """Exactly one bearer confirmation, for this door, and one AuthnStatement."""
    google, itself = Who.GOOGLE_ADMIN, "the response itself"
    found = assertion.findall(f"{SAML}Subject/{SAML}SubjectConfirmation")
    methods = ", ".join(one.get("Method", "") for one in found)
    yield _row("subject_confirmation", BEARER, methods, google, itself)
    data = found[0].find(f"{SAML}SubjectConfirmationData") if found else None
    recipient = data.get("Recipient", "") if data is not None else ""
    if expected.acs_url:
        where = f"{SERVICE_PROVIDER} > ACS URL"
        yield _row("recipient", expected.acs_url, recipient, google, where)
    inner = data.get("InResponseTo", "") if data is not None else ""
    outer = root.get("InResponseTo", "")
    if inner != outer:
        yield _row("in_response_to", outer or "(nothing)", inner, google, itself)
    statements = len(assertion.findall(f"{SAML}AuthnStatement"))
    yield _row("authn_statement", "1", str(statements), google, itself)


def _from_memory(root: Any) -> Iterator[Finding]:
    request = root.get("InResponseTo", "")
    begun = "begun at Flex" if request else "begun at Google (no InResponseTo)"
    note = f"{begun}; only Flex knows whether it sent that request, and whether it was used before"
    yield Finding(check="replay", result=Result.NOT_CHECKED, note=note)
