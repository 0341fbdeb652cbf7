"""Flex as a SAML service provider: which Responses it believes, and what it reads of them.

Only the signed part is read. Each check that fails has its own code (sandbox.twilio.rejected).
Responses answer one AuthnRequest each, unless logins may begin at the identity provider.
Store kind: "assertion_seen" by connection and Assertion ID; after its end an assertion is refused
as expired, so old ones may stay.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sandbox.twilio import authn_request, saml_document, saml_signature
from sandbox.twilio.rejected import RejectedError, differs
from sandbox.twilio.saml_document import SAML, SAMLP, SUCCESS

if TYPE_CHECKING:
    from sandbox.twilio.accounts import Connection
    from sandbox.world import World

BEARER = "urn:oasis:names:tc:SAML:2.0:cm:bearer"
TOKEN_LIFE = timedelta(hours=1)


@dataclass(frozen=True)
class Assertion:
    """What a believed Response says. `in_response_to` is "" if the login began elsewhere."""

    name_id: str
    attributes: dict[str, list[str]]
    in_response_to: str
    session_not_on_or_after: datetime | None


def believe(world: World, connection: Connection, root: Any) -> Assertion:
    """Check a parsed Response for this connection. Raises RejectedError."""
    now = world.clock.now()
    signed = saml_signature.signed_part(root, connection.certificate, now)
    if signed.tag == f"{{{SAMLP}}}Response":
        response, assertion = signed, signed.find(f"{{{SAML}}}Assertion")
    elif world.options.requires_signed_response:
        raise RejectedError("response_not_signed")
    else:
        response, assertion = root, signed
    check = _Check(world, connection, now)
    check.response(response)
    check.issuer(assertion)
    check.conditions(assertion)
    in_response_to = check.subject(response, assertion)
    ends_at = check.authn_statement(assertion)
    found = Assertion(_name_id(assertion), _attributes(assertion), in_response_to, ends_at)
    check.used_once(assertion, in_response_to)
    return found


@dataclass(frozen=True)
class _Check:
    """The checks that compare with the connection, the clock, and what was seen before."""

    world: World
    connection: Connection
    now: datetime

    @property
    def skew(self) -> timedelta:
        return timedelta(seconds=self.world.options.clock_skew)

    def response(self, response: Any) -> None:
        codes, message = saml_document.statuses(response)
        if codes[:1] != [SUCCESS]:
            raise RejectedError("status", f"It says: {' / '.join(codes)} {message}".rstrip())
        destination = response.get("Destination", "")
        if destination != self.connection.acs_url:
            raise differs("destination", destination, self.connection.acs_url)
        self.issuer(response)

    def issuer(self, element: Any) -> None:
        issuer = element.findtext(f"{{{SAML}}}Issuer") or ""
        if issuer != self.connection.issuer:
            raise differs("issuer", issuer, self.connection.issuer)

    def conditions(self, assertion: Any) -> None:
        found = assertion.findall(f"{{{SAML}}}Conditions")
        known = {f"{{{SAML}}}AudienceRestriction", f"{{{SAML}}}OneTimeUse"}
        if len(found) != 1 or {child.tag for child in found[0]} - known:
            raise RejectedError("conditions")
        not_before, not_on_or_after = _times(found[0], "NotBefore", "NotOnOrAfter")
        if not_on_or_after is None:
            raise RejectedError("conditions", "NotOnOrAfter is missing.")
        if not_before is not None and self.now + self.skew < not_before:
            raise RejectedError("not_yet_valid")
        if self.now - self.skew >= not_on_or_after:
            raise RejectedError("expired")
        self._audience(found[0])

    def _audience(self, conditions: Any) -> None:
        wanted = self.connection.sp_entity_id
        restrictions = conditions.findall(f"{{{SAML}}}AudienceRestriction")
        if not restrictions:
            raise RejectedError("audience", "There is none.")
        for restriction in restrictions:
            named = [one.text or "" for one in restriction.iterfind(f"{{{SAML}}}Audience")]
            if wanted not in named:
                raise differs("audience", ", ".join(named), wanted)

    def subject(self, response: Any, assertion: Any) -> str:
        """The ID of the request that is answered, or ""."""
        found = assertion.findall(f"{{{SAML}}}Subject/{{{SAML}}}SubjectConfirmation")
        data = found[0].find(f"{{{SAML}}}SubjectConfirmationData") if len(found) == 1 else None
        if data is None or found[0].get("Method") != BEARER:
            raise RejectedError("subject_confirmation")
        recipient = data.get("Recipient", "")
        if recipient != self.connection.acs_url:
            raise differs("recipient", recipient, self.connection.acs_url)
        (not_on_or_after,) = _times(data, "NotOnOrAfter")
        if not_on_or_after is None or self.now - self.skew >= not_on_or_after:
            raise RejectedError("confirmation_expired")
        return self._in_response_to(response.get("InResponseTo", ""), data.get("InResponseTo", ""))

    def _in_response_to(self, outer: str, inner: str) -> str:
        if outer != inner:
            raise RejectedError("in_response_to")
        if not inner and not self.world.options.accepts_idp_initiated:
            raise RejectedError("unsolicited")
        if inner and authn_request.waiting(self.world, self.connection, inner) is None:
            raise RejectedError("in_response_to")
        return inner

    def authn_statement(self, assertion: Any) -> datetime | None:
        """When the session at the identity provider ends, if it says so (Google's doesn't)."""
        found = assertion.findall(f"{{{SAML}}}AuthnStatement")
        if len(found) != 1:
            raise RejectedError("authn_statement")
        (ends_at,) = _times(found[0], "SessionNotOnOrAfter")
        if ends_at is not None and ends_at <= self.now - self.skew:
            raise RejectedError("session_ended")
        if ends_at is not None and ends_at <= self.now + TOKEN_LIFE:
            raise RejectedError("session_too_short")
        return ends_at

    def used_once(self, assertion: Any, in_response_to: str) -> None:
        """Last of all: remember the assertion, and that its request was answered."""
        key = f"{self.connection.account_sid}/{self.connection.name}/{assertion.get('ID')}"
        if self.world.store.get("assertion_seen", key) is not None:
            raise RejectedError("replay")
        self.world.store.put("assertion_seen", key, {"in_response_to": in_response_to})


def _name_id(assertion: Any) -> str:
    found = assertion.findall(f"{{{SAML}}}Subject/{{{SAML}}}NameID")
    name_id = (found[0].text or "").strip() if len(found) == 1 else ""
    if not name_id:
        raise RejectedError("name_id")
    return name_id


def _attributes(assertion: Any) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for attribute in assertion.iterfind(f"{{{SAML}}}AttributeStatement/{{{SAML}}}Attribute"):
        name = attribute.get("Name", "")
        if name in found:
            raise RejectedError("duplicate_attribute", f"It is '{name}'.")
        values = attribute.iterfind(f"{{{SAML}}}AttributeValue")
        found[name] = [(value.text or "").strip() for value in values]
    return found


def _times(element: Any, *names: str) -> list[datetime | None]:
    """Times with a zone, or None where there is no such attribute."""
    return [_time(element.get(name)) if name in element.attrib else None for name in names]


def _time(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise RejectedError("conditions", f"'{text}' is not a time in UTC.")
    return moment.astimezone(UTC)
