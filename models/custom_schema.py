"""Google's custom schema ("category of custom attributes") and how ours is merged into it.

Field shapes are the Directory API's: {"fieldName", "displayName", "fieldType", "multiValued",
"readAccessType", "indexed"}. A merge never drops or reorders what others put there.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

ApiField = dict[str, Any]

FULL_NAME = "Full_Name"
ROLES = "Roles"


class FieldType(StrEnum):
    """Directory API `fieldType`."""

    STRING = "STRING"
    INT64 = "INT64"
    BOOL = "BOOL"
    DOUBLE = "DOUBLE"
    EMAIL = "EMAIL"
    PHONE = "PHONE"
    DATE = "DATE"


class ReadAccess(StrEnum):
    """Directory API `readAccessType`: "Visible to user and admin" or "Visible to organization"."""

    ADMINS_AND_SELF = "ADMINS_AND_SELF"
    ALL_DOMAIN_USERS = "ALL_DOMAIN_USERS"


class SchemaField(BaseModel):
    """One field. Its name is the key it has in the schema's `fields`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    display_name: str = Field(min_length=1, description="Its name in the Admin console.")
    type: FieldType = Field(FieldType.STRING, description="Info type. It can't be changed later.")
    multi_valued: bool = Field(
        False, description="Multi-value, such as skills. It can't be changed later."
    )
    read_access: ReadAccess = Field(
        ReadAccess.ADMINS_AND_SELF,
        description="Visible to user and admin, or (`ALL_DOMAIN_USERS`) to the organization.",
    )

    def to_api(self, name: str) -> ApiField:
        """The Directory API's shape, without the read-only keys that it refuses to take back."""
        return {
            "fieldName": name,
            "displayName": self.display_name,
            "fieldType": self.type.value,
            "multiValued": self.multi_valued,
            "readAccessType": self.read_access.value,
        }


def seen_field(live: ApiField, ours: SchemaField | None) -> SchemaField:
    """A field as Google shows it. It may leave out the defaults; `ours` is what we think of it."""
    access = ours.read_access if ours else ReadAccess.ALL_DOMAIN_USERS
    return SchemaField(
        display_name=live.get("displayName", live["fieldName"]),
        type=live.get("fieldType", FieldType.STRING),
        multi_valued=live.get("multiValued", False),
        read_access=live.get("readAccessType", access),
    )


def default_fields() -> dict[str, SchemaField]:
    """The two fields that Flex needs beside the e-mail address."""
    return {
        ROLES: SchemaField(display_name="Roles", multi_valued=True),
        FULL_NAME: SchemaField(display_name="Full Name"),
    }


def api_name(display_name: str) -> str:
    """The name that Google's console gives: spaces become `_`."""
    return display_name.strip().replace(" ", "_")


class SchemaMerge(BaseModel):
    """The outcome of laying our fields over a schema that may exist already.

    `fields` is the whole list to send; `names` maps our field names to the real ones;
    `conflicts` are the changes that would lose values, each one sentence.
    """

    fields: list[ApiField]
    names: dict[str, str]
    changed: bool
    conflicts: list[str]


def merge_fields(
    live: list[ApiField], wanted: dict[str, SchemaField], owned: dict[str, str]
) -> SchemaMerge:
    """Lay `wanted` over `live`. `owned` is the `names` of the last merge: ours to remove.

    Fields are found by API name, then by display name, so that one made by hand is adopted.
    """
    merged = [_sendable(field) for field in live]
    before = [dict(field) for field in merged]
    names: dict[str, str] = {}
    conflicts: list[str] = []
    for name, field in wanted.items():
        found = _find(merged, name, field.display_name, owned.get(name))
        if found is None:
            merged.append(field.to_api(name))
            names[name] = name
            continue
        names[name] = found["fieldName"]
        conflicts += _conflicts(found, field)
        found.update(field.to_api(found["fieldName"]))
    gone = set(owned.values()) - set(names.values())
    doomed = [field for field in merged if field["fieldName"] in gone]
    conflicts += [f"field {field['fieldName']} would be removed" for field in doomed]
    kept = [field for field in merged if field not in doomed]
    return SchemaMerge(fields=kept, names=names, changed=kept != before, conflicts=conflicts)


_DEFAULTS: ApiField = {
    "fieldType": "STRING",
    "multiValued": False,
    "readAccessType": "ALL_DOMAIN_USERS",
}


def _sendable(field: ApiField) -> ApiField:
    """Drop what only Google may write (id, etag, kind) and spell out the defaults it leaves out."""
    kept = {key: value for key, value in field.items() if key not in {"fieldId", "etag", "kind"}}
    return {"displayName": field.get("fieldName"), **_DEFAULTS, **kept}


def _find(
    fields: list[ApiField], name: str, display_name: str, last_name: str | None
) -> ApiField | None:
    for key, value in (
        ("fieldName", last_name),
        ("fieldName", name),
        ("displayName", display_name),
    ):
        for field in fields:
            if value and str(field.get(key, "")).casefold() == value.casefold():
                return field
    return None


def _conflicts(live: ApiField, wanted: SchemaField) -> list[str]:
    name = live["fieldName"]
    found = []
    if live["fieldType"] != wanted.type.value:
        found.append(f"field {name} is {live['fieldType']}, not {wanted.type.value}")
    if bool(live["multiValued"]) != wanted.multi_valued:
        words = {True: "many values", False: "a single value"}
        found.append(
            f"field {name} holds {words[bool(live['multiValued'])]},"
            f" not {words[wanted.multi_valued]}"
        )
    return found
