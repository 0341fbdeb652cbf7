"""The hand-off as Markdown, for a ticket: headings, values in code blocks, traps in a line each."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cli.handoff_view import Mark
from models.handoff import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cli.handoff_view import FieldView, ScreenView, StepView, View
    from models.handoff import HandoffStep


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
        if view.certificate_days < 0:
            certificate = f"**ended on {view.certificate_ends}**"
    yield (
        f"| phase | waits for | certificate |\n| --- | --- | --- |\n"
        f"| {view.handoff.phase.value} | {view.waits_for} | {certificate} |"
    )


def _step(one: StepView) -> Iterator[str]:
    yield f"## {one.number}. {one.step.console}: {one.step.title}"
    yield _state(one)
    yield _way(one.step)
    if one.step.account:
        yield one.step.account
    for shown in one.screens:
        yield from _screen(shown)


def _state(one: StepView) -> str:
    """The step's tick box, and why it is ticked or not."""
    if one.step.differs:
        return f"- [ ] **differs**: {one.step.differs}"
    if not one.step.done:
        return f"- [ ] ticks itself when: {one.step.done_when}"
    if one.step.unseen:
        return f"- [x] seen: {one.seen}\n- [ ] not seen yet: {one.step.unseen}"
    return f"- [x] seen: {one.seen}"


def _way(step: HandoffStep) -> str:
    clicks = f"<{step.link or step.url}>{_clicks(step.path)}"
    if step.shortcut is None:
        return f"Open {clicks}"
    straight = f"<{step.shortcut.link or step.shortcut.url}>{_clicks(step.shortcut.path)}"
    return f"With the account `{step.shortcut.account}` open: {straight}\n\nOr from {clicks}"


def _clicks(path: list[str]) -> str:
    return "".join(f" > **{part}**" for part in path)


def _screen(shown: ScreenView) -> Iterator[str]:
    told = {Mark.SEEN, Mark.ATTESTED, Mark.STALE, Mark.DIFFERS}
    seen = f" ({shown.mark.value})" if shown.mark in told else ""
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
    if row.field.observed:
        now = _fenced(row.field.observed)
        line = f"**{row.field.label}** differs. It is now:\n\n{now}\n\n{row.does}:"
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
