"""Google's part of the pretend world: which hosts it serves, and how a Workspace is planted."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sandbox.clock import Clock
from sandbox.google import (
    admin_console,
    api,
    certificates,
    groups,
    iam_credentials,
    idp,
    logins,
    schemas,
    service_accounts,
    users,
)

if TYPE_CHECKING:
    from starlette.types import ASGIApp

    from sandbox.world import World

AGE = timedelta(days=30)

PARITY = [*api.PARITY, *iam_credentials.PARITY, *idp.PARITY, *admin_console.PARITY]


def hosts(world: World) -> dict[str, ASGIApp]:
    """The applications of Google's host names."""
    return {
        "admin.googleapis.com": api.create_app(world),
        "oauth2.googleapis.com": api.create_token_app(world),
        "iamcredentials.googleapis.com": iam_credentials.create_app(world),
        "accounts.google.com": idp.create_app(world),
        "admin.google.com": admin_console.create_app(world),
    }


def plant(world: World, spec: dict[str, Any]) -> None:
    """Put one Workspace into the world. Shape of `spec`:

        {"customer_id": "C01sandbx", "domain": "acme.example", "admin": "admin@acme.example",
         "users":   [{"email", "full_name", "org_unit"?: "/", "suspended"?: false}],
         "groups":  [{"email", "name", "members": [email, …]}],
         "schemas": [body of schemas.insert, …],
         "values":  {email: {schema: {field: value}}},
         "delegated_scopes"?: ["admin.directory.user", …],
         "service_account_is_admin"?: true,
         "privileges"?: [those of the administrator's role; all without it],
         "developer"?: "developer@acme.example", "token_creators"?: [the developer],
         "iam_credentials_enabled"?: true, "directory_quota_per_minute"?: the options'}

    Everything but the certificate is a month old, so no delay of the options holds it back.
    Members that are neither users nor groups of the customer are EXTERNAL. The service account's
    key file goes to <state_dir>/credentials/google-<customer_id>.json. The developer has signed in
    with gcloud (CLOUDSDK_CONFIG=<state_dir>/gcloud/<customer_id>) and may sign for the account.
    """
    customer = spec["customer_id"]
    document = {"id": customer, "domain": spec["domain"], "admin": spec["admin"]}
    if quota := spec.get("directory_quota_per_minute"):
        document["directory_quota_per_minute"] = quota
    if "privileges" in spec:
        document["privileges"] = spec["privileges"]
    world.store.put("google_customer", customer, document)
    earlier = replace(world, clock=Clock(world.clock.offset - AGE))
    _plant_people(earlier, customer, spec)
    _plant_groups(world, customer, spec.get("groups", []))
    for schema in spec.get("schemas", []):
        schemas.insert(earlier, customer, schema)
    for email, values in spec.get("values", {}).items():
        users.update(world, customer, email, {"customSchemas": values})
    certificates.add(world, customer)
    service_accounts.plant(
        world,
        customer,
        scopes=tuple(spec.get("delegated_scopes", service_accounts.DELEGATED)),
        is_admin=spec.get("service_account_is_admin", True),
    )
    _plant_developer(world, customer, spec)


def _plant_developer(world: World, customer: str, spec: dict[str, Any]) -> None:
    developer = spec.get("developer", f"developer@{spec['domain']}")
    logins.plant(world, customer, developer)
    iam_credentials.plant(
        world,
        customer,
        service_accounts.address_of(customer),
        spec.get("token_creators", [developer]),
        enabled=spec.get("iam_credentials_enabled", True),
    )


def _plant_people(world: World, customer: str, spec: dict[str, Any]) -> None:
    people = spec.get("users", [])
    if all(person["email"] != spec["admin"] for person in people):
        people = [{"email": spec["admin"], "full_name": "Workspace Admin"}, *people]
    for person in people:
        given, _, family = person["full_name"].partition(" ")
        body = {
            "primaryEmail": person["email"],
            "name": {"givenName": given, "familyName": family},
            "orgUnitPath": person.get("org_unit", "/"),
            "suspended": person.get("suspended", False),
        }
        users.insert(world, customer, body)
    users.make_admin(world, customer, spec["admin"])


def _plant_groups(world: World, customer: str, wanted: list[dict[str, Any]]) -> None:
    for group in wanted:
        groups.add(world, customer, group["email"], group["name"])
    for group in wanted:
        for member in group["members"]:
            groups.add_member(world, customer, group["email"], member)
