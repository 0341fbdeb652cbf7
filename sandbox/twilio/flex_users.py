"""Flex users: made or changed at each login. Store kind: "flex_user" by Account SID/FU sid.

Source: Flex Users API (public beta).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.clock import rfc3339
from sandbox.world import new_sid

if TYPE_CHECKING:
    from sandbox.twilio.accounts import Account
    from sandbox.twilio.claims import Person
    from sandbox.world import World

Document = dict[str, Any]


def sign_in(world: World, account: Account, person: Person, worker_sid: str) -> Document:
    """Create or change the user whose username is the person's NameID."""
    now = rfc3339(world.clock.now())
    known = find(world, account.account_sid, person.name_id)
    user = (known or _fresh(account, person.name_id, now)) | {
        "full_name": person.full_name,
        "email": person.email,
        "roles": person.roles,
        "worker_sid": worker_sid,
        "updated_date": now,
    }
    user["version"] += 1
    world.store.put("flex_user", f"{account.account_sid}/{user['flex_user_sid']}", user)
    return user


def find(world: World, account_sid: str, username: str) -> Document | None:
    """By username, whatever its case."""
    wanted = username.casefold()
    users = all_of(world, account_sid)
    return next((one for one in users if one["username"].casefold() == wanted), None)


def all_of(world: World, account_sid: str) -> list[Document]:
    """The users of an account, in the order of their sids."""
    return world.store.page("flex_user", f"{account_sid}/")


def _fresh(account: Account, username: str, now: str) -> Document:
    return {
        "account_sid": account.account_sid,
        "instance_sid": account.flex_instance_sid,
        "flex_user_sid": new_sid("FU"),
        "username": username,
        "workspace_sid": account.workspace_sid,
        "flex_team_sid": None,
        "deactivated": False,
        "deactivated_date": None,
        "created_date": now,
        "locale": None,
        "version": 0,
    }
