"""components/plugin/schema.json: the component package's schema, as Pulumi reads it."""

from __future__ import annotations

import json

from pulumi.provider.experimental.analyzer import Analyzer
from pulumi.provider.experimental.schema import generate_schema

from components.google_flex_sso import GoogleFlexSso
from components.package import NAME
from models.version import VERSION


def render() -> str:
    """The schema, as JSON."""
    found = Analyzer(NAME).analyze([GoogleFlexSso])
    package = generate_schema(
        NAME,
        VERSION,
        None,
        found["component_definitions"],
        found["type_definitions"],
        [*found["dependencies"]],
    )
    return json.dumps(package.to_json(), indent=2, sort_keys=True, ensure_ascii=False) + "\n"
