"""`flexsso fleet report` and `… metrics`: what the ledger knows, for eyes and for machines."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.project import PROJECT
from models.private_file import write_private

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fleet.ledger import Known
    from fleet.report import Overview

LEDGER = Path(".state") / "fleet.sqlite"
PAGE = Path(".state") / "fleet.html"


def report(
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Where; - for stdout.")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object instead of the page.")
    ] = False,
) -> None:
    """Write one page about all stacks.

    Phases, who waits for whom, drift, certificates on a time line, last verified logins,
    failures by cause; sortable and filterable, also with 10,000. From the ledger and the
    stacks' files: nobody is asked.
    """
    from cli.fleet_page import render_page  # noqa: PLC0415

    seen, _ = look()
    if as_json:
        _write(json.dumps(document_of(seen), indent=2) + "\n", output or Path("-"))
    else:
        _write(render_page(seen), output or PROJECT / PAGE)


def document_of(seen: Overview) -> dict[str, Any]:
    """What the page tells, for machines."""
    return {
        **seen._asdict(),
        "made_at": seen.made_at.isoformat(timespec="seconds"),
        "certificates": [one._asdict() for one in seen.certificates],
        "rows": [one._asdict() for one in seen.rows],
    }


def metrics(
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Where, at once.")
    ] = None,
) -> None:
    """Print the same as Prometheus metrics.

    With --output the file is replaced at once, as node_exporter's textfile collector needs it.
    """
    from fleet.metrics import exposition  # noqa: PLC0415

    seen, known = look()
    _write(exposition(seen, known), output or Path("-"))


def look() -> tuple[Overview, Mapping[str, Known]]:
    """All stacks and what is known of each."""
    from fleet.ledger import Ledger  # noqa: PLC0415
    from fleet.report import overview  # noqa: PLC0415
    from fleet.tenants import read_fleet  # noqa: PLC0415

    known = Ledger(PROJECT / LEDGER).known()
    fleet = [one for one in read_fleet(PROJECT / "stacks") if one.member or one.name in known]
    return overview(fleet, known, datetime.now(UTC)), known


def _write(text: str, target: Path) -> None:
    """Replace the file in one step, readable for this user alone; `-` is stdout."""
    if str(target) == "-":
        typer.echo(text, nl=False)
        return
    write_private(target, text)
    typer.echo(f"written: {target}", err=True)
