"""The real engine, as somebody in a shell would use it: `pulumi` with the project's environment."""

from __future__ import annotations

import json
import os
import subprocess
from typing import TYPE_CHECKING, Any

from cli.env import engine_environment

if TYPE_CHECKING:
    from pathlib import Path


class EngineError(Exception):
    """Pulumi ended with an error; it has said which, unless it was asked quietly."""


class Engine:
    """One stack, in the project's own local backend, whatever else is logged in to."""

    def __init__(self, root: Path, stack: str, backend: str | None = None) -> None:
        self._root = root
        self._stack = stack
        base = {key: value for key, value in os.environ.items() if not key.startswith("PULUMI_")}
        state = root / ".state"
        state.mkdir(mode=0o700, exist_ok=True)
        base["PULUMI_BACKEND_URL"] = backend or f"file://{state}"
        self.environment = engine_environment(root, base)

    def begin(self) -> None:
        """Forget the stack's last life and make it anew; its configuration file stays."""
        remove = ["stack", "rm", self._stack, "--yes", "--force", "--preserve-config"]
        self.run(*remove, quiet=True, check=False)
        self.run("stack", "init", self._stack, quiet=True)

    def up(self, *, expect_no_changes: bool = False) -> str:
        """`pulumi up`; returns the stack's phase."""
        extra = ["--expect-no-changes"] if expect_no_changes else []
        self.run("up", "--yes", "--skip-preview", "--suppress-outputs", "-s", self._stack, *extra)
        outputs = self.outputs()
        print(f"   status: {outputs['status']}\n   next:   {outputs['next_step']}", flush=True)
        return str(outputs["status"])

    def outputs(self) -> dict[str, Any]:
        """The stack's outputs."""
        done = self.run("stack", "output", "--json", "-s", self._stack, quiet=True)
        return dict(json.loads(done.stdout))

    def run(
        self, *arguments: str, quiet: bool = False, check: bool = True
    ) -> subprocess.CompletedProcess[str]:
        """Run `pulumi`. Quiet ones are captured; the others show all that Pulumi says."""
        done = subprocess.run(
            ["pulumi", "--non-interactive", *arguments],
            cwd=self._root,
            env=self.environment,
            check=False,
            text=True,
            capture_output=quiet,
        )
        if check and done.returncode:
            said = f": {done.stdout}{done.stderr}" if quiet else ""
            raise EngineError(f"pulumi {arguments[0]} ended with {done.returncode}{said}")
        return done
