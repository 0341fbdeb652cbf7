"""A customer: one Workspace account, its domains and its administrator.

Store: kind "google_customer", key the customer id, value
{"id": "C01sandbx", "domain": "acme.example", "admin": "admin@acme.example", "privileges"?: [name]}.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sandbox.world import World

Document = dict[str, Any]


def get(world: World, customer_id: str) -> Document | None:
    """The customer of that id."""
    return world.store.get("google_customer", customer_id)


def all_of(world: World) -> list[Document]:
    """Every customer planted, by id."""
    return world.store.page("google_customer")


def new_etag() -> str:
    """An opaque version mark, quotes included as Google sends it."""
    return f'"{secrets.token_urlsafe(24)}"'


def new_number(digits: int = 21) -> str:
    """A decimal id such as Google gives users, service accounts and apps."""
    return str(secrets.choice("123456789")) + "".join(
        secrets.choice("0123456789") for _ in range(digits - 1)
    )
