"""components/tenant_args.py: the shape of `Tenant` as TypedDicts, for whoever writes a program."""

from __future__ import annotations

import types
from enum import Enum
from typing import TYPE_CHECKING, Any, Union, get_args, get_origin

from pydantic import BaseModel

from models.roles import RoleAssignment
from models.tenant import Tenant
from tools.reference.page import WRITTEN_BY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic.fields import FieldInfo

HEAD = f'''"""The arguments `tenant` and `people` of `GoogleFlexSso`, typed.

{WRITTEN_BY.format(source="`models/tenant.py`")}
"""

# Annotations are not postponed here: Pulumi reads them for the schema of the component package.
from typing import Any, NotRequired, TypedDict
'''


def render() -> str:
    """The module: a class for each part of the model, parts before wholes."""
    parts = dict.fromkeys([*_parts(Tenant), *_parts(RoleAssignment)])
    return HEAD + "".join(_class(part) for part in parts)


def name_of(model: type[BaseModel]) -> str:
    """`Tenant` → `TenantArgs`."""
    return f"{model.__name__}Args"


def meaning(field: FieldInfo) -> str:
    """The field's description, and the words it may have."""
    kind, said = _plain(field.annotation), field.description or ""
    if _is(kind, BaseModel):
        return said or _first(kind)
    words = [f"`{one.value}`" for one in kind] if _is(kind, Enum) else []
    return said if all(word in said for word in words) else f"{said} One of {', '.join(words)}."


def _parts(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    for field in model.model_fields.values():
        for inner in _models(field.annotation):
            yield from _parts(inner)
    yield model


def _models(kind: Any) -> Iterator[type[BaseModel]]:
    if _is(kind, BaseModel):
        yield kind
    for inner in get_args(kind):
        yield from _models(inner)


def _class(model: type[BaseModel]) -> str:
    lines = [f"class {name_of(model)}(TypedDict):", f'    """{_first(model)}"""', ""]
    for name, field in model.model_fields.items():
        kind = _kind(field.annotation)
        lines += [
            f"    {name}: {kind if field.is_required() else f'NotRequired[{kind}]'}",
            f'    """{meaning(field)}"""',
        ]
    return "\n\n" + "\n".join(lines) + "\n"


def _first(model: type[BaseModel]) -> str:
    """The first paragraph of what a model says of itself."""
    return " ".join((model.__doc__ or "").split("\n\n", maxsplit=1)[0].split())


def _is(kind: Any, base: type) -> bool:
    return isinstance(kind, type) and issubclass(kind, base)


def _plain(kind: Any) -> Any:
    """Without `| None`."""
    inner = [one for one in get_args(kind) if one is not type(None)]
    return inner[0] if get_origin(kind) in {Union, types.UnionType} and len(inner) == 1 else kind


def _kind(kind: Any) -> str:
    """A type in Python, of what Pulumi has words for: a choice between two kinds is any."""
    plain = _plain(kind)
    if plain is not kind:
        return f"{_kind(plain)} | None"
    if hasattr(kind, "__metadata__"):  # Annotated: a text with a shape
        return _kind(kind.__origin__)
    inner = get_args(kind)
    if inner:
        many = {dict: "dict[str, {}]", list: "list[{}]"}
        return many.get(get_origin(kind), "Any").format(_kind(inner[-1]))
    if _is(kind, BaseModel):
        return name_of(kind)
    return "str" if _is(kind, Enum) else str(kind.__name__)
