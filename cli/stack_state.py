"""A stack as the engine knows it: its configuration, and what the last `up` left in the state.

Paths in the configuration (credentials files) are relative to the project, as they are for the
engine, so what is read here is used from the project's folder: `contextlib.chdir(project)`.
"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from cli.env import engine_environment
from cli.project import PROJECT
from models.errors import FlexSsoError

NAMESPACE = "flex-google-sso:"
TIMEOUT_SECONDS = 120


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
    config = pulumi_json(project, "config", "--json", "-s", name)
    exported = pulumi_json(project, "stack", "export", "-s", name)
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


def pulumi_json(project: Path, *arguments: str) -> dict[str, Any]:
    """What a read-only `pulumi` command prints, as JSON."""
    try:
        done = subprocess.run(
            ["pulumi", "--non-interactive", *arguments],  # noqa: S607  PATH is the project's
            cwd=project,
            env=engine_environment(project, os.environ),
            capture_output=True,
            text=True,
            timeout=TIMEOUT_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        what = f"Pulumi can't be run ({type(error).__name__})."
        raise FlexSsoError(what, hint="make install") from None
    if done.returncode:
        said = done.stderr.strip().removeprefix("error: ") or f"exit code {done.returncode}"
        hint = f"pulumi stack init {arguments[-1]}" if "no stack named" in said else ""
        raise FlexSsoError(f"Pulumi: {said}", hint=hint)
    return dict(json.loads(done.stdout))
