"""docs/reference/tenant.md: each key of a stack's configuration, from the fields of `Tenant`."""

from __future__ import annotations

import json
import types
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import Any, Union, get_args, get_origin

import yaml
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from models.custom_schema import SchemaField
from models.endpoints import Endpoints
from models.roles import RoleAssignment
from models.tenant import Tenant
from tools.reference.page import code, head, table

ROOT = Path(__file__).resolve().parents[2]
KINDS = {"object": "map", "boolean": "true or false"}
COLUMNS = ("key", "value", "default", "meaning")
INTRO = """
What stands under `flex-google-sso:tenant` in `stacks/Pulumi.<stack>.yaml`. All mistakes are
reported together, each by its key, before anything is called. Nothing here is a secret: credentials
are named (files, environment variables), never given. `./flexsso new` writes such a file.
"""
BESIDE = """
## Beside the tenant

Further keys of `config`, each with `flex-google-sso:` before it:

"""


def render() -> str:
    """The page: a section for each part of the object and each shape in its maps; the rest."""
    sections = [_section(key, model) for key, model in _parts("tenant", Tenant)]
    inside = [
        _section("one of google.custom_schema.fields", SchemaField),
        _section("one of roles.people", RoleAssignment),
    ]
    parts = [head("Tenant", "`models/tenant.py`"), INTRO, *sections, *inside, BESIDE, _beside()]
    return "".join(parts)


def _beside() -> str:
    """What Pulumi.yaml declares besides `tenant`, and the keys in it."""
    project = yaml.safe_load((ROOT / "Pulumi.yaml").read_text(encoding="utf-8"))["config"]
    rows = [
        (code(name), KINDS[said["type"]], code(json.dumps(said["default"])), said["description"])
        for name, said in project.items()
        if name != "tenant"
    ]
    return table(COLUMNS, rows) + _section("endpoints", Endpoints)


def _parts(key: str, model: type[BaseModel]) -> Iterator[tuple[str, type[BaseModel]]]:
    yield key, model
    for name, field in model.model_fields.items():
        if (inner := _model(field)) is not None:
            yield from _parts(name if key == "tenant" else f"{key}.{name}", inner)


def _section(key: str, model: type[BaseModel]) -> str:
    doc = (model.__doc__ or "").split("\n\n", maxsplit=1)[0]
    rows = [
        (code(name), _kind(field.annotation), _default(field), field.description or "")
        for name, field in model.model_fields.items()
        if _model(field) is None
    ]
    keys = f"\n{table(COLUMNS, rows)}" if rows else ""
    return f"\n## {key}\n\n{' '.join(doc.split())}\n{keys}"


def _model(field: FieldInfo) -> type[BaseModel] | None:
    kind = field.annotation
    return kind if isinstance(kind, type) and issubclass(kind, BaseModel) else None


def _kind(kind: Any) -> str:
    """A type in words of YAML."""
    origin, inner = get_origin(kind), get_args(kind)
    if origin in {Union, types.UnionType}:
        return " or ".join(_kind(one) for one in inner if one is not type(None))
    if origin is dict:
        return f"map of {_kind(inner[1])}"
    if origin is list:
        return f"list of {_kind(inner[0])}"
    if hasattr(kind, "__metadata__"):  # Annotated: a text with a shape
        return _kind(kind.__origin__)
    if issubclass(kind, Enum):
        return " or ".join(code(str(one.value)) for one in kind)
    names = {str: "text", bool: "true or false", int: "number", float: "number"}
    return names.get(kind, "object")


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "**required**"
    if field.default_factory is not None:
        return ""  # empty, or what the meaning says
    default = field.default
    if isinstance(default, Enum):
        return code(str(default.value))
    return code(str(default).lower() if isinstance(default, bool) else str(default or ""))
