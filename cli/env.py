"""`flexsso env`: the shell environment in which `pulumi` works in this project.

    eval "$(./flexsso env)"
    pulumi stack select …

What is set already is left alone, except PATH, which gets our folders in front, and the virtual
environment of the dynamic providers, which has to be this project's.
"""

from __future__ import annotations

import json
import os
import shlex
from collections.abc import Mapping
from pathlib import Path

import typer

from cli.project import PROJECT
from models.errors import FlexSsoError


def env() -> None:
    """Print shell lines that make `pulumi` work here.

    Use as: eval "$(./flexsso env)"
    """
    wanted = engine_environment(PROJECT, os.environ)
    for name, value in wanted.items():
        if os.environ.get(name) != value:
            typer.echo(f"export {name}={shlex.quote(value)}")


def engine_environment(project: Path, base: Mapping[str, str]) -> dict[str, str]:
    """`base` with all that `pulumi` needs to run this project's program.

    The program and its dynamic providers run in `project`'s virtual environment; refresh and
    destroy read today's configuration instead of the state's copy of it (PULUMI_RUN_PROGRAM).
    Creates the folder of the local backend where that is the one to be used.
    Raises FlexSsoError if `make install` has not chosen an engine yet.
    """
    environment = dict(base)
    environment["PATH"] = _path(project, base.get("PATH", os.defpath))
    environment["PULUMI_RUNTIME_VIRTUALENV"] = str(project / ".venv")
    environment.setdefault("PULUMI_RUN_PROGRAM", "true")
    environment.setdefault("PULUMI_SKIP_UPDATE_CHECK", "true")
    if "PULUMI_CONFIG_PASSPHRASE_FILE" not in base:
        # Stacks hold no secrets (credentials stay in the environment): nothing for it to protect.
        environment.setdefault("PULUMI_CONFIG_PASSPHRASE", "")
    if not has_backend(base):
        state = project / ".state"
        state.mkdir(mode=0o700, exist_ok=True)
        environment["PULUMI_BACKEND_URL"] = f"file://{state}"
    return environment


def has_backend(base: Mapping[str, str]) -> bool:
    """Whether somebody chose a backend: by variable, by token, or by `pulumi login`."""
    if base.get("PULUMI_BACKEND_URL") or base.get("PULUMI_ACCESS_TOKEN"):
        return True
    home = base.get("PULUMI_HOME") or f"{base.get('HOME', '')}/.pulumi"
    folder = Path(base.get("PULUMI_CREDENTIALS_PATH") or home)
    try:
        return bool(json.loads((folder / "credentials.json").read_text()).get("current"))
    except (OSError, ValueError, AttributeError):
        return False


def _path(project: Path, path: str) -> str:
    # The virtual environment comes first: a language host of before 3.78 ignores `virtualenv`
    # in Pulumi.yaml and takes whichever `python3` it finds.
    first = [str(project / ".venv" / "bin"), *_engine_folder(project)]
    rest = [part for part in path.split(os.pathsep) if part and part not in first]
    return os.pathsep.join([*first, *rest])


def _engine_folder(project: Path) -> list[str]:
    record = project / ".tools" / "engine.json"
    try:
        bin_dir = json.loads(record.read_text())["bin_dir"]
    except (OSError, ValueError, KeyError) as error:
        raise FlexSsoError(
            "This checkout has no Pulumi engine yet.", hint="make install"
        ) from error
    return [] if bin_dir is None else [str(project / bin_dir)]
