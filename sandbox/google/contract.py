"""Google's own description of an API (its discovery document) as a check of requests.

The documents are those shipped inside google-api-python-client, read as data.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any
from urllib.parse import unquote

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from sandbox.google import errors

Json = dict[str, Any]

MAX_MATCHED = 1000
"""Longer parameters are refused before a pattern of Google's could take its time on them."""


@dataclass(frozen=True)
class Method:
    """One method of the document, with its compiled path and body check."""

    id: str
    http_method: str
    path: str
    pattern: re.Pattern[str]
    scopes: tuple[str, ...]
    parameters: dict[str, Json]
    body_check: Draft202012Validator | None

    def path_parameters(self, path: str) -> dict[str, str] | None:
        """The values in `path`, or None if it is not a path of this method."""
        found = self.pattern.fullmatch(path)
        return (
            {name: unquote(value) for name, value in found.groupdict().items()} if found else None
        )

    def check_query(self, query: dict[str, str]) -> None:
        """Raise 400 for an unknown parameter, or a value outside its description."""
        for name, value in query.items():
            if name not in self.parameters:
                message = (
                    f'Invalid JSON payload received. Unknown name "{name}":'
                    " Cannot bind query parameter. Field could not be found in request message."
                )
                raise errors.bad_request(message)
            _check_parameter(name, value, self.parameters[name])

    def check_body(self, body: object) -> None:
        """Raise 400 for an unknown member, a wrong type or a missing required member."""
        if self.body_check is None:
            return
        failure = next(self.body_check.iter_errors({} if body is None else body), None)
        if failure is not None:
            raise _translate(failure)


@cache
def methods(api: str) -> dict[str, Method]:
    """The methods of `api` ("admin.directory_v1") by id ("directory.users.list")."""
    document = discovery_document(api)
    found = _walk(document["resources"], document)
    return {method.id: method for method in found}


@cache
def discovery_document(api: str) -> Json:
    """The shipped document, as Google publishes it."""
    folder = resources.files("googleapiclient.discovery_cache.documents")
    loaded: Json = json.loads((folder / f"{api}.json").read_text("utf-8"))
    return loaded


def _walk(tree: Json, document: Json) -> list[Method]:
    found: list[Method] = []
    for resource in tree.values():
        found += [_method(raw, document) for raw in resource.get("methods", {}).values()]
        found += _walk(resource.get("resources", {}), document)
    return found


def _method(raw: Json, document: Json) -> Method:
    path = "/" + document["servicePath"] + raw.get("flatPath", raw["path"])
    named = re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(path))
    reference = raw.get("request", {}).get("$ref")
    return Method(
        id=raw["id"],
        http_method=raw["httpMethod"],
        path=path,
        pattern=re.compile(named),
        scopes=tuple(raw.get("scopes", ())),
        parameters={
            **document["parameters"],
            **{k: v for k, v in raw.get("parameters", {}).items() if v["location"] == "query"},
        },
        body_check=_body_check(reference, raw["id"], document) if reference else None,
    )


def _body_check(reference: str, method_id: str, document: Json) -> Draft202012Validator:
    definitions = {
        name: _json_schema(schema, method_id) for name, schema in document["schemas"].items()
    }
    return Draft202012Validator({"$defs": definitions, "$ref": f"#/$defs/{reference}"})


def _json_schema(raw: Json, method_id: str) -> Json:
    """Discovery's dialect as JSON Schema: any, $ref, annotations.required, closed objects.

    null is let through everywhere, since it means "delete this" in Google's APIs.
    """
    if "$ref" in raw:
        return {"anyOf": [{"$ref": f"#/$defs/{raw['$ref']}"}, {"type": "null"}]}
    if raw.get("type") == "any":
        return {}
    made: Json = {"type": [raw["type"], "null"]}
    if raw.get("type") in {"integer", "string"} and "int" in raw.get("format", ""):
        made["type"] = ["integer", "string", "null"]
    if "items" in raw:
        made["items"] = _json_schema(raw["items"], method_id)
    made |= _object_schema(raw, method_id)
    return made


def _object_schema(raw: Json, method_id: str) -> Json:
    properties = raw.get("properties", {})
    made: Json = {}
    if properties:
        made["properties"] = {k: _json_schema(v, method_id) for k, v in properties.items()}
        made["additionalProperties"] = False
    if "additionalProperties" in raw:
        made["additionalProperties"] = _json_schema(raw["additionalProperties"], method_id)
    wanted = [
        name
        for name, value in properties.items()
        if method_id in value.get("annotations", {}).get("required", [])
    ]
    return made | ({"required": wanted} if wanted else {})


def _check_parameter(name: str, value: str, rule: Json) -> None:
    kind = rule.get("type")
    fits = True
    if kind == "boolean":
        fits = value in {"true", "false"}
    elif kind == "integer":
        fits = _in_range(value, rule)
    if "enum" in rule:
        fits = value in rule["enum"]
    if "pattern" in rule:
        fits = len(value) <= MAX_MATCHED and re.fullmatch(rule["pattern"], value) is not None
    if not fits:
        raise errors.bad_request(
            f"Invalid value at '{name}' (TYPE_{str(kind).upper()}), \"{value}\""
        )


def _in_range(value: str, rule: Json) -> bool:
    if not re.fullmatch(r"-?\d{1,18}", value):
        return False
    low, high = rule.get("minimum", value), rule.get("maximum", value)
    return int(low) <= int(value) <= int(high)


def _translate(failure: ValidationError) -> errors.GoogleError:
    """jsonschema's finding in the words of Google's API front end."""
    # An anyOf (reference or null) hides the real finding one level down.
    while failure.context:
        failure = max(failure.context, key=lambda inner: len(inner.path))
    where = _place(failure)
    if failure.validator == "required":
        missing = next(n for n in failure.validator_value if n not in failure.instance)
        return errors.required(missing)
    if failure.validator == "additionalProperties":
        unknown = next(n for n in failure.instance if n not in failure.schema["properties"])
        at = f" at '{where}'" if where else ""
        return errors.bad_request(
            f'Invalid JSON payload received. Unknown name "{unknown}"{at}: Cannot find field.'
        )
    kind = failure.validator_value[0] if failure.validator == "type" else failure.validator
    shown = json.dumps(failure.instance)[:80]
    return errors.bad_request(f"Invalid value at '{where}' (TYPE_{str(kind).upper()}), {shown}")


def _place(failure: ValidationError) -> str:
    text = ""
    for step in failure.absolute_path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}"
    return text.lstrip(".")
