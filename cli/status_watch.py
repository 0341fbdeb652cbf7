"""`./flexsso status --watch`: the screen again and again, and what changed since it was opened.

On a terminal the screen is redrawn in place. Elsewhere (a pipe, a log) it is printed when something
changed, with `--json` as one object a line. Ctrl-C is the way out and no error.
"""

from __future__ import annotations

import json
import sys
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import typer

from models.errors import FlexSsoError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Facts = dict[str, Any]
SHOWN = 8


class Watch:
    """Looks at one stack. `changes` are lines, newest last; `problem` is why a look failed."""

    def __init__(self, look: Callable[[], Facts]) -> None:
        self._look = look
        self.facts = look()
        self.changes: list[str] = []
        self.problem = ""

    def again(self, now: datetime) -> bool:
        """Look once more; whether there is something new to show."""
        before, problem = self.facts, self.problem
        try:
            self.facts, self.problem = self._look(), ""
        except FlexSsoError as error:
            self.problem = error.what
        self.changes += [f"{now:%H:%M:%S}  {line}" for line in differences(before, self.facts)]
        return before != self.facts or problem != self.problem


def differences(before: Facts, after: Facts) -> list[str]:
    """`key: old → new`, for each that differs; the sign of nothing is `-`."""
    old, new = dict(_flat(before)), dict(_flat(after))
    keys = dict.fromkeys([*new, *old])
    return [
        f"{key}: {_shown(old.get(key))} → {_shown(new.get(key))}"
        for key in keys
        if old.get(key) != new.get(key)
    ]


def follow(watch: Watch, every: float, as_text: Callable[[Facts], str], *, as_json: bool) -> None:
    """Show it until Ctrl-C."""
    try:
        if as_json:
            _print_lines(watch, every, lambda: json.dumps(watch.facts, ensure_ascii=False))
        elif sys.stdout.isatty():
            _redraw(watch, every, as_text)
        else:
            _print_lines(watch, every, lambda: screen(watch, as_text) + "\n")
    except KeyboardInterrupt:
        return


def screen(watch: Watch, as_text: Callable[[Facts], str]) -> str:
    """The screen of `status`, then what changed while it was watched."""
    lines = [as_text(watch.facts)]
    if watch.problem:
        lines.append(f"  can't look   {watch.problem}")
    if watch.changes:
        lines += ["", "  changed", *(f"    {line}" for line in watch.changes[-SHOWN:])]
    return "\n".join(lines)


def _print_lines(watch: Watch, every: float, text: Callable[[], str]) -> None:
    new = True
    while True:
        if new:
            typer.echo(text())
        time.sleep(every)
        new = watch.again(datetime.now(UTC).astimezone())


def _redraw(watch: Watch, every: float, as_text: Callable[[Facts], str]) -> None:
    from rich.live import Live  # noqa: PLC0415  slow import, and typer has it anyway
    from rich.text import Text  # noqa: PLC0415

    def drawn(now: datetime) -> Text:
        foot = f"\n\n  looked at {now:%H:%M:%S}, every {every:g} s; Ctrl-C ends this"
        return Text(screen(watch, as_text) + foot)

    with Live(drawn(datetime.now(UTC).astimezone()), auto_refresh=False) as live:
        while True:
            time.sleep(every)
            now = datetime.now(UTC).astimezone()
            watch.again(now)
            live.update(drawn(now), refresh=True)


def _flat(facts: Facts, prefix: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in facts.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def _shown(value: Any) -> str:
    return "-" if value is None else str(value)
