"""What two states must have in common: resources without what is a run's alone."""

from __future__ import annotations

import json
from typing import Any

OF_THE_RUN = {
    "created": "when the resource was",
    "modified": "when its state was",
    "changed_at": "when the record of Flex's form was made or changed",
    "run": "the random name of the run that assigned roles",
    "stackTrace": "Python's frames, below the program those of who runs it",
    "sourcePosition": "the nearest of them",
}
"""Keys of a resource whose values differ between two plain runs in equal worlds, too, or are
frames of the language host."""
MADE_UP = ("pulumi:providers:pulumi-python", "pulumi-python:dynamic/google:CustomSchema")
"""Whose ids their owners make up: the engine, and Google."""


def resources_of(state: dict[str, Any]) -> dict[str, Any]:
    """Resources by URN without what is a run's alone; lists of dependencies are sets.

    Their order in the state is that in which concurrent creates ended.
    """
    listed = state["deployment"]["resources"]
    text = json.dumps({one["urn"]: one for one in listed})
    for one in listed:
        if one["type"] in MADE_UP:
            text = text.replace(one["id"], f"id of {one['type']}")
    return {urn: _comparable(one) for urn, one in json.loads(text).items()}


def _comparable(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _comparable(one) for key, one in value.items() if key not in OF_THE_RUN}
    if isinstance(value, list):
        items = [_comparable(one) for one in value]
        are_urns = all(str(one).startswith("urn:pulumi:") for one in items)
        return sorted(items) if are_urns else items
    return value
