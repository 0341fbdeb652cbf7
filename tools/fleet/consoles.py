"""What people do at both consoles, with no run of the engine between: a tenant that is set up.

Its category and the first person's roles are there, the app and the connection know of each other,
and that person has signed in. So the first `up` of its stack takes all that over, gives the second
person their role, and ends `verified`.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import yaml

from components.handoff import Given, handoff_of
from models.custom_schema import FULL_NAME, ROLES, api_name, default_fields
from models.endpoints import Endpoints
from models.flex import derive_sp_settings
from models.handoff import Handoff
from models.idp_metadata import parse_idp_metadata
from models.phase import Phase
from models.tenant import Tenant
from providers.settings import Settings
from providers.twilio.sign_in_probe import find_connection
from sandbox.many import fleet_seed
from tools.fleet.walk import administrator, someone

if TYPE_CHECKING:
    from pathlib import Path

    from sandbox.seed import Seed
    from tools.fleet.project import FleetProject

PEOPLE_AT_ONCE = 4
SETTINGS = "flex-google-sso:"
CATEGORY = "Flex Details"  # what a tenant's file says by default


def set_up_all(project: FleetProject) -> None:
    """All tenants of the project, in a world that is made anew."""
    project.control("reset", seed(len(project.names)))
    with ThreadPoolExecutor(PEOPLE_AT_ONCE) as people:
        list(people.map(lambda name: set_up(project, name), project.names))


def seed(tenants: int) -> Seed:
    """The world with the category, and the first person's roles in it, in every Workspace."""
    planted = fleet_seed(tenants)
    for workspace in planted["google"]:
        workspace.update(_category(f"p0@{workspace['domain']}"))
    return planted


def set_up(project: FleetProject, name: str) -> None:
    """One tenant: three steps of the hand-off, two people in its file, a sign-in."""
    tenant = _with_a_second_person(project.file(name))
    metadata = project.root / "stacks" / name / "idp_metadata.xml"
    for phase in (Phase.AWAITING_CONNECTION, Phase.AWAITING_GOOGLE_APP, Phase.AWAITING_FLEX_FORM):
        document = _handoff(project, name, tenant, metadata, phase)
        administrator(project, name, Handoff.model_validate(document))
    person = someone(project)
    person.open(f"https://flex.twilio.com/{tenant.flex.runtime_domain}")
    person.follow("Log in with SSO")
    person.sign_in_as(f"p0@{tenant.google.domain}")


def _handoff(
    project: FleetProject, name: str, tenant: Tenant, metadata: Path, phase: Phase
) -> dict[str, Any]:
    endpoints, flex = Endpoints(base=project.base), tenant.flex
    connection = find_connection(Settings(endpoints=endpoints), flex.account_sid)
    sp = derive_sp_settings(flex.generation, flex.account_sid, connection, flex.runtime_domain)
    path = str(metadata.relative_to(project.root))
    given = Given(name, tenant, path, sp, connection, endpoints)
    return handoff_of(given, (phase, ""), _known(metadata))


def _known(metadata: Path) -> dict[str, Any]:
    seen = {"app_seen": "", "proof": None, "moving": False}
    if not metadata.exists():
        return {**seen, "sso_url": "", "idp_entity_id": "", "certificate": ""}
    found = parse_idp_metadata(metadata.read_bytes())
    return {
        **seen,
        "sso_url": found.sso_url,
        "idp_entity_id": found.entity_id,
        "certificate": found.certificates[0].pem,
    }


def _category(email: str) -> dict[str, Any]:
    """Parts of a Workspace's seed."""
    schema = api_name(CATEGORY)
    fields = [field.to_api(name) for name, field in default_fields().items()]
    values = {ROLES: [{"value": "agent"}], FULL_NAME: "Person 0"}
    return {
        "schemas": [{"schemaName": schema, "displayName": CATEGORY, "fields": fields}],
        "values": {email: {schema: values}},
    }


def _with_a_second_person(file: Path) -> Tenant:
    document = yaml.safe_load(file.read_text(encoding="utf-8"))
    tenant = document["config"][f"{SETTINGS}tenant"]
    tenant["roles"]["people"][f"p1@{tenant['google']['domain']}"] = {"roles": ["agent"]}
    file.write_text(yaml.safe_dump(document), encoding="utf-8")
    return Tenant.model_validate(tenant)
