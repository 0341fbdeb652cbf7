"""Values of custom fields on a user: what Google takes, refuses, ignores, and how it is kept.

    single value    {"Flex_Details": {"Full_Name": "Ada Lovelace"}}
    multi-valued    {"Flex_Details": {"Roles": [{"value": "agent", "type": "work"}]}}

A field or schema that is not named stays; null deletes; an array is replaced as a whole.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sandbox.google import errors, schemas

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sandbox.world import World

Document = dict[str, Any]
Values = dict[str, dict[str, Any]]

MAX_TEXT = 500
MAX_COUNT = 150
MAX_TOTAL = 25_000
TYPES = frozenset({"custom", "home", "other", "work"})

_ITEM = frozenset({"value", "type", "customType"})
_DATE = re.compile(r"(\d{4})(?:-(0[1-9]|1[0-2]))?(?:-(0[1-9]|[12]\d|3[01]))?")


class _Unchanged(Exception):  # noqa: N818  a finding, not an error
    """Google takes the request with 200 and changes nothing."""


def merge(world: World, customer: str, current: Values, wanted: Mapping[str, Any]) -> Values:
    """`current` after a write of `wanted`. Raises Google's 400 or 413."""
    merged = {name: dict(values) for name, values in current.items()}
    known = {schema["schemaName"]: schema for schema in schemas.all_of(world, customer)}
    for name, changes in wanted.items():
        schema = known.get(name)
        if schema is None:
            raise errors.invalid_custom_schema()
        if not schemas.is_visible(world, schema):
            raise errors.invalid()
        merged[name] = _merge_one(schema, merged.get(name, {}), changes)
    return {name: values for name, values in merged.items() if values}


def _merge_one(
    schema: Document, current: dict[str, Any], changes: Mapping[str, Any] | None
) -> dict[str, Any]:
    if changes is None:
        return {}
    merged = dict(current)
    fields = {field["fieldName"]: field for field in schema["fields"]}
    for name, value in changes.items():
        if name not in fields:
            raise errors.invalid_custom_schema()
        try:
            kept = _keep(fields[name], value)
        except _Unchanged:
            continue
        merged.pop(name, None)
        if kept is not None and kept != []:
            merged[name] = kept
    return merged


def _keep(field: Document, value: object) -> Any:
    if value is None:
        return None
    if field["multiValued"]:
        return _keep_many(field, value)
    if isinstance(value, dict):
        raise _Unchanged  # Google answers 200 and leaves the field as it was
    if isinstance(value, list):
        raise errors.invalid_custom_schema()
    return _typed(field, value)


def _keep_many(field: Document, value: object) -> list[Document]:
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise errors.invalid_custom_schema()
    items = [_item(field, item) for item in value]
    total = sum(len(str(item["value"])) for item in items)
    if len(items) > MAX_COUNT or total > MAX_TOTAL:
        raise errors.too_large(field["fieldName"])
    return items


def _item(field: Document, item: Document) -> Document:
    kind = item.get("type", "work")
    if "value" not in item or set(item) - _ITEM or kind not in TYPES:
        raise errors.invalid_custom_schema()
    if (kind == "custom") != bool(item.get("customType")):
        raise errors.invalid_custom_schema()
    return {**item, "type": kind, "value": _typed(field, item["value"])}


def _typed(field: Document, value: object) -> Any:
    if isinstance(value, dict | list) or value is None:
        raise errors.invalid_custom_schema()
    text = value if isinstance(value, str) else str(value)
    if len(text) > MAX_TEXT:
        raise errors.too_large(field["fieldName"])
    convert = _CONVERT.get(field["fieldType"])
    return convert(text) if convert else text


def _date(text: str) -> str:
    found = _DATE.fullmatch(text)
    if not found:
        raise errors.invalid()
    year, month, day = found.groups()
    return f"{year}-{month or '01'}-{day or '01'}"


def _int64(text: str) -> str:
    if not re.fullmatch(r"-?\d{1,19}", text):
        raise errors.invalid()
    return text


def _double(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise errors.invalid() from None


def _email(text: str) -> str:
    if not re.fullmatch(r"[^@\s]+@[^@\s]+", text):
        raise errors.invalid()
    return text


_CONVERT = {
    "BOOL": lambda text: text.lower() == "true",
    "DATE": _date,
    "DOUBLE": _double,
    "EMAIL": _email,
    "INT64": _int64,
}
