"""Whatever ./flexsso command a page shows: there is such a command, with such options."""

from __future__ import annotations

import re
import shlex

import pytest
import typer.main

from cli.main import app
from tests.checkout import ROOT

PAGES = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
SHOWN = re.compile(r"(?<![\w/])\./flexsso(?: [^\n\\`#;&|)\"]*)?(?:\\\n[^\n\\`#;&|)]*)*")
PASS_ON = {"up", "preview", "destroy"}


def shown() -> list[tuple[str, str]]:
    """Page, command line."""
    return [
        (str(page.relative_to(ROOT)), found.group())
        for page in PAGES
        if page.name != "commands.md"  # generated from the commands themselves
        for found in SHOWN.finditer(page.read_text(encoding="utf-8"))
    ]


@pytest.mark.parametrize(("page", "line"), sorted(set(shown())))
def test_every_command_on_a_page_is_one(page, line):
    command = typer.main.get_command(app)
    words = shlex.split(line.replace("\\\n", " ").split("…")[0])[1:]
    while words and words[0] in getattr(command, "commands", {}):
        command = command.commands[words.pop(0)]

    if line.strip() != "./flexsso":
        assert command.name != "flexsso" or words == [], f"{page}: no such command: {line}"
    known = {option for param in command.params for option in param.opts} | {"--help"}
    options = {word.split("=")[0] for word in words if word.startswith("--")}
    if command.name not in PASS_ON:
        assert options <= known, f"{page}: {line}"


def test_there_are_commands_to_look_at():
    assert len(shown()) > 30
