"""TaskRouter workers. Store kind: "worker" by Workspace SID/Worker SID; attributes are an object.

Source: TaskRouter REST API. A friendly name is unique in its workspace whatever its case, and has
at most 64 characters; the API shows attributes as a JSON string.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sandbox.clock import rfc3339
from sandbox.twilio.errors import TwilioError, not_found
from sandbox.world import new_sid

if TYPE_CHECKING:
    from sandbox.twilio.accounts import Account
    from sandbox.world import World

Document = dict[str, Any]

NAME_LIMIT = 64
URL = "https://taskrouter.twilio.com/v1/Workspaces"


def create(world: World, account: Account, name: str, attributes: Document) -> Document:
    """A new worker. Raises TwilioError 400 for a name that is taken, empty or too long."""
    if not 0 < len(name) <= NAME_LIMIT:
        raise TwilioError(400, 20001, f"FriendlyName must have 1 to {NAME_LIMIT} characters")
    if find(world, account.workspace_sid, name) is not None:
        raise TwilioError(400, 20001, f"A worker with FriendlyName {name} exists already")
    now = rfc3339(world.clock.now())
    document = {
        "sid": new_sid("WK"),
        "account_sid": account.account_sid,
        "workspace_sid": account.workspace_sid,
        "friendly_name": name,
        "attributes": attributes,
        "date_created": now,
        "date_updated": now,
        "date_status_changed": now,
        "version": 0,
    }
    _save(world, document)
    return document


def change(world: World, worker: Document, **changes: Any) -> Document:
    """The worker with other values, stored; its version and date move."""
    moved = {"date_updated": rfc3339(world.clock.now()), "version": worker["version"] + 1}
    document = worker | changes | moved
    _save(world, document)
    return document


def get(world: World, workspace_sid: str, sid: str) -> Document:
    """By sid. Raises TwilioError 404."""
    document = world.store.get("worker", f"{workspace_sid}/{sid}")
    if document is None:
        raise not_found(f"/v1/Workspaces/{workspace_sid}/Workers/{sid}")
    return document


def find(world: World, workspace_sid: str, name: str) -> Document | None:
    """By friendly name, whatever its case."""
    wanted = name.casefold()
    found = all_of(world, workspace_sid)
    return next((one for one in found if one["friendly_name"].casefold() == wanted), None)


def all_of(world: World, workspace_sid: str) -> list[Document]:
    """Every worker of a workspace, in the order of their sids."""
    return world.store.page("worker", f"{workspace_sid}/")


def delete(world: World, worker: Document) -> None:
    """Remove the worker."""
    world.store.delete("worker", f"{worker['workspace_sid']}/{worker['sid']}")


def shown(worker: Document, offline_activity: str) -> Document:
    """As the API shows it. Everybody is offline: the sandbox routes no tasks."""
    url = f"{URL}/{worker['workspace_sid']}/Workers/{worker['sid']}"
    parts = {"activity": "Activities", "channels": "WorkerChannels", "reservations": "Reservations"}
    return {
        **{key: value for key, value in worker.items() if key != "version"},
        "attributes": json.dumps(worker["attributes"]),
        "activity_sid": offline_activity,
        "activity_name": "Offline",
        "available": False,
        "url": url,
        "links": {name: f"{url}/{path}" for name, path in parts.items()},
    }


def _save(world: World, document: Document) -> None:
    world.store.put("worker", f"{document['workspace_sid']}/{document['sid']}", document)
