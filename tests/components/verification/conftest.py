"""A verified stack in the pretend world, without the engine: what `verify` compares, and how."""

from __future__ import annotations

from typing import Any

import pytest

from components.verification.expected import Expected
from components.verification.verify import verify
from models.finding import Finding, Report
from models.roles import RoleAssignment
from models.tenant import Tenant
from providers.settings import Settings
from sandbox.google import activities
from sandbox.twilio import flex_users, workers
from sandbox.twilio.accounts import Account, find_account
from sandbox.twilio.claims import Person
from sandbox.world import World
from tests.providers.conftest import _files_of_their_own, _short_waits, settings
from tests.providers.vendor import CUSTOMER, ENHANCED, Vendor

__all__ = ["_files_of_their_own", "_short_waits", "settings"]

ADA, GRACE, LINUS = (f"{name}@acme.example" for name in ("ada", "grace", "linus"))
FIELDS = {"team_id": {"display_name": "Team ID"}}
VALUES = {
    ADA: {"Roles": ["agent"], "Full_Name": "Ada Lovelace"},
    GRACE: {"Roles": ["agent", "supervisor"], "Full_Name": "Grace Hopper"},
    LINUS: {"Roles": ["admin"], "Full_Name": "Linus Pauling"},
}
LONG_AGO = "2026-01-01T00:00:00Z"


class Scene:
    """The pretend world of one verified stack, and a look at it."""

    def __init__(self, world: World, settings: Settings) -> None:
        self.world = world
        self.settings = settings
        self.vendor = Vendor(world.base, world.state_dir)
        self.tenant: dict[str, Any] = {
            "name": "Acme",
            "google": {"customer": CUSTOMER, "domain": "acme.example"},
            "flex": {"account_sid": ENHANCED, "runtime_domain": "acme-falcon-1234"},
        }
        self.sso: dict[str, Any] = {
            "status": "verified",
            "changed_at": LONG_AGO,
            "proof": {"email": ADA, "time": LONG_AGO, "initiated_by": "sp", "roles": ["agent"]},
        }
        self.people = {
            email: RoleAssignment(roles=values["Roles"]) for email, values in VALUES.items()
        }
        self._plant()

    @property
    def account(self) -> Account:
        found = find_account(self.world.store, ENHANCED)
        assert found is not None
        return found

    def _plant(self) -> None:
        names = {"Roles": "Roles", "Full_Name": "Full Name", "team_id": "Team ID"}
        fields = [
            {
                "fieldName": name,
                "displayName": shown,
                "fieldType": "STRING",
                "multiValued": name == "Roles",
                "readAccessType": "ADMINS_AND_SELF",
            }
            for name, shown in names.items()
        ]
        body = {"schemaName": "Flex_Details", "displayName": "Flex Details", "fields": fields}
        self.vendor.directory().schemas().insert(customerId=CUSTOMER, body=body).execute()
        for email, values in VALUES.items():
            self.holds(email, **values)

    def holds(self, email: str, **values: Any) -> None:
        """Somebody changes a person's values in the directory."""
        roles = {"Roles": [{"value": r} for r in values["Roles"]]} if "Roles" in values else {}
        self.vendor.set_values(email, {"Flex_Details": values | roles})

    def google_lets_in(self, email: str) -> None:
        parameters = {"application_name": "Twilio Flex", "initiated_by": "sp"}
        self.google_tells("login_success", email, **parameters)

    def google_tells(self, name: str, email: str, **parameters: str) -> None:
        event = {"type": "login", "name": name, "parameters": parameters}
        activities.record(self.world, CUSTOMER, "saml", email, event)

    def flex_takes_in(self, email: str, name_id: str = "", **custom: Any) -> None:
        """What a sign-in leaves behind in Flex."""
        values = VALUES[email]
        person = Person(name_id or email, email, values["Full_Name"], values["Roles"], custom)
        known = workers.find(self.world, self.account.workspace_sid, person.name_id)
        made = known or workers.create(self.world, self.account, person.name_id, {})
        attributes = person.worker_attributes(made["attributes"])
        made = workers.change(self.world, made, attributes=attributes)
        flex_users.sign_in(self.world, self.account, person, made["sid"])

    def signs_in(self, email: str) -> None:
        self.google_lets_in(email)
        self.flex_takes_in(email)

    def report(self, **changes: Any) -> Report:
        expected = Expected(
            stack="acme.prod",
            tenant=Tenant.model_validate(self.tenant),
            people=self.people,
            metadata=None,
            connection=None,
            schema_name="Flex_Details",
            field_names={},
            workspace_sid=self.account.workspace_sid,
            instance_sid=self.account.flex_instance_sid,
            sso=self.sso,
            attested={},
            now=self.world.clock.now(),
        )
        return verify(self.settings, expected.model_copy(update=changes))

    def found(self, check: str, **changes: Any) -> list[Finding]:
        return [one for one in self.report(**changes).findings if one.check == check]


@pytest.fixture
def scene(pretend_world: World, settings: Settings) -> Scene:
    return Scene(pretend_world, settings)
