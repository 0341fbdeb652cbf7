"""The person in a SAML response: NameID and attributes, by Flex's rules (`models.claim_rules`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from models.attribute_mapping import REQUIRED
from models.claim_rules import NAME_ID as IS_NAME_ID
from models.claim_rules import Broken, broken_rules
from models.failures_catalogue import APP
from models.finding import Finding, Result, Who
from models.saml_document import SAML

if TYPE_CHECKING:
    from collections.abc import Iterator

MAPPING = f"{APP} > SAML attribute mapping"
NAME_ID = f"{APP} > Service provider details > Name ID"
USER = "Google Admin console: Directory > Users > the person"


def text_of(element: Any) -> str:
    """All text inside, as it was signed: nothing is cut at a child node."""
    return "".join(element.itertext()).strip() if element is not None else ""


def name_id_in(assertion: Any) -> str:
    """The NameID, empty if there is none."""
    return text_of(assertion.find(f"{SAML}Subject/{SAML}NameID"))


def claims_in(assertion: Any) -> dict[str, list[str]]:
    """Attribute → values that are not empty, in the document's order."""
    claims: dict[str, list[str]] = {}
    for attribute in assertion.iterfind(f"{SAML}AttributeStatement/{SAML}Attribute"):
        values = [text_of(value) for value in attribute.findall(f"{SAML}AttributeValue")]
        claims.setdefault(attribute.get("Name", ""), []).extend(v for v in values if v)
    return claims


def claim_findings(assertion: Any, name_id: str, claims: dict[str, list[str]]) -> Iterator[Finding]:
    """NameID, names sent twice, claims that Flex demands, near misses, roles, typed values."""
    broken = broken_rules(name_id, claims)
    yield from (_broken(one, name_id, claims) for one in broken if one.claim == IS_NAME_ID)
    if not any(one.claim == IS_NAME_ID for one in broken):
        email = (claims.get("email") or [""])[0]
        yield _match("name_id", name_id, expected=email)
    names = [one.get("Name", "") for one in assertion.iter(f"{SAML}Attribute")]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield _wrong("duplicate_attribute", "once", f"{name}, {names.count(name)} times", MAPPING)
    for claim in REQUIRED:
        if any(claims.get(claim, [])):
            yield _match(f"claim {claim}", ", ".join(claims[claim]))
    yield from (_broken(one, name_id, claims) for one in broken if one.claim != IS_NAME_ID)


def _broken(one: Broken, name_id: str, claims: dict[str, list[str]]) -> Finding:
    """A rule that is not kept, as a row: what is expected, what came, where it is put right."""
    if one.claim == IS_NAME_ID:
        where = USER if one.refuses and name_id else NAME_ID
        return _wrong("name_id", one.hint, name_id, where, note=one.what, personal=bool(name_id))
    if not one.sent:
        return _wrong(f"claim {one.claim}", one.hint, "(no such attribute)", MAPPING, note=one.what)
    values = ", ".join(claims[one.claim])
    if one.claim == "roles" and values:
        return _wrong("roles", one.hint, values, USER, note=one.what, personal=True)
    if one.refuses:
        received = values or "(empty)"
        return _wrong(
            f"claim {one.claim}", one.hint, received, USER, note=one.what, personal=bool(values)
        )
    return _wrong(f"claim {one.claim}", one.hint, one.claim, MAPPING, note=one.what)


def _match(check: str, observed: str, expected: str = "") -> Finding:
    return Finding(
        check=check, result=Result.MATCH, observed=observed, expected=expected, personal=True
    )


def _wrong(  # noqa: PLR0913  the columns of the table
    check: str, expected: str, received: str, where: str, note: str = "", *, personal: bool = False
) -> Finding:
    return Finding(
        check=check,
        result=Result.DRIFT,
        expected=expected,
        observed=received or "(nothing)",
        who=Who.GOOGLE_ADMIN,
        where=where,
        note=note,
        personal=personal,
    )
