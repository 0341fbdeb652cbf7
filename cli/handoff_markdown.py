"""The hand-off as Markdown, for a ticket: headings, values in code blocks, traps in a line each."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cli.handoff_view import Mark
from models.handoff import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cli.handoff_view import FieldView, ScreenView, StepView, View


def render_markdown(view: View) -> str:
    """The whole text."""
    blocks = [*_head(view)]
    for one in view.steps:
        blocks += _step(one)
    return "\n\n".join(blocks) + "\n"


def _head(view: View) -> Iterator[str]:
    yield f"# Hand-off {view.handoff.stack}: {view.headline}"
    yield f"{view.handoff.next_step}"
    certificate = "not known yet"
    if view.certificate_days is not None:
        certificate = f"{view.certificate_days} days left (until {view.certificate_ends})"
    yield (
        f"| phase | waits for | certificate |\n| --- | --- | --- |\n"
        f"| {view.handoff.phase.value} | {view.waits_for} | {certificate} |"
    )


def _step(one: StepView) -> Iterator[str]:
    box = "x" if one.step.done else " "
    yield f"## {one.number}. {one.step.console}: {one.step.title}"
    if one.step.done:
        yield f"- [{box}] seen: {one.step.seen or one.step.done_when}"
    else:
        yield f"- [{box}] ticks itself when: {one.step.done_when}"
    way = "".join(f" > **{part}**" for part in one.step.path)
    yield f"Open <{one.step.link or one.step.url}>{way}"
    for shown in one.screens:
        yield from _screen(shown)


def _screen(shown: ScreenView) -> Iterator[str]:
    seen = f" ({shown.mark.value})" if shown.mark in {Mark.SEEN, Mark.ATTESTED, Mark.STALE} else ""
    yield f"### {shown.screen.title}{seen}"
    if shown.note:
        yield shown.note
    if shown.screen.open:
        yield f"On the app's page, open **{shown.screen.open}**."
    for row in shown.fields:
        yield _field(row)
    if shown.screen.button:
        yield f"Then press **{shown.screen.button}**."


def _field(row: FieldView) -> str:
    line = f"**{row.field.label}**: {row.does}"
    if row.copies or (row.field.kind is Kind.BRING_BACK and row.field.value):
        line += f"\n\n{_fenced(row.field.value)}"
    if row.field.trap:
        line += f"\n\n_Mind: {row.field.trap}_"
    return line


def _fenced(text: str) -> str:
    """A code block that the text can't end."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}\n{text.rstrip()}\n{fence}"
