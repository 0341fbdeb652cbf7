"""Ways to write the roles of many people: ours, and what one would write without it.

The others use Google's own client, one users.update a person, one after the other or by threads
with a client each. They get told who differs; ours finds out, writes, and proves it.
"""

from __future__ import annotations

import io
import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from models.endpoints import Endpoints
from providers.google.convergence import Convergence
from providers.google.role_values import RoleAssignmentsInputs
from providers.google.service import authorized_http, build_service
from providers.google.writer_lock import Ledger
from providers.settings import Settings
from tools.bench.world import CUSTOMER, email

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tools.bench.world import World

WRITE = ("admin.directory.user",)


def settings_of(world: World, queries_per_minute: int) -> Settings:
    """Our provider's settings for that world."""
    tenant = world.tenant
    tenant["roles"]["queries_per_minute"] = queries_per_minute
    base = Endpoints(base=world.base).model_dump(mode="json")
    config = {"tenant": json.dumps(tenant), "endpoints": json.dumps(base)}
    return Settings.from_config(config)


def inputs_of(people: dict[str, dict[str, Any]]) -> RoleAssignmentsInputs:
    """What the engine would hand to the provider."""
    return RoleAssignmentsInputs(
        customer=CUSTOMER,
        schema_name="Flex_Details",
        roles_field="Roles",
        full_name_field="Full_Name",
        people=json.dumps(people),
    )


def ours(settings: Settings, people: dict[str, dict[str, Any]]) -> float:
    """Seconds of a whole run: read, compare, write, prove."""
    started = time.monotonic()
    Convergence(settings, inputs_of(people), {}, Ledger(io.StringIO())).run("bench")
    return time.monotonic() - started


def one_by_one(settings: Settings, numbers: Iterable[int], roles: list[str]) -> float:
    """Seconds of users.update a person, in sequence."""
    started = time.monotonic()
    users = _client(settings).users()
    for number in numbers:
        _update(users, number, roles)
    return time.monotonic() - started


def by_threads(settings: Settings, numbers: Iterable[int], roles: list[str], threads: int) -> float:
    """Seconds of the same by `threads`."""
    own = threading.local()

    def write(number: int) -> None:
        if not hasattr(own, "users"):
            own.users = _client(settings).users()
        _update(own.users, number, roles)

    started = time.monotonic()
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(write, numbers))
    return time.monotonic() - started


def _client(settings: Settings) -> Any:
    http = authorized_http(settings, WRITE)
    return build_service(settings, "admin", "directory_v1", WRITE, http)


def _update(users: Any, number: int, roles: list[str]) -> None:
    values = {"Roles": [{"value": role, "type": "work"} for role in roles]}
    body = {"customSchemas": {"Flex_Details": values}}
    users.update(userKey=email(number), body=body, fields="primaryEmail").execute()
