"""What `./flexsso new --adopt` asks on a terminal, beyond single keys: what no API shows.

Each has a label, a line of explanation, and says what is wrong with an answer; Enter means that it
is as this project would make it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pydantic import TypeAdapter, ValidationError

from cli.handoff_metadata import read
from models.attribute_mapping import AttributeMapping, DirectoryAttribute, lint
from models.certificate import Certificate
from models.errors import FlexSsoError
from models.idp_metadata import DOWNLOAD, parse_idp_metadata
from models.types import HttpsOrLoopbackUrl

if TYPE_CHECKING:
    from cli.stack_draft import Draft

_DOMAINS = TypeAdapter(list[HttpsOrLoopbackUrl])
UNSEEN = ("flex.friendly_name", "flex.default_redirect_url", "saml_app.spid")


class MetadataQuestion(NamedTuple):
    """The one file that no API gives. A new tenant has none yet, so that it may be left out."""

    label: str = "Path of GoogleIDPMetadata.xml"
    explained: str = f"Google's metadata of the app: {DOWNLOAD}."
    optional: bool = False

    def problem(self, answer: str) -> str:
        """What is wrong with that file, "" if nothing."""
        if self.optional and not answer.strip():
            return ""
        try:
            parse_idp_metadata(read(answer.strip()))
        except FlexSsoError as error:
            return error.what
        return ""


class ChoiceQuestion(NamedTuple):
    """One of several, by its number or itself."""

    label: str
    explained: str
    choices: tuple[str, ...]
    optional: bool = False

    def chosen(self, answer: str) -> str:
        """The choice that an answer means, "" if none."""
        text = answer.strip()
        if text.isdecimal() and 1 <= int(text) <= len(self.choices):
            return self.choices[int(text) - 1]
        return next((one for one in self.choices if one.casefold() == text.casefold()), "")

    def problem(self, answer: str) -> str:
        """What is wrong with an answer, "" if nothing."""
        return "" if self.chosen(answer) else f"1 to {len(self.choices)}, please"


def connection_question(choices: tuple[str, ...]) -> ChoiceQuestion:
    """Flex lists several connections that are active."""
    return ChoiceQuestion("Which SSO connection", _numbered(choices), choices)


def certificate_question(listed: tuple[Certificate, ...]) -> ChoiceQuestion:
    """Google's file lists two certificates, and nothing in it says which one the app uses."""
    choices = tuple(one.fingerprint for one in listed)
    lines = _numbered(tuple(str(one) for one in listed))
    return ChoiceQuestion("Which certificate does the SAML app's page show", lines, choices)


def _numbered(choices: tuple[str, ...]) -> str:
    return "; ".join(f"{number}: {one}" for number, one in enumerate(choices, start=1))


class TrustedDomainsQuestion(NamedTuple):
    """The list of Flex's form, for a Flex that somebody hosts."""

    label: str = "Trusted domains"
    explained: str = "As in Flex's form, separated by commas; only a self-hosted Flex has them."
    optional: bool = True

    def read(self, answer: str) -> list[str]:
        """The addresses."""
        return [part.strip() for part in answer.split(",") if part.strip()]

    def problem(self, answer: str) -> str:
        """What is wrong with an answer, "" if nothing."""
        try:
            _DOMAINS.validate_python(self.read(answer))
        except ValidationError as error:
            first = error.errors()[0]
            return f"{first['input']}: {str(first['msg']).removeprefix('Value error, ')}"
        return ""


class MappingQuestion(NamedTuple):
    """Rows of the app's attribute mapping that are not the three of this project."""

    label: str = "Further rows of the SAML attribute mapping"
    explained: str = (
        "As App attribute = Category > Attribute, separated by commas; for example"
        " team_id = Employee Details > Department."
    )
    optional: bool = True

    def read(self, answer: str) -> dict[str, str]:
        """Claim → source. Raises ValueError for what is no row."""
        rows = {}
        for part in filter(None, map(str.strip, answer.split(","))):
            claim, sign, source = (text.strip() for text in part.partition("="))
            if not sign:
                raise ValueError(f"expected App attribute = Category > Attribute, got {part!r}")
            rows[claim] = str(DirectoryAttribute.parse(source))
        return rows

    def problem(self, answer: str) -> str:
        """What is wrong with an answer, "" if nothing."""
        try:
            rows = self.read(answer)
        except ValueError as error:
            return str(error)
        found = [one for one in lint(AttributeMapping(rows)) if one[0] in rows]
        return f"{found[0][0]}: {found[0][1]} ({found[0][2]})" if found else ""


def with_further_rows(tenant: Draft, rows: dict[str, str], usual: AttributeMapping) -> Draft:
    """The draft with these rows beside those that it has, or beside the usual ones."""
    if not rows:
        return tenant
    app = tenant.get("saml_app") or {}
    mapping = {**(app.get("attribute_mapping") or dict(usual)), **rows}
    return {**tenant, "saml_app": {**app, "attribute_mapping": mapping}}
