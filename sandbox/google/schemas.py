"""Custom schemas: the rules of Directory API `schemas`.

Store: kind "google_schema", key "<customer>/<schemaId>", value Google's Schema resource plus
"_created" (seconds), which is never shown.
"""

from __future__ import annotations

import base64
import re
import secrets
from typing import TYPE_CHECKING, Any

from sandbox.google import errors, holders
from sandbox.google.customers import new_etag

if TYPE_CHECKING:
    from sandbox.world import World

Document = dict[str, Any]

FIELD_TYPES = frozenset({"BOOL", "DATE", "DOUBLE", "EMAIL", "INT64", "PHONE", "STRING"})
READ_ACCESS_TYPES = frozenset({"ADMINS_AND_SELF", "ALL_DOMAIN_USERS"})
MAX_SCHEMAS = MAX_FIELDS = 100

_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")


def all_of(world: World, customer: str) -> list[Document]:
    """Every schema of the customer."""
    return world.store.page("google_schema", f"{customer}/")


def find(world: World, customer: str, key: str) -> Document | None:
    """By id, or by API name."""
    by_id = world.store.get("google_schema", f"{customer}/{key}")
    return by_id or next((s for s in all_of(world, customer) if s["schemaName"] == key), None)


def get(world: World, customer: str, key: str) -> Document:
    """By id or API name. Raises 404."""
    found = find(world, customer, key)
    if found is None:
        raise errors.not_found("schemaKey")
    return found


def is_visible(world: World, schema: Document) -> bool:
    """False while a new schema has not reached the servers that write values."""
    age = world.clock.now().timestamp() - float(schema["_created"])
    return age >= world.options.propagation_delay


def insert(world: World, customer: str, body: Document) -> Document:
    """Make a schema. Raises 409 if its name is taken."""
    known = all_of(world, customer)
    if len(known) >= MAX_SCHEMAS:
        raise errors.invalid("schemas")
    _check_name(body["schemaName"], "schema_name")
    if any(s["schemaName"] == body["schemaName"] for s in known):
        raise errors.duplicate()
    schema: Document = {
        "kind": "admin#directory#schema",
        "schemaId": base64.urlsafe_b64encode(secrets.token_bytes(16)).decode(),
        "schemaName": body["schemaName"],
        "displayName": body["displayName"] or body["schemaName"],
        "fields": _fields(body["fields"] or [], []),
        "_created": world.clock.now().timestamp(),
    }
    return _put(world, customer, schema)


def update(world: World, customer: str, key: str, body: Document) -> Document:
    """PUT and PATCH: what the body names replaces what was there, `fields` as a whole.

    A field left out is deleted with everybody's values. Type and multiplicity of a field stay.
    """
    schema = get(world, customer, key)
    name = body.get("schemaName") or schema["schemaName"]
    if name != schema["schemaName"]:
        _check_name(name, "schema_name")
        if find(world, customer, name):
            raise errors.duplicate()
    fields = schema["fields"]
    if body.get("fields") is not None:
        fields = _fields(body["fields"], schema["fields"])
    _drop_values(world, customer, schema, name, {field["fieldName"] for field in fields})
    schema |= {"schemaName": name, "fields": fields}
    schema["displayName"] = body.get("displayName") or schema["displayName"]
    return _put(world, customer, schema)


def delete(world: World, customer: str, key: str) -> None:
    """Delete a schema and everybody's values of it."""
    schema = get(world, customer, key)
    _drop_values(world, customer, schema, schema["schemaName"], set())
    world.store.delete("google_schema", f"{customer}/{schema['schemaId']}")


def shown(schema: Document) -> Document:
    """The resource as the API gives it."""
    return {name: value for name, value in schema.items() if not name.startswith("_")}


def _put(world: World, customer: str, schema: Document) -> Document:
    schema["etag"] = new_etag()
    world.store.put("google_schema", f"{customer}/{schema['schemaId']}", schema)
    return schema


def _check_name(name: str | None, what: str) -> None:
    if not _NAME.fullmatch(name or ""):
        raise errors.invalid(what)


def _fields(wanted: list[Document], current: list[Document]) -> list[Document]:
    names = [(field or {}).get("fieldName") for field in wanted]
    for name in names:
        _check_name(name, "field_name")
    if not wanted or len(wanted) > MAX_FIELDS or len(set(names)) != len(names):
        raise errors.invalid("fields")
    known = {field["fieldName"]: field for field in current}
    return [_field(field, known.get(field["fieldName"])) for field in wanted]


def _field(wanted: Document, current: Document | None) -> Document:
    if wanted.get("fieldType") not in FIELD_TYPES:
        raise errors.invalid("field_type")
    if (wanted.get("readAccessType") or "ALL_DOMAIN_USERS") not in READ_ACCESS_TYPES:
        raise errors.invalid("read_access_type")
    field: Document = {
        "kind": "admin#directory#schema#fieldspec",
        "fieldId": base64.urlsafe_b64encode(secrets.token_bytes(16)).decode(),
        "indexed": True,
        "multiValued": False,
        "readAccessType": "ALL_DOMAIN_USERS",
        **(current or {}),
        **{k: v for k, v in wanted.items() if v is not None and k not in _READ_ONLY},
        "etag": new_etag(),
    }
    field.setdefault("displayName", field["fieldName"])
    if current and any(field[part] != current[part] for part in ("fieldType", "multiValued")):
        raise errors.invalid("field_type")
    return field


_READ_ONLY = frozenset({"kind", "fieldId", "etag"})


def _drop_values(
    world: World, customer: str, schema: Document, new_name: str, kept: set[str]
) -> None:
    gone = {field["fieldName"] for field in schema["fields"]} - kept
    guarded = bool(gone) and world.options.fields_in_use_are_kept
    if guarded and holders.any_holds(world, customer, schema["schemaName"], gone):
        raise errors.field_in_use()
    if gone or new_name != schema["schemaName"]:
        holders.move(world, customer, schema["schemaName"], new_name, gone)
