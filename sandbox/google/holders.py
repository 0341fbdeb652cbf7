"""Who holds values of a schema: the sweeps that follow when a schema or field goes."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sandbox.world import World


def any_holds(world: World, customer: str, schema: str, fields: set[str]) -> bool:
    """True if a user has a value in one of these fields."""
    return any(
        fields & set(user.get("customSchemas", {}).get(schema, {}))
        for user in world.store.page("google_user", f"{customer}/")
    )


def move(world: World, customer: str, schema: str, new_name: str, gone: set[str]) -> None:
    """Take the values of `gone` fields away, and the rest along to the schema's new name."""
    for user in world.store.page("google_user", f"{customer}/"):
        values = user.get("customSchemas", {}).pop(schema, None)
        if values is None:
            continue
        left = {name: value for name, value in values.items() if name not in gone}
        if left:
            user["customSchemas"][new_name] = left
        world.store.put("google_user", f"{customer}/{user['primaryEmail']}", user)
