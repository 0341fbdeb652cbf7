"""Users: the rules of Directory API `users`.

Store: kind "google_user", key "<customer>/<primaryEmail>", value Google's User resource with all
custom values, plus "_created" (seconds). Kind "google_user_id" leads from an id, or an alias, to
{"customer", "email"}.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sandbox.clock import rfc3339_ms
from sandbox.google import errors, values
from sandbox.google.customers import new_etag, new_number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.world import World

Document = dict[str, Any]

CHUNK = 1000
_READ_ONLY = frozenset(
    {"kind", "id", "etag", "customerId", "creationTime", "isAdmin", "isDelegatedAdmin", "aliases"}
)
_ALWAYS_THERE = frozenset({"primaryEmail", "suspended", "archived", "orgUnitPath"})
_SECRET = frozenset({"password", "hashFunction"})


def find(world: World, customer: str, key: str) -> Document | None:
    """By primary e-mail, alias or id, within one customer."""
    key = key.lower()
    user = world.store.get("google_user", f"{customer}/{key}")
    if user is None:
        pointer = world.store.get("google_user_id", key)
        if pointer and pointer["customer"] == customer:
            user = world.store.get("google_user", f"{customer}/{pointer['email']}")
    return user


def get(world: World, customer: str, key: str) -> Document:
    """Raises 404 if there is none, or not yet; 403 if it is another customer's."""
    user = find(world, customer, key)
    if user is None:
        if customer_of(world, key):
            raise errors.not_authorized()
        raise errors.not_found("userKey")
    if _is_new(world, user):
        raise errors.not_found("userKey")
    return user


def customer_of(world: World, key: str) -> str | None:
    """The customer whose user this is."""
    for customer in world.store.page("google_customer"):
        if find(world, customer["id"], key):
            return str(customer["id"])
    return None


def all_of(
    world: World, customer: str, after: str = "", *, descending: bool = False
) -> Iterator[Document]:
    """Every user by primary e-mail, from the one after `after` on, read in chunks."""
    prefix = f"{customer}/"
    while True:
        last = after and prefix + after
        chunk = world.store.page("google_user", prefix, last, CHUNK, descending=descending)
        yield from chunk
        if len(chunk) < CHUNK:
            return
        after = chunk[-1]["primaryEmail"]


def insert(world: World, customer: str, body: Document) -> Document:
    """Make a user. Raises 409 if the address is taken, by whomever."""
    email = str(body["primaryEmail"]).lower()
    _check_address(world, email)
    now = world.clock.now()
    user: Document = {
        "kind": "admin#directory#user",
        "id": new_number(),
        "primaryEmail": email,
        "name": {},
        "isAdmin": False,
        "isDelegatedAdmin": False,
        "suspended": False,
        "archived": False,
        "orgUnitPath": "/",
        "customerId": customer,
        "creationTime": rfc3339_ms(now),
        "_created": now.timestamp(),
    }
    return _write(world, customer, user, body)


def update(world: World, customer: str, key: str, body: Document) -> Document:
    """PUT and PATCH alike: what the body names changes. Raises 412 just after the insert."""
    user = find(world, customer, key)
    if user and _is_new(world, user):
        raise errors.condition_not_met()
    user = get(world, customer, key)
    old_email = user["primaryEmail"]
    new_email = str(body.get("primaryEmail") or old_email).lower()
    if new_email != old_email:
        _check_address(world, new_email)
    written = _write(world, customer, user, body)
    if new_email != old_email:
        world.store.delete("google_user", f"{customer}/{old_email}")
    return written


def delete(world: World, customer: str, key: str) -> str:
    """Remove the user; returns the primary e-mail."""
    user = get(world, customer, key)
    world.store.delete("google_user", f"{customer}/{user['primaryEmail']}")
    world.store.delete("google_user_id", user["id"])
    return str(user["primaryEmail"])


def shown(user: Document, projection: str = "full", mask: frozenset[str] = frozenset()) -> Document:
    """The resource as the API gives it: `basic` without custom values, `custom` with the mask's."""
    made = {name: value for name, value in user.items() if not name.startswith("_")}
    custom = made.pop("customSchemas", {})
    if projection == "custom":
        custom = {name: value for name, value in custom.items() if name in mask}
    if custom and projection != "basic":
        made["customSchemas"] = custom
    return made


def make_admin(world: World, customer: str, email: str) -> None:
    """Super administrator, as the first user of a Workspace is."""
    user = find(world, customer, email)
    if user is None:
        raise errors.not_found("userKey")
    user["isAdmin"] = True
    world.store.put("google_user", f"{customer}/{user['primaryEmail']}", user)


def _write(world: World, customer: str, user: Document, body: Document) -> Document:
    custom = body.get("customSchemas")
    if custom:
        user["customSchemas"] = values.merge(world, customer, user.get("customSchemas", {}), custom)
    for name, value in body.items():
        if name in _READ_ONLY or name in _SECRET or name in {"customSchemas", "name"}:
            continue
        if value is not None:
            user[name] = value.lower() if name == "primaryEmail" else value
        elif name not in _ALWAYS_THERE:
            user.pop(name, None)
    user["name"] = _name(user["name"], body.get("name") or {})
    user["etag"] = new_etag()
    world.store.put("google_user", f"{customer}/{user['primaryEmail']}", user)
    pointer = {"customer": customer, "email": user["primaryEmail"]}
    world.store.put("google_user_id", user["id"], pointer)
    return user


def _check_address(world: World, email: str) -> None:
    if not re.fullmatch(r"[^@\s]+@[^@\s]+", email):
        raise errors.invalid("primary_user_email")
    if customer_of(world, email):
        raise errors.duplicate()


def _name(current: Document, wanted: Document) -> Document:
    name = current | {k: v for k, v in wanted.items() if k != "fullName"}
    name["fullName"] = f"{name.get('givenName', '')} {name.get('familyName', '')}".strip()
    return name


def _is_new(world: World, user: Document) -> bool:
    age = world.clock.now().timestamp() - float(user["_created"])
    return age < world.options.new_user_delay
