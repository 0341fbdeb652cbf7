"""A stack as the engine knows it: its configuration, and what the last `up` left in the state.

Paths in the configuration (credentials files) are relative to the project, as they are for the
engine, so what is read here is used from the project's folder: `contextlib.chdir(project)`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from cli.engine import pulumi_json
from cli.project import PROJECT

NAMESPACE = "flex-google-sso:"


class StackState(BaseModel):
    """`config` by key without its namespace; `resources` are outputs by Pulumi's type.

    `outputs` are the stack's own; both are empty before the first `up`.
    """

    model_config = ConfigDict(frozen=True)

    name: str
    config: dict[str, Any]
    outputs: dict[str, Any]
    resources: dict[str, dict[str, Any]]

    def get(self, key: str) -> Any:
        """A key of the configuration, as `providers.settings.Settings.from_config` asks."""
        return self.config.get(key)


def read_stack_state(name: str, project: Path = PROJECT) -> StackState:
    """Ask Pulumi, which must know the stack. Raises FlexSsoError with what it said."""
    config = pulumi_json(project, name, "config", "--json")
    exported = pulumi_json(project, name, "stack", "export")
    resources = (exported.get("deployment") or {}).get("resources") or []
    by_type = {one["type"]: one.get("outputs") or {} for one in resources}
    return StackState(
        name=name,
        config={key.removeprefix(NAMESPACE): _value(value) for key, value in config.items()},
        outputs=by_type.get("pulumi:pulumi:Stack", {}),
        resources=by_type,
    )


def _value(entry: dict[str, Any]) -> Any:
    return entry.get("objectValue", entry.get("value"))
