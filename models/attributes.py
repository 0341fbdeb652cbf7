"""Attributes beyond roles and full name: team_id, department, skills … in the same schema.

They are the further entries of `tenant.google.custom_schema.fields`. Each becomes a claim of its
own, so that it ends as an attribute of the TaskRouter worker. Limits of values: IBM's and Google's
pages on custom attributes (150 values, 500 characters), as the Directory API answers 413 beyond.
"""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING

from models.attribute_mapping import KNOWN, AttributeMapping, DirectoryAttribute
from models.custom_schema import FULL_NAME, ROLES, FieldType, SchemaField, default_fields

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MAX_TEXT = 500
MAX_VALUES = 150

_DATE = re.compile(r"(\d{4})(?:-(0[1-9]|1[0-2]))?(?:-(0[1-9]|[12]\d|3[01]))?")
_EXPECTED = {
    FieldType.INT64: "a whole number",
    FieldType.DOUBLE: "a number",
    FieldType.BOOL: "true or false",
    FieldType.DATE: "a date such as 2026-11-30",
    FieldType.EMAIL: "an e-mail address",
}
_TYPE_OF_CLAIM = {FieldType.INT64: "int", FieldType.BOOL: "boolean"}


def with_defaults(fields: Mapping[str, SchemaField]) -> dict[str, SchemaField]:
    """`fields`, and the two that Flex cannot do without."""
    return {**default_fields(), **fields}


def attribute_fields(fields: Mapping[str, SchemaField]) -> dict[str, SchemaField]:
    """The fields beyond roles and full name."""
    return {name: field for name, field in fields.items() if name not in {ROLES, FULL_NAME}}


def claim_of(name: str, field: SchemaField) -> str:
    """The claim that carries a field: `team_id`, `skills.stringarray`, `seat.int`.

    Names that Flex knows take no type; for the others a type says how the worker shows the value.
    """
    claim = name.lower()
    kind = _TYPE_OF_CLAIM.get(field.type, "string")
    if field.multi_valued:
        return f"{claim}.{kind}array"
    return claim if claim in KNOWN or kind == "string" else f"{claim}.{kind}"


def mapping_with_attributes(
    display_name: str, fields: Mapping[str, SchemaField]
) -> AttributeMapping:
    """The three claims that Flex demands, and one for each further field."""
    rows = dict(AttributeMapping.default(display_name))
    for name, field in attribute_fields(fields).items():
        rows[claim_of(name, field)] = str(DirectoryAttribute(display_name, field.display_name))
    return AttributeMapping(rows)


def misspelt(
    mapping: AttributeMapping, display_name: str, fields: Mapping[str, SchemaField]
) -> Iterator[tuple[str, str, str]]:
    """Claims that come from a field which the schema has under another spelling.

    A field that is like none of ours may be somebody else's in the same schema.
    """
    known = [field.display_name for field in fields.values()]
    for claim, source in mapping.items():
        category, _, attribute = (part.strip() for part in source.partition(">"))
        same_category = category.casefold() == display_name.casefold()
        if not same_category or (category == display_name and attribute in known):
            continue
        if near := get_close_matches(attribute, known, n=1):
            hint = f"write {DirectoryAttribute(display_name, near[0])}, or declare that field"
            yield claim, f"the stack's schema has no field '{source}'", hint


def checked(
    given: Mapping[str, str | list[str]], fields: Mapping[str, SchemaField]
) -> tuple[dict[str, str | list[str]], list[tuple[str, str]]]:
    """Values in the form that Google gives back, and what is wrong with them as (what, hint)."""
    values: dict[str, str | list[str]] = {}
    problems: list[tuple[str, str]] = []
    for name, value in given.items():
        field = fields.get(name)
        if field is None:
            hint = "declare it in tenant.google.custom_schema.fields, or is it misspelt?"
            problems.append((f"'{name}' is no field of the custom schema", hint))
            continue
        problems += _problems(name, field, value)
        values[name] = _normal(field, value)
    return values, problems


def warn_values(given: Mapping[str, str | list[str]]) -> list[tuple[str, str]]:
    """What is allowed but bites: Twilio's page on workers warns of hyphens in values."""
    what = "has a hyphen in it, which Twilio says may cause a parsing error"
    return [
        (f"{name} {what}", "write the value without, for example with _")
        for name, value in given.items()
        if any("-" in item for item in (value if isinstance(value, list) else [value]))
    ]


def _problems(name: str, field: SchemaField, value: str | list[str]) -> Iterator[tuple[str, str]]:
    if isinstance(value, list) and not field.multi_valued:
        yield f"{name} takes a single value, got {len(value)}", "or set multi_valued on the field"
        return
    items = value if isinstance(value, list) else [value]
    if len(items) > MAX_VALUES:
        yield f"{name} has {len(items)} values, Google keeps at most {MAX_VALUES}", ""
    for item in items:
        if len(item) > MAX_TEXT:
            yield f"{name} has {len(item)} characters, Google keeps at most {MAX_TEXT}", ""
        elif field.type in _EXPECTED and _one(field, item) is None:
            yield f"{name}: expected {_EXPECTED[field.type]}, got {item!r}", ""


def _normal(field: SchemaField, value: str | list[str]) -> str | list[str]:
    if not field.multi_valued and isinstance(value, str):
        return _one(field, value) or value
    items = value if isinstance(value, list) else [value]
    return sorted({_one(field, item) or item for item in items})


def _one(field: SchemaField, text: str) -> str | None:
    """The value as Google gives it back; None if it is none of this type."""
    if field.type is FieldType.BOOL:
        return text.lower() if text.lower() in {"true", "false"} else None
    if field.type is FieldType.INT64:
        return str(int(text)) if re.fullmatch(r"-?\d{1,19}", text) else None
    if field.type is FieldType.DOUBLE:
        return _double(text)
    if field.type is FieldType.DATE:
        found = _DATE.fullmatch(text)
        return f"{found[1]}-{found[2] or '01'}-{found[3] or '01'}" if found else None
    if field.type is FieldType.EMAIL:
        return text if re.fullmatch(r"[^@\s]+@[^@\s]+", text) else None
    return text


def _double(text: str) -> str | None:
    if not re.fullmatch(r"-?\d{1,300}(\.\d+)?", text):
        return None
    number = float(text)
    return str(int(number)) if number.is_integer() else repr(number)
