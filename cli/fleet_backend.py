"""The engine's environment for a fleet, with what its state backend needs; or why it can't be."""

from __future__ import annotations

import os

from cli.env import engine_environment
from cli.project import PROJECT


def allowed(names: list[str], size: int) -> dict[str, str]:
    """The engine's environment. Raises FlexSsoError where the backend can't do so many at once."""
    from fleet import backends  # noqa: PLC0415
    from fleet.pool import default_size  # noqa: PLC0415

    environment = backends.guarded(engine_environment(PROJECT, os.environ))
    backends.refuse(environment, names, size or default_size())
    return environment


def fit_for(names: list[str], size: int) -> dict[str, str]:
    """The same, once the backend is reached and prepared. Raises FlexSsoError if it is not."""
    from fleet import backends  # noqa: PLC0415

    environment = allowed(names, size)
    backends.prepare(environment)
    return environment
