"""Some people can't be written: the others are kept, and the next `up` does the rest."""

from __future__ import annotations

import re

from tests.e2e.conftest import Project
from tests.providers.vendor import Vendor

REFUSAL = {
    "host": "admin.googleapis.com",
    "method": "PUT",
    "path": "/users/grace",
    "times": 1,
    "status": 403,
    "body": {
        "error": {
            "code": 403,
            "message": "Not Authorized to access this resource/api",
            "errors": [{"reason": "forbidden", "domain": "global", "message": "x"}],
        }
    },
}


SLOW = [
    {"host": "admin.googleapis.com", "method": "GET", "path": "/members", "delay": 5.2},
    {"host": "admin.googleapis.com", "method": "GET", "path": "/v1/users", "delay": 5.2},
    {"host": "admin.googleapis.com", "method": "POST", "path": "/batch", "delay": 5.2},
]


def roles_of(stack):
    found = [r for r in stack.state()["deployment"]["resources"] if "RoleAssignments" in r["type"]]
    return found[0]


def test_what_succeeded_is_in_the_state_and_the_rest_is_done_later(project: Project):
    vendor = Vendor(project.base, project.state_dir)
    stack = project.stack("partial.dev")
    project.control("faults", [REFUSAL])

    said = stack.pulumi("up", "--yes", "--skip-preview", exit_code=None)

    assert "1 people could not be written" in said
    assert "grace@acme.example: 403 forbidden: the acting administrator may not change" in said
    assert "Traceback" not in said
    kept = roles_of(stack)
    assert kept["initErrors"]
    assert '"ada@acme.example": {"roles": ["agent"]}' in kept["outputs"]["people"]
    assert ["agent"] == vendor.custom_values("ada@acme.example")["Flex_Details"]["Roles"]
    assert {} == vendor.custom_values("grace@acme.example")

    seen = len(project.requests())
    project.control("faults", SLOW)
    said = stack.pulumi("up", "--yes", "--skip-preview")
    for told in (r"[1-9]\d* of group \S+ read", r"[1-9]\d* read", r"0 of 1 written"):
        assert re.search(rf"people: {told}, \d+ a second", said), said
    assert "awaiting_connection" == stack.engine.outputs()["status"]
    written = [
        r for r in project.requests()[seen:] if r["method"] == "POST" and "batch" in r["url"]
    ]
    assert 1 == len(written)
    assert ["agent", "supervisor"] == (
        vendor.custom_values("grace@acme.example")["Flex_Details"]["Roles"]
    )
    assert "initErrors" not in roles_of(stack)
