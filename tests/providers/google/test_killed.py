"""kill -9 in the middle of a write: the next run does the rest, and destroy still gives back."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from providers.google.role_assignments import RoleAssignmentsProvider
from sandbox import seed
from sandbox.google import users

ROOT = Path(__file__).resolve().parents[3]
PEOPLE = 600
OLD = {"Roles": [{"value": "trainee", "type": "work"}]}
VICTIM = """
import json, sys
from providers.google.role_assignments import RoleAssignmentsProvider
from providers.settings import Settings
provider = RoleAssignmentsProvider()
provider.settings = Settings.model_validate_json(sys.argv[1])
news = json.loads(sys.stdin.read())
if sys.argv[2] == "create":
    provider.create(news)
else:
    provider.delete("id", news)
"""


@pytest.fixture
def crowd(pretend_world):
    """A few hundred people, who all have a role from before us."""
    spec = json.loads(json.dumps(seed.DEFAULT))
    workspace = spec["google"][0]
    emails = [f"p{number:03d}@acme.example" for number in range(PEOPLE)]
    workspace["users"] += [{"email": email, "full_name": "P Q"} for email in emails]
    fields = [
        {"fieldName": "Roles", "displayName": "Roles", "fieldType": "STRING", "multiValued": True},
        {"fieldName": "Full_Name", "displayName": "Full Name", "fieldType": "STRING"},
    ]
    schema = {"schemaName": "Flex_Details", "displayName": "Flex Details", "fields": fields}
    workspace["schemas"].append(schema)
    workspace["values"] = {email: {"Flex_Details": OLD} for email in emails}
    seed.plant(pretend_world, spec)
    return emails


def news(emails: list[str]) -> dict[str, Any]:
    return {
        "customer": "C01sandbx",
        "schema_name": "Flex_Details",
        "roles_field": "Roles",
        "full_name_field": "Full_Name",
        "people": json.dumps({email: {"roles": ["agent"]} for email in emails}),
        "mode": "additive",
    }


def with_role(world: Any, role: str) -> int:
    found = [user.get("customSchemas", {}) for user in users.all_of(world, "C01sandbx")]
    roles = [one.get("Flex_Details", {}).get("Roles", []) for one in found]
    return sum(any(item["value"] == role for item in items) for items in roles)


def batches(world: Any) -> int:
    return sum("batch" in request["url"] for request in world.store.page("request"))


def kill_half_way(world: Any, settings: Any, verb: str, props: dict[str, Any], role: str) -> int:
    """Run `verb` in a process of its own, kill it once a batch was answered; who has `role`.

    No other batch takes effect, however late the kill comes.
    """
    before = batches(world)
    never = {"path": "/batch", "delay": 1.0, "reset": True, "times": 10**6}
    world.faults[:] = [{**never, "skip": 1}]
    process = subprocess.Popen(
        [sys.executable, "-c", VICTIM, settings.model_dump_json(), verb],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        text=True,
    )
    assert process.stdin
    process.stdin.write(json.dumps(props))
    process.stdin.close()
    while batches(world) == before:
        assert process.poll() is None
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    world.faults.clear()
    return with_role(world, role)


def test_a_killed_create_is_finished_by_the_next_and_destroy_gives_everything_back(
    crowd, pretend_world, settings, configured
):
    props = news(crowd)
    written = kill_half_way(pretend_world, settings, "create", props, "agent")
    assert 0 < written < PEOPLE

    provider = configured(RoleAssignmentsProvider)
    before = batches(pretend_world)
    made = provider.create(props)

    assert PEOPLE == with_role(pretend_world, "agent")
    assert PEOPLE == len(json.loads(made.outs["before"]))
    assert -(-(PEOPLE - written) // 100) == batches(pretend_world) - before

    provider.delete(made.id, made.outs)
    assert PEOPLE == with_role(pretend_world, "trainee")
    assert 0 == with_role(pretend_world, "agent")


def test_a_killed_destroy_is_finished_by_the_next(crowd, pretend_world, settings, configured):
    provider = configured(RoleAssignmentsProvider)
    made = provider.create(news(crowd))
    given_back = kill_half_way(pretend_world, settings, "delete", made.outs, "trainee")
    assert 0 < given_back < PEOPLE

    provider.delete(made.id, made.outs)

    assert PEOPLE == with_role(pretend_world, "trainee")


def test_what_the_state_knows_is_not_taken_over_twice(crowd, pretend_world, configured):
    provider = configured(RoleAssignmentsProvider)
    made = provider.create(news(crowd[:3]))
    shorter = {**news(crowd[:2]), "__provider": "x"}
    outs = provider.update(made.id, made.outs, shorter).outs

    assert set(crowd[:2]) == set(json.loads(outs["before"]))
    assert PEOPLE - 2 == with_role(pretend_world, "trainee")
