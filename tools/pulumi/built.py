"""The engine built from its Go modules, for machines that can't download the official one.

Two modules, because two versions of Pulumi's Go SDK can't share one: `cli/` is the engine,
`python-host/` the last Python language host that lived in the SDK's own module. That host speaks
an older protocol and works with the newer engine, but ignores `virtualenv` in Pulumi.yaml: the
virtual environment's bin must come first on PATH (`flexsso env` sees to it).
"""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tools.pulumi.engine import (
    CLI,
    LANGUAGE_HOST,
    SCRIPTS,
    Engine,
    EngineUnavailableError,
    missing,
    version_in,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ROOT = ".tools/pulumi"
SDK = "github.com/pulumi/pulumi/sdk/v3"
VERSION_VARIABLE = f"{SDK}/go/common/version.Version"
TICK_SECONDS = 5.0
# The host's scripts come with the engine's SDK, not with the host's older one.
SCRIPT_SOURCES = (
    "python/dist/pulumi-resource-pulumi-python",
    "python/cmd/pulumi-language-python-exec",
)


@dataclass(frozen=True)
class Program:
    """One binary: the module folder that pins it, its package, its name in `bin`."""

    module: str
    package: str
    name: str


PROGRAMS = (
    Program("python-host", f"{SDK}/python/cmd/pulumi-language-python", LANGUAGE_HOST),
    Program("cli", "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi", CLI),
)


def built(project: Path, say: Callable[[str], None]) -> Engine:
    """Build what is missing or of another version than go.mod says, then copy the scripts."""
    modules, bin_dir = project / "tools" / "pulumi", project / ROOT / "bin"
    wanted = pinned_version(modules / "cli")
    if not is_current(bin_dir, wanted):
        require_go(modules / "cli")
        say("building Pulumi from its Go modules (about 5 minutes, once)")
        for program in PROGRAMS:
            build(program, modules / program.module, bin_dir, say)
    if missing(bin_dir, SCRIPTS):
        copy_scripts(sdk_folder(modules / "cli"), bin_dir)
    return Engine(bin_dir=f"{ROOT}/bin", version=version_in(bin_dir), kind="built")


def is_current(bin_dir: Path, wanted: str) -> bool:
    """Whether the folder holds a working engine of the wanted version."""
    try:
        return version_in(bin_dir) == wanted
    except EngineUnavailableError:
        return False


def pinned_version(module: Path) -> str:
    """The version of Pulumi's SDK that a module folder's go.mod pins, without the v."""
    found = re.search(rf"{re.escape(SDK)} v(\S+)", (module / "go.mod").read_text())
    if not found:
        message = f"{module / 'go.mod'} does not pin {SDK}"
        raise EngineUnavailableError(message)
    return found[1]


def require_go(module: Path) -> None:
    """Fail unless a Go is here that this module accepts (Go itself compares, and may fetch one)."""
    needed = re.search(r"^go (\S+)", (module / "go.mod").read_text(), re.MULTILINE)
    hint = f"install Go {needed[1] if needed else ''} or newer (https://go.dev/dl/)"
    if shutil.which("go") is None:
        message = f"there is no Go to build it with: {hint}"
        raise EngineUnavailableError(message)
    answer = subprocess.run(
        ["go", "env", "GOVERSION"],
        cwd=module,
        capture_output=True,
        text=True,
        check=False,
    )
    if answer.returncode != 0:
        message = f"{answer.stderr.strip()}: {hint}"
        raise EngineUnavailableError(message)


def build(program: Program, module: Path, bin_dir: Path, say: Callable[[str], None]) -> None:
    """`go build` one program; it takes its place in `bin_dir` only when it is complete."""
    bin_dir.mkdir(parents=True, exist_ok=True)
    unfinished = bin_dir / f".{program.name}.unfinished"
    version = f"-X {VERSION_VARIABLE}={pinned_version(module)}"
    command = ["go", "build", "-buildvcs=false", f"-ldflags=-s -w {version}"]
    watch(
        [*command, "-o", str(unfinished), program.package],
        cwd=module,
        tick=lambda seconds: say(f"building {program.name}: {seconds:.0f} s"),
    )
    unfinished.replace(bin_dir / program.name)


def fingerprint(module: Path) -> str:
    """Of all that a program is built from."""
    digest = hashlib.sha256()
    for path in sorted([*module.glob("go.*"), *module.glob("*.go")]):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def watch(
    command: list[str],
    *,
    cwd: Path,
    tick: Callable[[float], None],
    every: float = TICK_SECONDS,
) -> None:
    """Run a long command, telling `tick` the elapsed seconds; show its output if it fails."""
    started = time.monotonic()
    with tempfile.TemporaryFile("w+") as output:
        process = subprocess.Popen(command, cwd=cwd, stdout=output, stderr=subprocess.STDOUT)
        try:
            while not _ended(process, every):
                tick(time.monotonic() - started)
        finally:
            process.kill()
        if process.returncode != 0:
            output.seek(0)
            tail = "\n".join(output.read().splitlines()[-15:])
            message = f"{' '.join(command[:2])} failed:\n{tail}"
            raise EngineUnavailableError(message)


def _ended(process: subprocess.Popen[bytes], seconds: float) -> bool:
    try:
        process.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        return False
    return True


def sdk_folder(module: Path) -> Path:
    """Where Go keeps the SDK's module of the pinned version, fetched if need be."""
    # `list` only knows the folder of what has been downloaded, which a cached build need not have.
    for command in (["go", "mod", "download", SDK], ["go", "list", "-m", "-f", "{{.Dir}}", SDK]):
        answer = subprocess.run(command, cwd=module, capture_output=True, text=True, check=False)
        if answer.returncode != 0:
            message = f"{' '.join(command)} failed: {answer.stderr.strip()}"
            raise EngineUnavailableError(message)
    return type(module)(answer.stdout.strip())


def copy_scripts(sdk: Path, bin_dir: Path) -> None:
    """Put the host's scripts next to it, writable and executable (Go's cache is read-only)."""
    for script in SCRIPT_SOURCES:
        target = bin_dir / script.rsplit("/", 1)[1]
        shutil.copyfile(sdk / script, target)
        target.chmod(0o755)
