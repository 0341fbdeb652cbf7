"""The version of the project: pyproject.toml, `--version` and the component package take it here.

A checkout is not installed as a package, and an installed package has no pyproject.toml.
"""

from __future__ import annotations

VERSION = "0.1.0"
