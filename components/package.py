"""The component package `flexsso`: `GoogleFlexSso` for programs in YAML and other languages.

Its names are Pulumi's, in camelCase (`accountSid`); those of a stack's file (`account_sid`) are
taken as well, so that one `tenant` serves both. What is neither is refused: Pulumi's own provider
would drop it without a word.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pulumi.errors import InputPropertyError
from pulumi.provider.experimental.component import ComponentProvider

from components.google_flex_sso import GoogleFlexSso
from models.version import VERSION

if TYPE_CHECKING:
    from pulumi.provider.experimental.analyzer import PropertyDefinition

NAME = "flexsso"


class Package(ComponentProvider):
    """Serves the component; to be run by `pulumi.provider.main`."""

    def __init__(self) -> None:
        super().__init__([GoogleFlexSso], NAME, version=VERSION)

    def map_input_properties(
        self,
        inputs: Any,
        properties: dict[str, PropertyDefinition],
        mapping: dict[str, str],
        component_name: str,
        property_path: str,
    ) -> Any:
        """As Pulumi's, at each level, after the keys were spelled its way."""
        spelled = respelled(inputs, mapping, property_path)
        return super().map_input_properties(
            spelled, properties, mapping, component_name, property_path
        )


def respelled(inputs: Any, mapping: dict[str, str], path: str) -> Any:
    """`inputs` in camelCase; `mapping` has the names, camelCase → snake_case.

    Raises InputPropertyError for a key that is in neither spelling, or in both.
    """
    if not isinstance(inputs, dict):
        return inputs
    camel = {snake: name for name, snake in mapping.items()} | {name: name for name in mapping}
    found: dict[str, Any] = {}
    for key, value in inputs.items():
        where = f"{path}.{key}" if path else str(key)
        if key not in camel:
            raise InputPropertyError(where, "there is no such key: is it misspelt?")
        if camel[key] in found:
            raise InputPropertyError(where, f"is given twice, also as {camel[key]}")
        found[camel[key]] = value
    return found
