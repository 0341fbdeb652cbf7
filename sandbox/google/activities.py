"""What the Reports API remembers: one document an event, newest first.

Store: kind "google_activity", key "<customer>/<application>/<time, counting down>", value Google's
Activity resource plus "_time" (seconds).
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from sandbox.clock import rfc3339_ms
from sandbox.google import users
from sandbox.google.customers import new_etag, new_number

if TYPE_CHECKING:
    from sandbox.world import World

Document = dict[str, Any]

_FAR = 10**20


def record(world: World, customer: str, application: str, actor: str, event: Document) -> None:
    """Remember an event: {"type", "name", "parameters": {name: value}}."""
    now = world.clock.now()
    user = users.find(world, customer, actor)
    parameters = [{"name": name, "value": value} for name, value in event["parameters"].items()]
    activity: Document = {
        "kind": "admin#reports#activity",
        "id": {
            "time": rfc3339_ms(now),
            "uniqueQualifier": str(-int(new_number(18))),
            "applicationName": application,
            "customerId": customer,
        },
        "etag": new_etag(),
        "actor": {
            "callerType": "USER",
            "email": actor,
            "profileId": user["id"] if user else "105250506097979753968",
        },
        "ipAddress": "127.0.0.1",
        "events": [{"type": event["type"], "name": event["name"], "parameters": parameters}],
        "_time": now.timestamp(),
    }
    countdown = _FAR - int(now.timestamp() * 1e9)
    key = f"{customer}/{application}/{countdown:021d}{secrets.token_hex(2)}"
    activity["_key"] = key
    world.store.put("google_activity", key, activity)


def newest_first(world: World, customer: str, application: str, after: str) -> list[Document]:
    """Activities of one application, from the one after the key `after` on."""
    return world.store.page("google_activity", f"{customer}/{application}/", after)


def shown(activity: Document) -> Document:
    """The resource as the API gives it."""
    return {name: value for name, value in activity.items() if not name.startswith("_")}
