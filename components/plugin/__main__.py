"""`GoogleFlexSso` as a component package, `flexsso`, for programs in other languages and projects.

Pulumi starts this file, either as a plugin from source (PulumiPlugin.yaml beside it) or through an
executable `pulumi-resource-flexsso` (examples/yaml/bin). Its schema comes from the annotations and
docstrings of the component. The engine runs the dynamic providers inside it from the consumer's
folder, so PYTHONPATH has to name this project there: docs/how-to/use-the-component.md.
"""

from __future__ import annotations

import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]


def main() -> None:
    """Serve the component until the engine ends."""
    sys.path[0] = str(PROJECT)  # instead of this folder
    from pulumi.provider import main as serve  # noqa: PLC0415  see above

    from components.package import Package  # noqa: PLC0415

    serve(Package(), sys.argv[1:])


if __name__ == "__main__":
    main()
