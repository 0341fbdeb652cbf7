"""Which Google Directory attribute goes into which Flex claim, in the words of Google's wizard.

A directory attribute is written as the wizard's select shows it: "Basic Information > Primary email",
or "<category> > <field>" for a custom one. Claims are "App attributes", case and all.
Sources: Twilio "Configuring SSO and IdP in Flex" (claims, typed suffixes), error 45050.
"""  # noqa: E501  the quoted words stay together

from __future__ import annotations

import re

REQUIRED = ("email", "full_name", "roles")
PRIMARY_EMAIL = "Basic Information > Primary email"

_TYPED = re.compile(r"[^.\s]+\.(string|int|boolean|stringarray|intarray|booleanarray)")
_CHANNEL = re.compile(r"channel\.[^.\s]+\.(availability|capacity)")
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_LIKELY = {
    "email": "email",
    "e-mail": "email",
    "mail": "email",
    "emailaddress": "email",
    "fullname": "full_name",
    "displayname": "full_name",
    "name": "full_name",
    "role": "roles",
    "roles": "roles",
    "flexrole": "roles",
    "flexroles": "roles",
}

Problem = tuple[str, str, str]


class AttributeMapping(dict[str, str]):
    """Claim → directory attribute, in the order of the rows."""

    @classmethod
    def default(cls, category: str) -> AttributeMapping:
        """The three claims that Flex needs, roles and name from our category."""
        return cls(
            email=PRIMARY_EMAIL, full_name=f"{category} > Full Name", roles=f"{category} > Roles"
        )


def lint(mapping: AttributeMapping) -> list[Problem]:
    """(claim, what is wrong, hint) of each claim that Flex would not understand or would miss."""
    missing = [claim for claim in REQUIRED if claim not in mapping]
    problems = [
        (claim, "is missing", "Flex refuses logins without it (45050)") for claim in missing
    ]
    for claim, source in mapping.items():
        problems += _claim_problems(claim)
        problems += _source_problems(claim, source)
    return problems


def _claim_problems(claim: str) -> list[Problem]:
    if claim in REQUIRED or _TYPED.fullmatch(claim) or _CHANNEL.fullmatch(claim):
        return []
    if "://" in claim or claim.startswith("urn:"):
        return [(claim, "is a namespaced name, which Flex ignores", "use the plain name")]
    likely = _LIKELY.get(re.sub(r"[\s_]", "", claim).casefold())
    if likely:
        return [(claim, f"is not {likely}", f"Flex reads exactly '{likely}', in lower case")]
    if _TYPED.fullmatch(claim.lower()) or _CHANNEL.fullmatch(claim.lower()):
        return [(claim, "has a suffix in capitals", f"write {claim.lower()}")]
    if not _PLAIN.fullmatch(claim):
        hint = "letters, digits and _, or a type behind a dot: skills.stringarray"
        return [(claim, "is no attribute name that Flex understands", hint)]
    return []


def _source_problems(claim: str, source: str) -> list[Problem]:
    if source.strip().casefold().endswith("employee id"):
        return [(claim, f"can't come from {source}", "Google does not map the Employee ID")]
    if " > " not in source:
        hint = f"write it as the wizard does, for example {PRIMARY_EMAIL}"
        return [(claim, f"'{source}' is no Google Directory attribute", hint)]
    return []
