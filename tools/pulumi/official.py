"""The engine as Pulumi publishes it, fetched by Pulumi's own installer."""

from __future__ import annotations

import subprocess
import sys
import urllib.request
from typing import TYPE_CHECKING

from tools.pulumi.engine import Engine, EngineUnavailableError, version_in

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

INSTALLER = "https://get.pulumi.com/install.sh"
ROOT = ".tools/pulumi-official"
REACHABLE_SECONDS = 5
DOWNLOAD_SECONDS = 600


def official(
    project: Path,
    say: Callable[[str], None],
    *,
    reachable: Callable[[], bool] | None = None,
    download: Callable[[Path], None] | None = None,
) -> Engine:
    """Install the SDK's version below `.tools`, unless the installer can't be reached.

    The question whether it is reachable comes first, with a short time-out of its own: the
    installer has none, and a machine without a way out should lose seconds, not minutes.
    """
    root = project / ROOT
    if not (reachable or installer_reachable)():
        message = f"{INSTALLER} can't be reached from here"
        raise EngineUnavailableError(message)
    say("downloading the official Pulumi (about 150 MB, once)")
    (download or run_installer)(root)
    return Engine(bin_dir=f"{ROOT}/bin", version=version_in(root / "bin"), kind="official")


def installer_reachable(url: str = INSTALLER, seconds: float = REACHABLE_SECONDS) -> bool:
    """Whether the installer answers, through whatever proxy the environment names."""
    try:
        with urllib.request.urlopen(url, timeout=seconds) as answer:  # noqa: S310  https, constant
            return bool(answer.status == 200)
    except (OSError, ValueError):
        return False


def run_installer(root: Path, seconds: float = DOWNLOAD_SECONDS) -> None:
    """`PulumiCommand.install` in a process of its own, so that it can be given a time-out."""
    program = "import sys; from pulumi.automation import PulumiCommand as P; P.install(sys.argv[1])"
    try:
        subprocess.run(
            [sys.executable, "-c", program, str(root)],
            capture_output=True,
            text=True,
            timeout=seconds,
            check=True,
        )
    except subprocess.CalledProcessError as error:
        last = (error.stderr.strip().splitlines() or ["no message"])[-1]
        message = f"Pulumi's installer failed: {last}"
        raise EngineUnavailableError(message) from error
    except subprocess.TimeoutExpired as error:
        message = f"Pulumi's installer did not finish in {seconds:.0f} seconds"
        raise EngineUnavailableError(message) from error
