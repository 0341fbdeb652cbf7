from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
import typer.main

from cli.main import app, run
from models.errors import FlexSsoError

PROJECT = Path(__file__).resolve().parents[2]


def commands(command, path=()):
    """Every command and group below `command`, with the words that lead to it."""
    yield path, command
    for name, child in getattr(command, "commands", {}).items():
        yield from commands(child, (*path, name))


ALL = dict(commands(typer.main.get_command(app)))


@pytest.mark.parametrize("path", ALL, ids=" ".join)
def test_every_command_says_what_it_does_and_explains_its_options(path):
    command = ALL[path]

    assert command.help
    assert [option.name for option in command.params if not option.help] == []


@pytest.mark.parametrize("path", ALL, ids=" ".join)
def test_every_command_has_a_help_page_on_stdout(path, capsys):
    assert run([*path, "--help"]) == 0
    assert capsys.readouterr().out.startswith(f"Usage: {' '.join(['flexsso', *path])}")


def test_lists_of_commands_show_whole_sentences(capsys):
    for path in ALL:
        run([*path, "--help"])

    assert "..." not in capsys.readouterr().out.replace("]...", "")


def test_no_page_names_a_path_of_this_machine(capsys):
    for path in ALL:
        run([*path, "--help"])

    assert str(PROJECT) not in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments", [["no-such-command"], ["env", "--no-such-option"], ["sandbox", "up", "--port=x"]]
)
def test_a_command_line_that_makes_no_sense_exits_64_with_nothing_on_stdout(arguments, flexsso):
    answer = flexsso(*arguments)

    assert answer.returncode == 64
    assert answer.stdout == ""
    assert "Usage: flexsso" in answer.stderr


def test_an_expected_error_is_one_sentence_and_a_hint_on_stderr(flexsso, tmp_path):
    answer = flexsso("sandbox", "reset", "--state-dir", str(tmp_path))

    assert answer.returncode == 1
    assert answer.stdout == ""
    assert answer.stderr == (
        "error: The sandbox is not running.\nhint: ./flexsso sandbox up --reset\n"
    )


def test_expected_errors_of_any_command_are_caught_in_one_place(monkeypatch, capsys):
    def failing() -> None:
        raise FlexSsoError("The lights are out.", hint="find the switch")

    monkeypatch.setattr(app.registered_commands[0], "callback", failing)

    assert run(["env"]) == 1
    assert capsys.readouterr().err == "error: The lights are out.\nhint: find the switch\n"


def test_an_exit_code_that_a_command_chose_is_kept(monkeypatch):
    def waiting() -> None:
        raise typer.Exit(2)

    monkeypatch.setattr(app.registered_commands[0], "callback", waiting)

    assert run(["env"]) == 2


def test_folders_where_the_person_stands_are_not_taken_for_ours(flexsso, tmp_path):
    for name in ("cli", "models", "typer"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("raise SystemExit('the wrong one')")

    assert flexsso("--help", cwd=tmp_path).returncode == 0


def test_the_script_works_through_a_link(tmp_path):
    (tmp_path / "flexsso").symlink_to(PROJECT / "flexsso")

    answer = subprocess.run([tmp_path / "flexsso", "--help"], capture_output=True, check=False)

    assert answer.returncode == 0


def test_without_an_installation_the_script_says_what_to_run(tmp_path):
    shutil.copy(PROJECT / "flexsso", tmp_path)

    answer = subprocess.run(
        [tmp_path / "flexsso", "env"], capture_output=True, text=True, env=os.environ, check=False
    )

    assert answer.returncode == 1
    assert answer.stdout == ""
    assert answer.stderr.endswith(f"hint: make -C {tmp_path} install\n")
