"""What is shown while a fleet is at work."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from cli import fleet_live
from fleet.result import Outcome, Result

NEXT = "Twilio Console: open the SSO page once; then run `up` again. Hand-off: ./flexsso …"


class HalfDone:
    """A run in its midst, as far as a view looks at it."""

    total = 4

    def __init__(self) -> None:
        self.results = [
            Result(stack="acme.prod", verb="up", outcome=Outcome.WAITS, phase="awaiting_connection",
                   next_step=NEXT, seconds=1.25),
            Result(stack="[red]b.prod", verb="up", outcome=Outcome.FAILED,
                   said="Twilio: 20003 [bold]refused[/bold]\nhint: a key"),
        ]  # fmt: skip

    @property
    def running(self) -> list[str]:
        return ["carol.prod"]


def screen() -> str:
    """The table, as a terminal of 110 columns shows it."""
    console = Console(file=io.StringIO(), width=110, force_terminal=True, color_system=None)
    table = fleet_live.Table("up", console)
    run = HalfDone()
    table.begin(run)
    for one in run.results:
        table.tell(run, one)
    table.say("draining: 1 in flight")
    with console.capture() as shown:
        console.print(table.shown())
    return shown.get()


def test_the_table_tells_progress_and_what_is_waited_for() -> None:
    """Who is done, who is at work since when, who waits for what, failures by cause."""
    lines = [" ".join(line.split()) for line in screen().splitlines()]

    assert lines[1].startswith("acme.prod waits awaiting_connection 1.2 s Twilio Console: open")
    assert "up: 2 of 4 done (1 waits, 1 failed), 0:00 passed, 0:00 left" in lines
    assert "at work: carol.prod 0:00" in lines
    assert "failed: 1: Twilio: 20003 [bold]refused[/bold]" in lines
    assert any(line.startswith("waits: 1 for: Twilio Console: open the SSO page") for line in lines)
    assert "draining: 1 in flight" == lines[-1]


def test_what_vendors_say_is_no_markup() -> None:
    """Names and errors are shown as they are."""
    assert "[red]b.prod" in screen()
    assert "Hand-off" not in screen()


def test_elsewhere_a_line_a_stack(capsys: pytest.CaptureFixture[str]) -> None:
    """Without a terminal nothing is redrawn, and stdout stays free for the summary."""
    run = HalfDone()
    fleet_live.Progress("up").tell(run, run.results[0])
    said = capsys.readouterr()

    assert "" == said.out
    assert "2/4 0:00 left  waits     acme.prod  awaiting_connection  Twilio Console" in said.err
