"""Groups and their members: the rules of Directory API `groups` and `members`.

Store: kind "google_group", key "<customer>/<email>", value Google's Group resource; kind
"google_member", key "<customer>/<group email>/<member email>", value Google's Member resource
without what depends on the member (type, status), which is read live.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.google import errors, users
from sandbox.google.customers import new_etag, new_number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.world import World

Document = dict[str, Any]


def find(world: World, customer: str, key: str) -> Document | None:
    """By e-mail or id."""
    group = world.store.get("google_group", f"{customer}/{key.lower()}")
    return group or next((g for g in all_of(world, customer) if g["id"] == key), None)


def get(world: World, customer: str, key: str) -> Document:
    """Raises 404."""
    group = find(world, customer, key)
    if group is None:
        raise errors.not_found("groupKey")
    return group


def all_of(world: World, customer: str) -> list[Document]:
    """Every group of the customer, by e-mail."""
    return world.store.page("google_group", f"{customer}/")


def add(world: World, customer: str, email: str, name: str) -> Document:
    """Make a group without members."""
    group: Document = {
        "kind": "admin#directory#group",
        "id": new_number(),
        "email": email.lower(),
        "name": name,
        "description": "",
        "adminCreated": True,
        "etag": new_etag(),
    }
    world.store.put("google_group", f"{customer}/{group['email']}", group)
    return group


def add_member(
    world: World, customer: str, group: str, email: str, role: str = "MEMBER"
) -> Document:
    """Let `email` (a user, a group, or somebody elsewhere) belong to the group."""
    key = f"{customer}/{group.lower()}/{email.lower()}"
    if world.store.get("google_member", key):
        raise errors.duplicate()
    inside = users.find(world, customer, email) or find(world, customer, email)
    member: Document = {
        "kind": "admin#directory#member",
        "id": inside["id"] if inside else new_number(),
        "email": email.lower(),
        "role": role,
        "etag": new_etag(),
    }
    world.store.put("google_member", key, member)
    return shown_member(world, customer, member)


def remove_member(world: World, customer: str, group: str, email: str) -> None:
    """Raises 404 if it is not a member."""
    if not world.store.delete("google_member", f"{customer}/{group.lower()}/{email.lower()}"):
        raise errors.not_found("memberKey")


def follow(world: World, customer: str, email: str, new_email: str | None) -> None:
    """Let memberships go along with a new address, or go away (None)."""
    for group in all_of(world, customer):
        member = world.store.get("google_member", f"{customer}/{group['email']}/{email}")
        if member is None:
            continue
        remove_member(world, customer, group["email"], email)
        if new_email:
            key = f"{customer}/{group['email']}/{new_email}"
            world.store.put("google_member", key, member | {"email": new_email})


def members(world: World, customer: str, group: str) -> list[Document]:
    """Direct members by e-mail, as they are stored (see `shown_member`)."""
    return world.store.page("google_member", f"{customer}/{group}/")


def derived_members(world: World, customer: str, group: str) -> list[Document]:
    """Direct members and those of nested groups, each once, nested groups themselves included.

    As they are stored (see `shown_member`).
    """
    found: dict[str, Document] = {}
    waiting = [group]
    while waiting:
        for member in members(world, customer, waiting.pop()):
            if member["email"] in found:
                continue
            found[member["email"]] = member
            if world.store.get("google_group", f"{customer}/{member['email']}"):
                waiting.append(member["email"])
    return [found[email] for email in sorted(found)]


def groups_of(world: World, customer: str, email: str) -> Iterator[Document]:
    """The groups a user belongs to, nested ones too."""
    for group in all_of(world, customer):
        emails = {m["email"] for m in derived_members(world, customer, group["email"])}
        if email.lower() in emails:
            yield group


def shown(world: World, customer: str, group: Document) -> Document:
    """The resource as the API gives it."""
    count = len(world.store.page("google_member", f"{customer}/{group['email']}/"))
    return {**group, "directMembersCount": str(count)}


def shown_member(world: World, customer: str, member: Document) -> Document:
    """The member with its type and, if it is of this customer, its status."""
    user = users.find(world, customer, member["email"])
    if user:
        status = "SUSPENDED" if user.get("suspended") else "ACTIVE"
        return {**member, "type": "USER", "status": status}
    if find(world, customer, member["email"]):
        return {**member, "type": "GROUP", "status": "ACTIVE"}
    return {**member, "type": "EXTERNAL"}
