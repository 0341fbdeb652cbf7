"""`flexsso doctor`: where state is kept, and what a fleet on this machine would meet there."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from cli.env import engine_environment
from fleet.backends import REMOTE, backend_of, guarded, guards, prepare
from fleet.pool import default_size
from fleet.tenants import read_fleet
from models.checkup import Check, State, failed, of_error, ok
from models.errors import FlexSsoError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from fleet.tenants import FleetStack

NAME = "state backend"


def check_backend(project: Path) -> list[Check]:
    """The backend, each of its guards, and files in stacks/ that are no use.

    A bucket or PostgreSQL is reached, and Pulumi's table made if it is missing: before several
    need it.
    """
    try:
        environment = engine_environment(project, os.environ)
        fleet = read_fleet(project / "stacks")
    except FlexSsoError as error:
        return [of_error(NAME, error)]
    return [
        _reached(environment),
        *_guards(environment, [one.name for one in fleet]),
        *_mistakes(fleet),
    ]


def _reached(environment: Mapping[str, str]) -> Check:
    backend = backend_of(environment)
    try:
        prepare(guarded(environment))
    except FlexSsoError as error:
        return failed(NAME, error.what, REMOTE[backend.kind])
    return ok(NAME, f"{backend.kind}, {backend.shown}")


def _guards(environment: Mapping[str, str], names: Iterable[str]) -> list[Check]:
    checks = []
    for guard, found in guards(environment, names, default_size()).items():
        name = f"{NAME}: {guard}"
        checks += [failed(name, one.what, one.hint) for one in found] or [ok(name, "fine")]
    return checks


def _mistakes(fleet: Iterable[FleetStack]) -> list[Check]:
    """They fail by themselves in a fleet, and stop nobody else: hence no failure here."""
    hint = "correct it, or take it out of stacks/: it fails in every run of the fleet"
    return [
        Check(name="stack files", state=State.WARNING, note=one.mistake, hint=hint)
        for one in fleet
        if one.mistake
    ]
