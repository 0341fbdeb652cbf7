"""TaskRouter workers and Flex users: what a login leaves behind.

Store kinds: "worker" by workspace sid/worker sid, with `attributes` as an object;
"flex_user" by Flex instance sid/user sid.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.clock import rfc3339
from sandbox.world import new_sid

if TYPE_CHECKING:
    from sandbox.twilio.accounts import Account
    from sandbox.world import World

Document = dict[str, Any]

OFFLINE = "Offline"


def upsert_worker(
    world: World, account: Account, *, name_id: str, attributes: Document
) -> Document:
    """The worker named `name_id` with `attributes` laid over those it had.

    An attribute that no longer comes keeps its old value, as in the real Flex. The 64 characters
    that the TaskRouter API allows a name are not enforced here: what a longer NameID does at a
    login is not known.
    """
    worker = find_worker(world, account.workspace_sid, name_id)
    if worker is None:
        return create_worker(world, account, friendly_name=name_id, attributes=attributes)
    return change_worker(world, worker, attributes=worker["attributes"] | attributes)


def create_worker(
    world: World, account: Account, *, friendly_name: str, attributes: Document
) -> Document:
    """A new worker, offline."""
    now = rfc3339(world.clock.now())
    worker = {
        "sid": new_sid("WK"),
        "account_sid": account.account_sid,
        "workspace_sid": account.workspace_sid,
        "friendly_name": friendly_name,
        "attributes": attributes,
        "activity_name": OFFLINE,
        "activity_sid": offline_activity(account.workspace_sid),
        "available": False,
        "date_created": now,
        "date_status_changed": now,
        "date_updated": now,
        "version": 0,
    }
    world.store.put("worker", f"{account.workspace_sid}/{worker['sid']}", worker)
    return worker


def change_worker(world: World, worker: Document, **changes: Any) -> Document:
    """`worker` with `changes`; its `date_updated` and its version move."""
    moved = {"date_updated": rfc3339(world.clock.now()), "version": worker["version"] + 1}
    changed = worker | changes | moved
    world.store.put("worker", f"{worker['workspace_sid']}/{worker['sid']}", changed)
    return changed


def find_worker(world: World, workspace_sid: str, friendly_name: str) -> Document | None:
    """By name, which is unique in a workspace whatever its case."""
    wanted = friendly_name.casefold()
    for worker in world.store.page("worker", f"{workspace_sid}/"):
        if worker["friendly_name"].casefold() == wanted:
            return worker
    return None


def offline_activity(workspace_sid: str) -> str:
    """The sid of a workspace's activity "Offline": derived, so that nothing has to store it."""
    return "WA" + workspace_sid[2:]


def upsert_flex_user(  # noqa: PLR0913  a user has that many parts
    world: World,
    account: Account,
    *,
    name_id: str,
    email: str,
    full_name: str,
    roles: list[str],
    worker_sid: str,
) -> Document:
    """The Flex user named `name_id`, in the shape of the Flex Users API."""
    now = rfc3339(world.clock.now())
    user = find_flex_user(world, account, name_id) or {
        "account_sid": account.account_sid,
        "instance_sid": account.flex_instance_sid,
        "flex_user_sid": new_sid("FU"),
        "username": name_id,
        "workspace_sid": account.workspace_sid,
        "flex_team_sid": "QO" + account.account_sid[2:],
        "deactivated": False,
        "deactivated_date": None,
        "created_date": now,
        "version": -1,
        "locale": None,
    }
    user |= {"email": email, "full_name": full_name, "roles": roles, "worker_sid": worker_sid}
    user |= {"updated_date": now, "version": user["version"] + 1}
    key = f"{account.flex_instance_sid}/{user['flex_user_sid']}"
    world.store.put("flex_user", key, user)
    return user


def find_flex_user(world: World, account: Account, name_id: str) -> Document | None:
    """By username, whatever its case."""
    wanted = name_id.casefold()
    for user in world.store.page("flex_user", f"{account.flex_instance_sid}/"):
        if user["username"].casefold() == wanted:
            return user
    return None
