"""A tenant that somebody set up at the consoles years ago, with names of their own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from components.handoff import Given, handoff_of
from models.endpoints import Endpoints
from models.flex import Generation, derive_sp_settings
from models.handoff import Handoff
from models.idp_metadata import parse_idp_metadata
from models.phase import Phase
from models.tenant import Tenant
from providers.settings import Settings
from providers.twilio.sign_in_probe import find_connection
from tests.providers.vendor import Vendor
from tools.demo.person import Person

CATEGORY, ROLES, NAME = "Contact Center", "Flex Roles", "Flex Name"
APP = "Flex for Support"
VALUES: dict[str, dict[str, Any]] = {
    "ada@acme.example": {"Flex_Roles": ["agent"], "Flex_Name": "Ada Lovelace"},
    "grace@acme.example": {"Flex_Roles": ["agent", "supervisor"], "Flex_Name": "Amazing Grace"},
    "linus@acme.example": {"Flex_Roles": ["administrator"], "Flex_Name": "Linus Pauling"},
}


class ByHand:
    """The person, and what they know of the account."""

    def __init__(self, base: str, root: Path, tenant: dict[str, Any]) -> None:
        self.endpoints = Endpoints(base=base)
        self.root = root
        self.metadata = root / "Downloads" / "GoogleIDPMetadata.xml"
        self.vendor = Vendor(base, root / ".sandbox")
        self.tenant = Tenant.model_validate(tenant)

    def person(self) -> Person:
        return Person(self.endpoints.url, self.root)

    def set_up(self) -> None:
        """Category, values, app, connection, a first sign-in."""
        self.make_category()
        for email, values in VALUES.items():
            roles = [{"value": role} for role in values["Flex_Roles"]]
            self.vendor.set_values(email, {"Contact_Center": {**values, "Flex_Roles": roles}})
        self.connect()

    def connect(self) -> None:
        """Flex's connection, Google's app with it, and Google's values in Flex's form."""
        if self.tenant.flex.generation is Generation.ENHANCED:
            self._do(Phase.AWAITING_CONNECTION)
        self._do(Phase.AWAITING_GOOGLE_APP)
        self._do(Phase.AWAITING_FLEX_FORM)

    def make_category(self, category: str = CATEGORY, roles: str = ROLES, name: str = NAME) -> None:
        person = self.person()
        person.open("https://admin.google.com/ac/customschema")
        person.fill("Category", category)
        for row, (field, number) in enumerate([(roles, "Multi-value"), (name, "Single Value")]):
            person.fill("Name", field, row)
            person.fill("Info type", "Text", row)
            person.fill("Visibility", "Visible to organization", row)
            person.fill("No. of values", number, row)
        person.press("ADD")

    def sign_in(self, email: str) -> None:
        person = self.person()
        person.open(f"https://flex.twilio.com/{self.tenant.flex.runtime_domain}")
        person.follow("Log in with SSO")
        person.sign_in_as(email)

    def everything(self) -> dict[str, Any]:
        """All that could be lost: schemas, people, Flex's configuration."""
        return self.vendor.everything()

    def _do(self, phase: Phase) -> None:
        flex = self.tenant.flex
        settings = Settings(endpoints=self.endpoints)
        legacy = flex.generation is Generation.LEGACY
        connection = None if legacy else find_connection(settings, flex.account_sid)
        sp = derive_sp_settings(flex.generation, flex.account_sid, connection, flex.runtime_domain)
        path = str(self.metadata.relative_to(self.root))
        given = Given("by.hand", self.tenant, path, sp, connection, self.endpoints)
        document = handoff_of(given, (phase, ""), self._known())
        self.person().follow_handoff(Handoff.model_validate(document))

    def _known(self) -> dict[str, Any]:
        seen = {"app_seen": "", "proof": None, "moving": False}
        if not self.metadata.exists():
            return {**seen, "sso_url": "", "idp_entity_id": "", "certificate": ""}
        found = parse_idp_metadata(self.metadata.read_bytes())
        return {
            **seen,
            "sso_url": found.sso_url,
            "idp_entity_id": found.entity_id,
            "certificate": found.certificates[0].pem,
        }
