"""`AttributeMapping`: which Google directory attribute goes into which claim of Flex.

The names are the app attributes of Google's wizard, which become TaskRouter worker attributes.
Sources: Twilio's page "Configuring SSO and IdP in Flex" (names, types, teams), error 45050, and
Google's page "Set up your own custom SAML app" (Employee ID: an older edition of it).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple, Self

REQUIRED = ("email", "full_name", "roles")
INSIGHTS = frozenset(
    {
        "department",
        "location",
        "manager",
        "phone",
        "team_id",
        "team_name",
        "team_name_in_hierarchy",
    }
)
TEAMS = frozenset({"team_member", "team_owner"})
SPECIAL = frozenset({"contact_uri", "image_url"})
TYPES = ("string", "int", "boolean", "stringarray", "intarray", "booleanarray")
KNOWN = frozenset(REQUIRED) | INSIGHTS | TEAMS | SPECIAL

Problem = tuple[str, str, str]
_Found = tuple[str, str]


class DirectoryAttribute(NamedTuple):
    """An entry of the wizard's select: `Basic Information > Primary email`.

    A field of a custom schema is `<display name of the schema> > <display name of the field>`.
    """

    category: str
    attribute: str

    def __str__(self) -> str:
        return f"{self.category} > {self.attribute}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `Category > Attribute`. Raises ValueError if the text has another shape."""
        category, _, attribute = (part.strip() for part in text.partition(">"))
        if not category or not attribute or ">" in attribute:
            raise ValueError(f"expected 'Category > Attribute', got {text!r}")
        return cls(category, attribute)


PRIMARY_EMAIL = DirectoryAttribute("Basic Information", "Primary email")


class AttributeMapping(Mapping[str, str]):
    """Claim → directory attribute, in the order of the rows on the screen. Immutable."""

    def __init__(self, rows: Mapping[str, str]) -> None:
        self._rows = dict(rows)

    @classmethod
    def default(cls, schema_display_name: str) -> Self:
        """The three claims that Flex demands, with roles and full name from the custom schema."""
        return cls(
            {
                "email": str(PRIMARY_EMAIL),
                "full_name": str(DirectoryAttribute(schema_display_name, "Full Name")),
                "roles": str(DirectoryAttribute(schema_display_name, "Roles")),
            }
        )

    def __getitem__(self, claim: str) -> str:
        return self._rows[claim]

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)

    def __repr__(self) -> str:
        return f"AttributeMapping({self._rows!r})"


def lint(mapping: AttributeMapping) -> list[Problem]:
    """Everything that would make a login fail or a value vanish, as (claim, what, hint)."""
    problems = []
    replaced = set()
    for claim, source in mapping.items():
        meant = _meant(claim, mapping)
        if meant:
            replaced.add(meant)
            problems.append((claim, f"Flex knows no '{claim}'", f"write {meant}"))
        elif found := _name_problem(claim):
            problems.append((claim, *found))
        if found := _source_problem(source):
            problems.append((claim, *found))
    for claim in REQUIRED:
        if claim not in mapping and claim not in replaced:
            hint = "Flex demands email, full_name and roles, in lower case"
            problems.append((claim, "is missing, so Flex refuses logins (error 45050)", hint))
    return problems


def _letters(text: str) -> str:
    return re.sub(r"[\W_]", "", text).lower()


_BY_LETTERS = {_letters(claim): claim for claim in KNOWN}
_OFTEN_WRITTEN = {
    "role": "roles",
    "flexrole": "roles",
    "flexroles": "roles",
    "displayname": "full_name",
    "flexfullname": "full_name",
    "emailaddress": "email",
    "mail": "email",
}


def _meant(claim: str, mapping: AttributeMapping) -> str | None:
    """The claim that was probably meant.

    Another word (`role`) may be an attribute of its own, so it counts only if the right claim is
    absent; another spelling (`Roles`), or a type on a claim that takes none, counts always.
    """
    if claim in KNOWN or _is_namespaced(claim):
        return None
    base, _, suffix = claim.partition(".")
    if suffix.lower() in TYPES and _letters(base) in _BY_LETTERS:
        untyped = _BY_LETTERS[_letters(base)]
        return None if untyped in INSIGHTS and base == untyped else untyped
    meant = _OFTEN_WRITTEN.get(_letters(claim))
    return _BY_LETTERS.get(_letters(claim)) or (meant if meant not in mapping else None)


def _is_namespaced(claim: str) -> bool:
    return "/" in claim or claim.lower().startswith("urn:")


_CHANNEL = re.compile(r"channel\.[^.\s]+\.(availability|capacity)")


def _name_problem(claim: str) -> _Found | None:
    if not claim.strip() or claim != claim.strip():
        return f"'{claim}' is empty or has spaces around it", ""
    if _is_namespaced(claim):
        return f"Flex ignores names with a namespace ({claim})", "write the bare name, e.g. email"
    if claim.lower().startswith("channel."):
        if _CHANNEL.fullmatch(claim):
            return None
        hint = "write channel.<task channel>.availability or channel.<task channel>.capacity"
        return f"'{claim}' is no channel attribute", hint
    return _type_problem(claim)


def _type_problem(claim: str) -> _Found | None:
    base, dot, suffix = claim.rpartition(".")
    if not dot or (base and suffix in TYPES):
        return None
    if base and suffix.lower() in TYPES:
        return f"Flex knows no type '{suffix}'", f"write {base}.{suffix.lower()}"
    return f"Flex knows no type '{suffix}'", f"one of {', '.join(TYPES)}"


def _source_problem(source: str) -> _Found | None:
    try:
        attribute = DirectoryAttribute.parse(source).attribute
    except ValueError as error:
        return str(error), f"as in the wizard's list, for example {PRIMARY_EMAIL}"
    if _letters(attribute) == "employeeid":
        hint = "copy it into a field of a custom schema and map that field"
        return "Google can't map Employee ID to an app attribute", hint
    return None


_TEAM_WARNINGS = {
    "team_member": (
        "takes exactly one team's name: with several Flex assigns none, and an empty one means"
        " the team Default",
        "map a single-value field; the team must exist, its case matters",
    ),
    "team_owner": (
        "when empty at a login, Flex takes all of the person's teams away",
        "fill it in for every owner, names separated by commas, before it is mapped",
    ),
    "contact_uri": (
        "replaces the client:<identity> that Flex sets itself, so calls go elsewhere",
        "map it only to ring a SIP address or a phone number",
    ),
}


def warn(mapping: AttributeMapping) -> list[Problem]:
    """Claims that are allowed but bite, as (claim, what, hint)."""
    return [(claim, *_TEAM_WARNINGS[claim]) for claim in mapping if claim in _TEAM_WARNINGS]


def warn_removed(before: AttributeMapping, after: AttributeMapping) -> list[Problem]:
    """Claims no longer sent: workers keep their last value for ever unless it is cleared first."""
    what = "is no longer mapped, but workers keep the value they have"
    hint = "clear the values at Google, let people sign in once, then remove the row"
    return [(claim, what, hint) for claim in before if claim not in after]
