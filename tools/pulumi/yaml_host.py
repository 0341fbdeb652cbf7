"""`python -m tools.pulumi.yaml_host`: Pulumi YAML's language host, for the example in it.

Pulumi's own installer brings one. Beside an engine that was built from its Go modules it is built
as well, from `yaml-host/`; whatever is on PATH is left as it is.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from cli.env import engine_environment
from models.errors import FlexSsoError
from tools.pulumi.built import ROOT, Program, build, fingerprint, require_go
from tools.pulumi.engine import EngineUnavailableError

PROJECT = Path(__file__).resolve().parents[2]
YAML_HOST = Program(
    "yaml-host", "github.com/pulumi/pulumi-yaml/cmd/pulumi-language-yaml", "pulumi-language-yaml"
)


def main() -> int:
    """Build it, unless there is one; says why on stderr where that can't be done."""
    try:
        ensure(PROJECT)
    except (EngineUnavailableError, FlexSsoError) as error:
        _say(f"error: no {YAML_HOST.name}: {error}")
        return 1
    return 0


def ensure(project: Path) -> None:
    """A host beside the engine. Raises EngineUnavailableError if it can't be built."""
    module, bin_dir = project / "tools" / "pulumi" / YAML_HOST.module, project / ROOT / "bin"
    wanted, stamp = fingerprint(module), project / ROOT / f"{YAML_HOST.name}.sha256"
    found = found_for(project)
    if found is not None and (found.parent != bin_dir or _says(stamp, wanted)):
        return
    require_go(module)
    _say("building the YAML language host from its Go module (about 2 minutes, once)")
    build(YAML_HOST, module, bin_dir, _say)
    stamp.write_text(wanted)


def found_for(project: Path) -> Path | None:
    """The host that the project's engine finds on its PATH."""
    path = engine_environment(project, os.environ)["PATH"]
    found = shutil.which(YAML_HOST.name, path=path)
    return Path(found) if found else None


def _says(stamp: Path, wanted: str) -> bool:
    return stamp.exists() and stamp.read_text() == wanted


def _say(line: str) -> None:
    print(f"pulumi: {line}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
