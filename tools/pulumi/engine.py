"""Which Pulumi engine a checkout uses, and where that is written down."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from pathlib import Path

CLI = "pulumi"
LANGUAGE_HOST = "pulumi-language-python"
# What the language host starts: the program, and the process that serves dynamic providers.
SCRIPTS = ("pulumi-language-python-exec", "pulumi-resource-pulumi-python")
MINIMUM_VERSION = (3, 150)

Kind = Literal["path", "official", "built"]


class EngineUnavailableError(Exception):
    """One way of getting an engine does not work here; the text says why and what to do."""


@dataclass(frozen=True)
class Engine:
    """A Pulumi CLI together with its Python language host.

    `bin_dir` is the folder that belongs first on PATH, relative to the project where it lies
    inside; None when both programs are on PATH already.
    """

    bin_dir: str | None
    version: str
    kind: Kind


def record_path(project: Path) -> Path:
    """Where the choice is kept; delete the file to have it made again."""
    return project / ".tools" / "engine.json"


def write_record(project: Path, engine: Engine) -> None:
    """Remember the choice for `flexsso env`."""
    path = record_path(project)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(asdict(engine), indent=2) + "\n")


def recorded(project: Path) -> Engine:
    """The engine chosen last time, if it still answers."""
    path = record_path(project)
    try:
        engine = Engine(**json.loads(path.read_text()))
    except (OSError, ValueError, TypeError) as error:
        message = "no engine was chosen before"
        raise EngineUnavailableError(message) from error
    if engine.bin_dir is None:
        message = "the engine chosen last time was on PATH and no longer is"
        raise EngineUnavailableError(message)
    bin_dir = project / engine.bin_dir
    if absent := missing(bin_dir, SCRIPTS):
        message = f"{' and '.join(absent)} missing in {bin_dir}"
        raise EngineUnavailableError(message)
    return Engine(bin_dir=engine.bin_dir, version=version_in(bin_dir), kind=engine.kind)


def on_path(project: Path, path: str) -> Engine:
    """A recent `pulumi` and its Python host on PATH, both from outside this checkout.

    Our own folders are passed over: a shell that has run `eval "$(./flexsso env)"` has them on
    PATH, and an engine must not be recorded as installed because we put it there.
    """
    outside = os.pathsep.join(part for part in path.split(os.pathsep) if not _within(project, part))
    cli, host = shutil.which(CLI, path=outside), shutil.which(LANGUAGE_HOST, path=outside)
    if cli is None or host is None:
        message = f"{CLI} and {LANGUAGE_HOST} are not both on PATH"
        raise EngineUnavailableError(message)
    version = program_version(cli)
    if parse_version(version) < MINIMUM_VERSION:
        wanted = ".".join(map(str, MINIMUM_VERSION))
        message = f"{cli} is {version}, {wanted} or newer is needed"
        raise EngineUnavailableError(message)
    return Engine(bin_dir=None, version=version, kind="path")


def missing(bin_dir: Path, names: tuple[str, ...]) -> list[str]:
    """Which of these programs are not in a folder, or can't be run."""
    return [name for name in names if not os.access(bin_dir / name, os.X_OK)]


def version_in(bin_dir: Path) -> str:
    """The version of the engine in a folder, both programs of which must be there."""
    if absent := missing(bin_dir, (CLI, LANGUAGE_HOST)):
        message = f"{' and '.join(absent)} missing in {bin_dir}"
        raise EngineUnavailableError(message)
    return program_version(str(bin_dir / CLI))


def program_version(cli: str) -> str:
    """What `pulumi version` answers, without the leading v."""
    env = {**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "true"}
    try:
        answer = subprocess.run(
            [cli, "version"], env=env, capture_output=True, text=True, timeout=30, check=True
        )
    except (OSError, subprocess.SubprocessError) as error:
        message = f"{cli} does not run: {error}"
        raise EngineUnavailableError(message) from error
    return answer.stdout.strip().removeprefix("v")


def parse_version(version: str) -> tuple[int, ...]:
    """`3.274.1-alpha` → (3, 274, 1); () when it isn't a version."""
    found = re.match(r"\d+(\.\d+)*", version)
    return tuple(map(int, found[0].split("."))) if found else ()


def _within(project: Path, folder: str) -> bool:
    return bool(folder) and (project.resolve() in (project / folder).resolve().parents)
