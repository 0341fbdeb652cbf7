"""Whether an answer is one of the API's: checked before anybody reads it.

A proxy, a portal or a cut connection can make of a 200 whatever it likes, and google-api-python-
client hands on what is no JSON as plain text. Shapes are those of the discovery document, which
says of no property that it is always there; what we cannot do without is said here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

ALWAYS_THERE = {
    "User": ("primaryEmail",),
    "Schema": ("schemaId", "schemaName"),
    "SchemaFieldSpec": ("fieldName",),
}
_KINDS: dict[str, Callable[[Any], bool]] = {
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "number": lambda value: isinstance(value, (int, float)) and not isinstance(value, bool),
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
}


class NotTheApiError(Exception):
    """The answer is not what the discovery document describes; the text says where."""


def checked_builder(document: Mapping[str, Any]) -> Any:
    """A request builder for `build_from_document`: its answers fit `document`, or raise.

    NotTheApiError ends the request.
    """
    from googleapiclient.http import HttpRequest  # noqa: PLC0415, TID251  slow import

    expected = dict(_responses(document))

    class Checked(HttpRequest):  # type: ignore[misc]
        def execute(self, *args: Any, **kwargs: Any) -> Any:
            answer = super().execute(*args, **kwargs)
            if self.methodId in expected:
                misfit = misfit_of(answer, expected[self.methodId], document["schemas"], "it")
                if misfit:
                    raise NotTheApiError(misfit)
            return answer

    return Checked


def _responses(node: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """(method id, shape of its answer), of all resources."""
    for method in node.get("methods", {}).values():
        if "response" in method:
            yield method["id"], method["response"]
    for resource in node.get("resources", {}).values():
        yield from _responses(resource)


def misfit_of(value: Any, shape: Mapping[str, Any], schemas: Mapping[str, Any], path: str) -> str:
    """Where `value` does not have its shape, in words; empty if it has."""
    if "$ref" in shape:
        missing = [key for key in ALWAYS_THERE.get(shape["$ref"], ()) if not _has(value, key)]
        if isinstance(value, dict) and missing:
            return f"{path} has no {missing[0]}"
        return misfit_of(value, schemas[shape["$ref"]], schemas, path)
    kind = shape.get("type", "any")
    if kind in _KINDS and not _KINDS[kind](value):
        return f"{path} is no {kind}"
    for item, of_item, where in _parts(value, shape, path):
        found = misfit_of(item, of_item, schemas, where)
        if found:
            return found
    return ""


def _has(value: Any, key: str) -> bool:
    return isinstance(value, dict) and bool(value.get(key))


def _parts(
    value: Any, shape: Mapping[str, Any], path: str
) -> list[tuple[Any, Mapping[str, Any], str]]:
    if isinstance(value, list):
        return [(item, shape.get("items", {}), f"{path}[]") for item in value]
    if not isinstance(value, dict):
        return []
    known, others = shape.get("properties", {}), shape.get("additionalProperties", {})
    return [(item, known.get(key, others), f"{path}.{key}") for key, item in value.items()]
