"""The person in a SAML response: NameID and attributes, by Flex's rules (45050 and others)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from models.attribute_mapping import REQUIRED, AttributeMapping, lint
from models.failures_catalogue import APP
from models.finding import Finding, Result, Who
from models.flex import lint_roles, worker_name_problem
from models.prediction import split_roles
from models.saml_document import SAML

if TYPE_CHECKING:
    from collections.abc import Iterator

MAPPING = f"{APP} > SAML attribute mapping"
NAME_ID = f"{APP} > Service provider details > Name ID"
USER = "Google Admin console: Directory > Users > the person"
ANY_SOURCE = "Basic Information > Primary email"


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
    """NameID, names sent twice, claims that Flex demands, near misses, and roles."""
    yield from _name_id(name_id, claims)
    names = [one.get("Name", "") for one in assertion.iter(f"{SAML}Attribute")]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield _wrong("duplicate_attribute", "once", f"{name}, {names.count(name)} times", MAPPING)
    for claim in REQUIRED:
        yield _claim(claim, claims)
    for claim, what, hint in lint(AttributeMapping(dict.fromkeys(claims, ANY_SOURCE))):
        if claim in claims:
            yield _wrong(f"claim {claim}", hint, claim, MAPPING, note=what)
    for what, hint in (
        lint_roles(split_roles(claims.get("roles", []))) if claims.get("roles") else []
    ):
        roles = ", ".join(claims["roles"])
        yield _wrong("roles", hint, roles, USER, note=what, personal=True)


def _name_id(name_id: str, claims: dict[str, list[str]]) -> Iterator[Finding]:
    if not name_id:
        yield _wrong("name_id", "the person's e-mail address", "", NAME_ID)
        return
    too_long = worker_name_problem(name_id)
    if too_long:
        yield _wrong("name_id", too_long[1], name_id, USER, note=too_long[0], personal=True)
    email = (claims.get("email") or [""])[0]
    if email and email.casefold() != name_id.casefold():
        note = "the NameID is not the e-mail address: Flex makes a phantom worker, which is billed"
        yield _wrong("name_id", email, name_id, NAME_ID, note=note, personal=True)
    else:
        yield Finding(
            check="name_id", result=Result.MATCH, observed=name_id, expected=email, personal=True
        )


def _claim(claim: str, claims: dict[str, list[str]]) -> Finding:
    values = claims.get(claim)
    if values:
        shown = ", ".join(values)
        return Finding(check=f"claim {claim}", result=Result.MATCH, observed=shown, personal=True)
    if values is None:
        note = f"there is no attribute {claim}: Flex answers 45050 (Missing User Attributes)"
        return _wrong(f"claim {claim}", "a value", "(no such attribute)", MAPPING, note=note)
    note = f"{claim} is empty for this person: Flex answers 45050 (Missing User Attributes)"
    return _wrong(f"claim {claim}", "a value", "(empty)", USER, note=note)


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
