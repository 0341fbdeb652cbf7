"""`python -m tools.requirements`: requirements.txt, every package pinned to what is installed.

pyproject.toml says what the project asks for (all its extras included); this follows those to
everything that they need in turn, in the environment it runs in. uv adds the hashes of all files
of each version that the package index has, for every platform, and no address. To move to newer
versions: upgrade in .venv with pip, run the tests, then `make lock`.
"""

from __future__ import annotations

import subprocess
import sys
import tomllib
from importlib.metadata import distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PROJECT = Path(__file__).resolve().parents[1]
HEAD = """\
# Everything that the project, its sandbox and its tests need, pinned by version and content.
# Made from pyproject.toml by `make lock`; don't edit by hand.
"""


def declared(pyproject: Path) -> list[Requirement]:
    """What pyproject.toml asks for: dependencies and all extras."""
    project = tomllib.loads(pyproject.read_text())["project"]
    extras = project.get("optional-dependencies", {})
    texts = [*project["dependencies"], *(text for extra in extras.values() for text in extra)]
    return [Requirement(text) for text in texts]


def closure(wanted: list[Requirement]) -> dict[str, str]:
    """Name → installed version of all that is wanted and all that those need, sorted."""
    pins: dict[str, str] = {}
    seen: set[tuple[str, str]] = set()
    waiting = list(wanted)
    while waiting:
        requirement = waiting.pop()
        name = canonicalize_name(requirement.name)
        pins[name] = distribution(name).version
        for extra in {"", *requirement.extras} - {known for of, known in seen if of == name}:
            seen.add((name, extra))
            waiting += _needs(name, extra)
    return dict(sorted(pins.items()))


def _needs(name: str, extra: str) -> list[Requirement]:
    """What one installed package needs, with one of its extras or (`""`) without any."""
    needs = [Requirement(text) for text in distribution(name).requires or []]
    return [need for need in needs if need.marker is None or need.marker.evaluate({"extra": extra})]


def render(pins: dict[str, str]) -> str:
    """The text of requirements.txt, but for the hashes."""
    return "".join(f"{name}=={version}\n" for name, version in pins.items())


def pinned(requirements: Path) -> dict[str, str]:
    """Name → version, as requirements.txt has them."""
    lines = [line.partition(" ")[0] for line in requirements.read_text().splitlines()]
    return dict(line.split("==") for line in lines if "==" in line)


def with_hashes(text: str) -> str:
    """The same pins, each with the hashes of its files. Asks the package index that pip asks."""
    words = ["--no-deps", "--generate-hashes", "--no-header", "--no-annotate", "--quiet"]
    command = [sys.executable, "-m", "uv", "pip", "compile", *words, "--python", sys.executable]
    done = subprocess.run([*command, "-"], input=text, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"error: uv found no hashes\nhint: {done.stderr.strip()}")
    return done.stdout


if __name__ == "__main__":
    found = render(closure(declared(PROJECT / "pyproject.toml")))
    sys.stdout.write(HEAD + with_hashes(found))
