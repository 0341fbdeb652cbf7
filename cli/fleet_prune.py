"""`flexsso fleet prune`: the file backend's old copies."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from cli.env import engine_environment
from cli.project import PROJECT
from cli.stacks import Names
from models.errors import FlexSsoError

_MIB = 1 << 20


def prune(
    names: Names = None,
    keep: Annotated[int, typer.Option(min=1, help="The last so many runs stay.")] = 10,
    days: Annotated[
        int | None, typer.Option(min=0, help="So do those of the last so many days.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would go.")] = False,
) -> None:
    """Remove old history and backups of the file backend.

    Pulumi keeps a whole copy of the state for each run, for ever. The present state, the last
    runs, and stacks that somebody is working on are not touched.
    """
    from fleet.backends import backend_of  # noqa: PLC0415
    from fleet.prune import prune as pruned  # noqa: PLC0415
    from fleet.tenants import Selector, read_fleet, select  # noqa: PLC0415

    backend = backend_of(engine_environment(PROJECT, os.environ))
    if backend.folder is None:
        what = f"{backend.shown} is a {backend.kind} backend, and only that of files is pruned."
        hint = "an object store has rules for the life of objects: .pulumi/history, .pulumi/backups"
        raise FlexSsoError(what, hint=hint)
    chosen = select(read_fleet(PROJECT / "stacks"), Selector(names=tuple(names or ())), {})
    older = None if days is None else datetime.now(UTC) - timedelta(days=days)
    files = size = 0
    for one in pruned(backend.folder, [each.name for each in chosen], keep, older, dry=dry_run):
        files, size = files + one.files, size + one.size
        if one.busy:
            typer.echo(f"{one.stack}: locked, left alone", err=True)
    would = "would go" if dry_run else "removed"
    typer.echo(f"{len(chosen)} stacks: {files} files, {size / _MIB:.1f} MiB {would}")
