"""`flexsso fleet prune`: the file backend's old copies."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from cli.env import engine_environment
from cli.project import PROJECT
from cli.stacks import Names
from models.errors import FlexSsoError

_MIB = 1 << 20
_PAGE = "docs/how-to/state-backends.md"
WAYS = {
    "object store": f"let rules for the life of objects do it: {_PAGE}",
    "PostgreSQL": f"one statement in SQL does it: {_PAGE}",
    "Pulumi Cloud or self-hosted": "the service looks after its own history",
    "unknown": "./flexsso doctor says which backend this is",
}


def prune(
    names: Names = None,
    keep: Annotated[int, typer.Option(min=1, help="The last so many runs stay.")] = 10,
    days: Annotated[
        int | None, typer.Option(min=0, help="So do those of the last so many days.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would go.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
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
        what = f"{backend.shown} is no file backend ({backend.kind}): only that of files is pruned."
        raise FlexSsoError(what, hint=WAYS[backend.kind])
    chosen = select(read_fleet(PROJECT / "stacks"), Selector(names=tuple(names or ())), {})
    older = None if days is None else datetime.now(UTC) - timedelta(days=days)
    each = list(pruned(backend.folder, [one.name for one in chosen], keep, older, dry=dry_run))
    if as_json:
        stacks = [one._asdict() for one in each]
        typer.echo(json.dumps({"dry_run": dry_run, "stacks": stacks}, indent=2))
        return
    for one in each:
        if one.busy:
            typer.echo(f"{one.stack}: locked, left alone", err=True)
    files, size = sum(one.files for one in each), sum(one.size for one in each)
    would = "would go" if dry_run else "removed"
    typer.echo(f"{len(each)} stacks: {files} files, {size / _MIB:.1f} MiB {would}")
