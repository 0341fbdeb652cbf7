"""A stack's YAML file as `./flexsso new` writes it: each key with what it means.

Comments come from the fields of `models.tenant`, so that file, reference page and checks say the
same. A key that was not given stands there commented out, with its default.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from typing import Any

import yaml
from pydantic import BaseModel

from models.tenant import Tenant

HEAD = """\
# {stack}: a contact centre whose people sign in to Twilio Flex with Google.
# Nothing in here is a secret; nothing in here may become one. Keys: docs/reference/tenant.md
config:
"""
NAMESPACE = "flex-google-sso"
WIDTH = 10_000  # of a line of YAML: a value stays on one


def render(stack: str, tenant: dict[str, Any], base: str | None) -> str:
    """The whole file. `tenant` has the given keys only; `base` is endpoints.base, if any."""
    lines = [] if base is None else [f"{NAMESPACE}:endpoints:", f"  base: {scalar(base)}"]
    lines += [f"{NAMESPACE}:tenant:", *_indented(_section(Tenant, tenant))]
    return HEAD.format(stack=stack) + "".join(f"{line}\n" for line in _indented(lines))


def scalar(value: Any) -> str:
    """A value on one line of YAML: with line breaks in it, of any script, all is escaped."""
    text = _on_a_line(value, allow_unicode=True)
    return text if len(text.splitlines()) == 1 else _on_a_line(value, default_style='"')


def _on_a_line(value: Any, **style: Any) -> str:
    text: str = yaml.safe_dump(value, default_flow_style=True, width=WIDTH, **style)
    return text.removesuffix("...\n").strip("\n")


def _section(model: type[BaseModel], given: dict[str, Any]) -> Iterator[str]:
    for key, field in model.model_fields.items():
        inner, text = _model(field.annotation), field.description or ""
        if inner is not None:
            yield from _subsection(key, inner, given.get(key))
        elif key in given:
            yield f"# {text}"
            yield from _entry(key, given[key])
        else:
            default = field.get_default(call_default_factory=False)
            yield f"# {key}: {_shown(default)}".rstrip() + f"  # {text}"


def _subsection(key: str, model: type[BaseModel], given: Any) -> Iterator[str]:
    yield ""
    yield f"# {(model.__doc__ or '').splitlines()[0]}"
    inside = (line for line in _section(model, given or {}) if line)
    lines = [f"{key}:", *_indented(inside)]
    yield from (lines if given else _commented(lines))


def _entry(key: str, value: Any) -> Iterator[str]:
    if value and isinstance(value, dict):
        yield f"{key}:"
        yield from (f"  {scalar(name)}: {scalar(one)}" for name, one in value.items())
    else:
        yield f"{key}: {scalar(value)}"


def _model(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return None


def _shown(default: Any) -> str:
    """A default as one would write it; nothing where there is none to show."""
    if isinstance(default, Enum):
        return str(default.value)
    return scalar(default) if isinstance(default, bool | int | str) else ""


def _indented(lines: Any) -> Iterator[str]:
    return (f"  {line}" if line else line for line in lines)


def _commented(lines: list[str]) -> Iterator[str]:
    for line in lines:
        body = line.lstrip()
        yield line if not body or body.startswith("#") else f"# {line}"
