"""A pretend world for a measurement: a process of its own, with as many people as are asked for."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from collections import Counter
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx

if TYPE_CHECKING:
    from collections.abc import Iterator

PROJECT = Path(__file__).resolve().parents[2]
CUSTOMER = "C01sandbx"
SCHEMA = {
    "schemaName": "Flex_Details",
    "displayName": "Flex Details",
    "fields": [
        {"fieldName": "Roles", "displayName": "Roles", "fieldType": "STRING", "multiValued": True},
        {"fieldName": "Full_Name", "displayName": "Full Name", "fieldType": "STRING"},
    ],
}
NO_QUOTA = 10**9


def email(number: int) -> str:
    """The address of the person of that number."""
    return f"agent{number:05d}@acme.example"


class World:
    """The sandbox, seen from outside."""

    def __init__(self, base: str, state_dir: Path) -> None:
        self.base = base
        self.state_dir = state_dir
        self._http = httpx.Client(base_url=base, timeout=600)

    @property
    def tenant(self) -> dict[str, Any]:
        """The configuration of a tenant of this world."""
        key = self.state_dir / "credentials" / f"google-{CUSTOMER}.json"
        return {
            "name": "Bench",
            "google": {
                "customer": CUSTOMER,
                "domain": "acme.example",
                "admin": "admin@acme.example",
            },
            "flex": {"account_sid": "AC" + "5a" * 16, "runtime_domain": "acme-falcon-1234"},
            "roles": {"file": "roles.csv", "queries_per_minute": NO_QUOTA},
            "credentials": {"google": {"file": str(key)}},
        }

    def plant(self, people: int, roles: list[str] | None = None) -> None:
        """Forget everything; make `people`, who have `roles` already if some are given."""
        self.options(latency=0.0, directory_quota_per_minute=NO_QUOTA)
        users = [
            {"email": email(n), "full_name": f"Agent Number{n}", "org_unit": "/"}
            for n in range(people)
        ]
        held = {"Roles": [{"value": role, "type": "work"} for role in roles or []]}
        values = {
            user["email"]: {"Flex_Details": {**held, "Full_Name": user["full_name"]}}
            for user in users
            if roles
        }
        workspace = {
            "customer_id": CUSTOMER,
            "domain": "acme.example",
            "admin": "admin@acme.example",
            "users": users,
            "schemas": [SCHEMA],
            "values": values,
        }
        self._post("reset", {"google": [workspace], "twilio": []})

    def options(self, **options: float) -> None:
        """Set switches of the sandbox."""
        self._post("options", options)

    def faults(self, *faults: dict[str, Any]) -> None:
        """Let these happen (`sandbox.faults`), and no others."""
        self._post("faults", faults)

    def calls(self) -> list[str]:
        """Every Directory call since the last `plant`: method and path."""
        return [
            f"{one['method']} {one['url'].split('/', 3)[3].split('?')[0]}"
            for one in self._requests()
            if "admin.googleapis.com" in one["url"]
        ]

    def refusals(self) -> Counter[str]:
        """How often each request, query included, was refused since then for want of quota.

        Parts of batches are no requests of their own.
        """
        return Counter(
            f"{one['method']} {one['url']}"
            for one in self._requests()
            if one["status"] in {403, 429}
        )

    def _requests(self) -> list[dict[str, Any]]:
        answer = self._http.get("/_sandbox/requests").raise_for_status()
        return list(answer.json())

    def _post(self, verb: str, body: Any) -> None:
        content = json.dumps(body)
        self._http.post(f"/_sandbox/{verb}", content=content).raise_for_status()


@contextmanager
def world(folder: Path) -> Iterator[World]:
    """A running sandbox whose files lie in `folder`."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    command = [sys.executable, "-m", "sandbox", "--port", str(port), "--state-dir", str(folder)]
    with subprocess.Popen(command, cwd=PROJECT) as server:
        base = f"http://127.0.0.1:{port}"
        try:
            wait_for(base)
            yield World(base, folder)
        finally:
            server.terminate()


def wait_for(base: str) -> None:
    """Until the sandbox at `base` answers. Raises TimeoutError after ten seconds."""
    for _ in range(200):
        try:
            httpx.get(f"{base}/_sandbox/health").raise_for_status()
        except httpx.TransportError:
            time.sleep(0.05)
        else:
            return
    raise TimeoutError(f"the sandbox did not start at {base}")
