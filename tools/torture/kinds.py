"""Answers of vendors in which one value is of another kind than the vendor documents."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from tools.torture.faults import Named

if TYPE_CHECKING:
    from collections.abc import Iterator

KINDS: dict[str, Any] = {
    "null": None,
    "a number": 7,
    "yes": True,
    "a text": "x",
    "a list": [],
    "a list of lists": [[[]]],
    "an object": {},
}
SINGLE = (int, bool, str)
Path = tuple[str | int, ...]


def other_kinds(answer: dict[str, Any], where: dict[str, str]) -> Iterator[Named]:
    """The answer after its effect, at each of its keys with each kind of value that is not its.

    Whatever asks `where` (method, host, path) is answered so: trying again does not help.
    """
    for path in paths(answer):
        for kind, value in KINDS.items():
            changed = copy.deepcopy(answer)
            node: Any = changed
            for key in path[:-1]:
                node = node[key]
            if type(node[path[-1]]) is not type(value) and not _is_open(path, value):
                node[path[-1]] = value
                name = ".".join(str(key) for key in path)
                answered = {"skip": 0, "status": 200, "body": changed, "after_effect": True}
                yield Named(f"{name} is {kind}", {**where, **answered})


def _is_open(path: Path, value: Any) -> bool:
    """Google leaves open of which kind a custom value is: another one is a lie, but no misfit."""
    return "customSchemas" in path and isinstance(value, SINGLE) and not isinstance(path[-1], int)


def paths(node: Any, *above: str | int) -> Iterator[Path]:
    """All keys from the outside in; of a list its first item."""
    children = node.items() if isinstance(node, dict) else list(enumerate(node[:1]))
    for key, value in children:
        yield (*above, key)
        if isinstance(value, dict | list):
            yield from paths(value, *above, key)
