"""What can be judged of a stack's configuration although other parts of it are wrong.

`raw` is the object `tenant` as it was written. Parts of another shape are reported elsewhere, and
count here as if they were not given, so that one mistake hides no other.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from models.attribute_mapping import PRIMARY_EMAIL, AttributeMapping, lint
from models.attributes import mapping_with_attributes, misspelt, with_defaults
from models.custom_schema import SchemaField
from models.tenant import GoogleSettings, SchemaSettings, Tenant

if TYPE_CHECKING:
    from collections.abc import Iterator

    from models.config_problems import Problem

Raw = dict[str, Any]


def section(raw: Raw, key: str) -> Raw:
    """The object under a key, empty where there is none."""
    value = raw.get(key)
    return value if isinstance(value, dict) else {}


def all_fields(raw: Raw) -> dict[str, SchemaField]:
    """The fields of the custom schema that are given and valid."""
    found = {}
    for name, field in section(_schema(raw), "fields").items():
        with contextlib.suppress(ValidationError):
            found[str(name)] = SchemaField.model_validate(field)
    return found


def mapping_problems(raw: Raw) -> Iterator[Problem]:
    """Rows of the attribute mapping that Flex or the stack's own schema does not know."""
    name, fields = _schema(raw).get("display_name"), with_defaults(all_fields(raw))
    display_name = name if isinstance(name, str) else SchemaSettings().display_name
    given = section(raw, "saml_app").get("attribute_mapping")
    mapping = mapping_with_attributes(display_name, fields)
    if isinstance(given, dict):
        mapping = AttributeMapping({str(claim): _source(row) for claim, row in given.items()})
    for claim, what, hint in (*lint(mapping), *misspelt(mapping, display_name, fields)):
        yield f"tenant.saml_app.attribute_mapping.{claim}", what, hint


def flags_of(raw: Raw) -> Tenant:
    """As much of a tenant as the guard rails look at."""
    flags = _bools(_schema(raw), "allow_data_loss", "retain")
    google: Raw = {"custom_schema": SchemaSettings(**flags)}  # pyrefly: ignore  its keys are flags
    given: Raw = {"production": None, **_bools(raw, "production")}
    return Tenant.model_construct(**given, google=GoogleSettings.model_construct(**google))


def _schema(raw: Raw) -> Raw:
    return section(section(raw, "google"), "custom_schema")


def _source(row: object) -> str:
    return row if isinstance(row, str) else str(PRIMARY_EMAIL)


def _bools(given: Raw, *keys: str) -> dict[str, bool]:
    return {key: given[key] for key in keys if isinstance(given.get(key), bool)}
