"""Custom SAML apps: what the Admin console keeps of one, and the events it reports.

Store: kind "google_app", key "<customer>/<spid>", value:

    {"spid", "customer", "name", "description", "acs_url", "entity_id", "start_url",
     "signed_response": bool, "name_id_format": "EMAIL", "name_id": source,
     "mapping": [{"source", "app_attribute"}, …],
     "group_membership": {"groups": [email, …], "app_attribute": ""},
     "access": {"everyone": "OFF", "org_units": {"/Support": "ON"}, "groups": {email: "ON"}},
     "certificate": serial, "_created": seconds}
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.google import activities, groups
from sandbox.google.customers import new_number

if TYPE_CHECKING:
    from sandbox.world import World

Document = dict[str, Any]

NAME_ID_FORMATS = {
    "UNSPECIFIED": "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified",
    "EMAIL": "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress",
    "PERSISTENT": "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent",
    "TRANSIENT": "urn:oasis:names:tc:SAML:2.0:nameid-format:transient",
    "X509_SUBJECT": "urn:oasis:names:tc:SAML:1.1:nameid-format:X509SubjectName",
    "WINDOWS_DOMAIN": "urn:oasis:names:tc:SAML:1.1:nameid-format:WindowsDomainQualifiedName",
    "KERBEROS": "urn:oasis:names:tc:SAML:2.0:nameid-format:kerberos",
}

_EVENT_TYPE = "SAML2_SERVICE_PROVIDER_CONFIG_SETTINGS"


class AppRefusedError(Exception):
    """The console's refusal of what a person typed; the text is what it shows."""


def all_of(world: World, customer: str) -> list[Document]:
    """Every app of the customer."""
    return world.store.page("google_app", f"{customer}/")


def get(world: World, customer: str, spid: str) -> Document | None:
    """The app of that number."""
    return world.store.get("google_app", f"{customer}/{spid}")


def by_entity_id(world: World, customer: str, entity_id: str) -> Document | None:
    """The app whose Entity ID this is, letter for letter."""
    return next((a for a in all_of(world, customer) if a["entity_id"] == entity_id), None)


def create(world: World, customer: str, actor: str, draft: Document) -> Document:
    """What FINISH does. User access begins OFF for everyone."""
    check_service_provider(world, customer, draft)
    app: Document = {
        **draft,
        "spid": new_number(12),
        "customer": customer,
        "access": {"everyone": "OFF", "org_units": {}, "groups": {}},
        "_created": world.clock.now().timestamp(),
    }
    _put(world, app)
    # The creation event does not carry the ACS URL.
    _report(world, app, actor, "CREATE_SAML2_SERVICE_PROVIDER_CONFIG", {})
    return app


def change(world: World, actor: str, app: Document, changes: Document) -> Document:
    """What SAVE does; a new ACS URL or Entity ID is reported with old and new value."""
    changed = app | changes
    check_service_provider(world, app["customer"], changed)
    _put(world, changed)
    for key, name in (("acs_url", "ACS_ENDPOINT"), ("entity_id", "ENTITY_ID")):
        if app[key] != changed[key]:
            values = {"OLD_VALUE": app[key], "NEW_VALUE": changed[key]}
            event = f"CHANGE_SAML2_SERVICE_PROVIDER_CONFIG_{name}"
            _report(world, changed, actor, event, values)
    return changed


def set_access(world: World, actor: str, app: Document, access: Document) -> None:
    """Switch the app ON or OFF; reported only if the world's options say so (unproven)."""
    _put(world, app | {"access": access})
    if world.options.access_changes_are_logged:
        event = {
            "type": "APPLICATION_SETTINGS",
            "name": "TOGGLE_SERVICE_ENABLED",
            "parameters": {"SERVICE_NAME": app["name"], "NEW_VALUE": access["everyone"]},
        }
        activities.record(world, app["customer"], "admin", actor, event)


def delete(world: World, actor: str, app: Document) -> None:
    """Remove the app."""
    world.store.delete("google_app", f"{app['customer']}/{app['spid']}")
    _report(world, app, actor, "DELETE_SAML2_SERVICE_PROVIDER_CONFIG", {})


def is_on_for(world: World, app: Document, user: Document) -> bool:
    """User access: a group that is ON wins, then the nearest org unit, then everyone."""
    access = app["access"]
    allowed = {email for email, state in access["groups"].items() if state == "ON"}
    if allowed:
        mine = {g["email"] for g in groups.groups_of(world, app["customer"], user["primaryEmail"])}
        if allowed & mine:
            return True
    unit = user["orgUnitPath"]
    while unit not in {"", "/"}:
        if unit in access["org_units"]:
            return bool(access["org_units"][unit] == "ON")
        unit = unit.rpartition("/")[0]
    return bool(access["everyone"] == "ON")


def check_service_provider(world: World, customer: str, app: Document) -> None:
    """Raise AppRefusedError for values that the console does not take."""
    if not app["acs_url"].startswith("https://"):
        raise AppRefusedError("ACS URL must start with https://")
    if not app["entity_id"]:
        raise AppRefusedError("Entity ID is required")
    if app["name_id_format"] not in NAME_ID_FORMATS:
        raise AppRefusedError("Name ID format is required")
    other = by_entity_id(world, customer, app["entity_id"])
    if other and other["spid"] != app.get("spid"):
        raise AppRefusedError("400 duplicate entity id: another app has this Entity ID")


def _put(world: World, app: Document) -> None:
    world.store.put("google_app", f"{app['customer']}/{app['spid']}", app)


def _report(world: World, app: Document, actor: str, name: str, values: dict[str, str]) -> None:
    parameters = {
        "SAML2_SERVICE_PROVIDER_NAME": app["name"],
        "SAML2_SERVICE_PROVIDER_ENTITY_ID": app["entity_id"],
        **values,
    }
    event = {"type": _EVENT_TYPE, "name": name, "parameters": parameters}
    activities.record(world, app["customer"], "admin", actor, event)
