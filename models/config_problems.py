"""What pydantic says about the stack's configuration, as (key, what, hint)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic import BaseModel, ValidationError

Problem = tuple[str, str, str]


def problems_of(error: ValidationError, model: type[BaseModel], key: str) -> Iterator[Problem]:
    """Each mistake in the section `key`, whose shape is `model`."""
    return (_problem(details, model, key) for details in error.errors())


def _problem(details: Any, model: type[BaseModel], section: str) -> Problem:
    key = ".".join([section, *(str(part) for part in details["loc"] if part != "[key]")])
    text = str(details["msg"]).removeprefix("Value error, ")
    if details["type"] == "missing":
        return key, "is missing", _description(model, details["loc"])
    if details["type"] == "extra_forbidden":
        return key, "is no such key", "is it misspelt, or on another level?"
    return key, text[0].lower() + text[1:], ""


def _description(model: Any, path: tuple[int | str, ...]) -> str:
    """The description of a field, as the hint for one that is missing."""
    for part in path[:-1]:
        field = getattr(model, "model_fields", {}).get(str(part))
        model = field.annotation if field else None
    field = getattr(model, "model_fields", {}).get(str(path[-1]))
    return (field.description or "").rstrip(".") if field else ""
