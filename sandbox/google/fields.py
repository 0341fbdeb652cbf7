"""Partial responses: the `fields` parameter of Google's APIs, such as `users(id,name/fullName)`."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from sandbox.google.errors import GoogleError

Selection = dict[str, "Selection | None"]
"""Name -> what is wanted of it; None stands for all of it. "*" matches every name."""

_TOKEN = re.compile(r"\s*([A-Za-z0-9_\-.*$]+|[(),/])\s*")


@lru_cache(maxsize=256)
def parse(text: str) -> Selection:
    """The selection that `text` describes. Raises 400 when it is not one."""
    tokens = _TOKEN.findall(text)
    if "".join(tokens) != re.sub(r"\s+", "", text) or not tokens:
        raise _unreadable(text)
    try:
        selection = _list(tokens)
    except (IndexError, ValueError):
        raise _unreadable(text) from None
    if tokens:
        raise _unreadable(text)
    return selection


def pick(value: Any, selection: Selection | None) -> Any:
    """`value` with only what is selected; lists are looked into."""
    if selection is None:
        return value
    if isinstance(value, list):
        return [pick(item, selection) for item in value]
    if not isinstance(value, dict):
        return value
    if "*" in selection:
        return {name: pick(inner, selection["*"]) for name, inner in value.items()}
    return {name: pick(value[name], inner) for name, inner in selection.items() if name in value}


def _list(tokens: list[str]) -> Selection:
    found: Selection = {}
    while True:
        name, inner = _item(tokens)
        found[name] = inner
        if not tokens or tokens[0] != ",":
            return found
        tokens.pop(0)


def _item(tokens: list[str]) -> tuple[str, Selection | None]:
    name = tokens.pop(0)
    if name in "(),/":
        raise ValueError(name)
    follows = tokens[0] if tokens else ""
    if follows == "/":
        tokens.pop(0)
        inner_name, inner = _item(tokens)
        return name, {inner_name: inner}
    if follows == "(":
        tokens.pop(0)
        selection = _list(tokens)
        if tokens.pop(0) != ")":
            raise ValueError(name)
        return name, selection
    return name, None


def _unreadable(text: str) -> GoogleError:
    return GoogleError(400, "invalidParameter", f"Invalid field selection {text}")
