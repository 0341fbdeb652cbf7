"""A fleet's run while it goes on: a table that is redrawn on a terminal, lines elsewhere.

Both on stderr; stdout is for the summary.
"""

from __future__ import annotations

import sys
import time
from collections import Counter, deque
from typing import TYPE_CHECKING, Protocol, Self

import typer

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.live import Live

    from fleet.result import Result

_LAST = 10
_COLOURS = {"good": "green", "waits": "yellow", "drifted": "red", "failed": "red"}


class Going(Protocol):
    """A run, whichever engine does it."""

    results: list[Result]
    total: int

    @property
    def running(self) -> list[str]:
        """Stacks at work now."""


def progress(verb: str) -> Progress:
    """What suits stderr."""
    return Table(verb) if sys.stderr.isatty() else Progress(verb)


class Progress:
    """A line a stack: how many are done, how long the rest takes, what became of this one.

    A context; `begin` is told of the run before its first stack, `tell` of each result.
    """

    def __init__(self, verb: str) -> None:
        self.verb = verb
        self.began = time.monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return

    def begin(self, run: Going) -> None:
        """The run is about to begin."""

    def say(self, text: str) -> None:
        """A sentence about the run itself."""
        typer.echo(text, err=True)

    def tell(self, run: Going, result: Result) -> None:
        """Show one result."""
        healed = f" [{result.healed}]" if result.healed else ""
        place = f"{len(run.results)}/{run.total} {self.left(run)}"
        line = f"{place}  {result.outcome:9} {result.stack}  {result.phase}  {said_of(result)}"
        typer.echo(line.rstrip() + healed, err=True)

    def left(self, run: Going) -> str:
        """How long the rest will take, by what was done so far."""
        done = len(run.results)
        if not done:
            return "…"
        seconds = int((time.monotonic() - self.began) / done * (run.total - done))
        return f"{clock(seconds)} left"


class Table(Progress):
    """The last results, who is at work since when, counts by what is waited for, and failures."""

    def __init__(self, verb: str, console: Console | None = None) -> None:
        from rich.console import Console as MakeConsole  # noqa: PLC0415  slow import
        from rich.live import Live as MakeLive  # noqa: PLC0415

        super().__init__(verb)
        self._run: Going | None = None
        self._last: deque[Result] = deque(maxlen=_LAST)
        self._since: dict[str, float] = {}
        self._said = ""
        self._console = console or MakeConsole(stderr=True)
        self._live: Live = MakeLive(
            console=self._console, get_renderable=self.shown, refresh_per_second=4
        )

    def __enter__(self) -> Self:
        self._live.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._live.__exit__(None, None, None)

    def begin(self, run: Going) -> None:
        """From now on there is something to show."""
        self._run = run

    def say(self, text: str) -> None:
        """Stands above the table from now on."""
        self._said = text

    def tell(self, run: Going, result: Result) -> None:
        """Show one result."""
        del run
        self._last.append(result)

    def shown(self) -> RenderableType:
        """The whole screen."""
        from rich.console import Group  # noqa: PLC0415
        from rich.text import Text  # noqa: PLC0415

        run = self._run
        if run is None:
            return Text("")
        parts: list[RenderableType] = [self._results(), Text(self._headline(run))]
        parts += [Text(line, overflow="ellipsis", no_wrap=True) for line in self._totals(run)]
        return Group(*parts, *([Text(self._said, style="bold")] if self._said else []))

    def _headline(self, run: Going) -> str:
        passed = clock(int(time.monotonic() - self.began))
        counts = Counter(one.outcome.value for one in list(run.results))
        told = ", ".join(f"{number} {name}" for name, number in counts.most_common())
        done = f"{len(run.results)} of {run.total} done" + f" ({told})" * bool(told)
        return f"{self.verb}: {done}, {passed} passed, {self.left(run)}"

    def _totals(self, run: Going) -> list[str]:
        from fleet.causes import by_cause  # noqa: PLC0415

        results = list(run.results)
        now = time.monotonic()
        self._since = {stack: self._since.get(stack, now) for stack in run.running}
        work = [f"{one} {clock(int(now - at))}" for one, at in list(self._since.items())[:_LAST]]
        work += [f"{more} more"] if (more := len(self._since) - _LAST) > 0 else []
        waits = Counter(said_of(one) for one in results if one.outcome.value == "waits")
        causes = by_cause(results)
        return [
            f"  at work: {', '.join(work) or 'nobody'}",
            *(f"  waits:   {number} for: {what}" for what, number in waits.most_common(_LAST)),
            *(f"  failed:  {len(stacks)}: {cause}" for cause, stacks in causes.items()),
        ]

    def _results(self) -> RenderableType:
        from rich.table import Table as MakeTable  # noqa: PLC0415
        from rich.text import Text  # noqa: PLC0415

        table = MakeTable(box=None, pad_edge=False, header_style="dim", expand=True)
        for name in ("stack", "outcome", "phase", "took"):
            table.add_column(name, no_wrap=True)
        table.add_column("waits for, or why", no_wrap=True, overflow="ellipsis", ratio=1)
        for one in list(self._last):
            outcome = Text(one.outcome.value, style=_COLOURS.get(one.outcome.value, ""))
            cells = (one.phase, f"{one.seconds:.1f} s", said_of(one))
            table.add_row(Text(one.stack), outcome, *map(Text, cells))
        return table


def said_of(result: Result) -> str:
    """What it waits for, or why it failed: one line, without the way to the hand-off."""
    text = result.said or result.next_step
    return text.splitlines()[0].partition(" Hand-off:")[0] if text else ""


def clock(seconds: int) -> str:
    """Minutes and seconds."""
    return f"{seconds // 60}:{seconds % 60:02d}"
