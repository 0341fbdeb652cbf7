"""Google Directory attributes: what an app may be told about a user, by the console's labels.

A source is kept by its API name ("basic.primaryEmail", "custom.Flex_Details.Roles"), so that a new
display name does not break a mapping.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.google import groups, schemas

if TYPE_CHECKING:
    from sandbox.world import World

Document = dict[str, Any]

BASIC = {
    "basic.primaryEmail": "Basic Information > Primary email",
    "basic.givenName": "Basic Information > First name",
    "basic.familyName": "Basic Information > Last name",
}


def labels(world: World, customer: str) -> dict[str, str]:
    """Source -> label, basic ones first: `custom.Flex_Details.Roles` -> `Flex Details > Roles`."""
    found = dict(BASIC)
    for schema in schemas.all_of(world, customer):
        for field in schema["fields"]:
            source = f"custom.{schema['schemaName']}.{field['fieldName']}"
            found[source] = f"{schema['displayName']} > {field['displayName']}"
    return found


def source_of(world: World, customer: str, label: str) -> str | None:
    """The source that a label names."""
    return next((s for s, text in labels(world, customer).items() if text == label), None)


def read(user: Document, source: str) -> list[str]:
    """The user's values for a source, as text; [] if there is none."""
    kind, _, rest = source.partition(".")
    if kind == "basic":
        value = user["primaryEmail"] if rest == "primaryEmail" else user["name"].get(rest)
        return [value] if value else []
    schema, _, field = rest.partition(".")
    held = user.get("customSchemas", {}).get(schema, {}).get(field, [])
    items = [item["value"] for item in held] if isinstance(held, list) else [held]
    return [str(item).lower() if isinstance(item, bool) else str(item) for item in items]


def statement(world: World, app: Document, user: Document) -> dict[str, list[str]]:
    """App attribute -> values, as the app's mapping and the directory are right now.

    A mapped field without a value is left out, or is an empty list (world.options).
    """
    made: dict[str, list[str]] = {}
    for row in app["mapping"]:
        found = read(user, row["source"])
        if found or world.options.unset_attributes_are_empty:
            made[row["app_attribute"]] = found
    membership = app["group_membership"]
    if membership["app_attribute"]:
        mine = groups.groups_of(world, app["customer"], user["primaryEmail"])
        names = [group["name"] for group in mine if group["email"] in membership["groups"]]
        if names or world.options.unset_attributes_are_empty:
            made[membership["app_attribute"]] = names
    return made
