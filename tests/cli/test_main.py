from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
import typer.main

from cli import main
from cli.examples import EXAMPLES
from cli.main import USAGE_ERROR, app, run
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


def lines_of_example(path):
    """Command lines of a command's example, without what a shell does around them."""
    text = EXAMPLES[" ".join(path)].replace("\\\n", " ")
    return re.findall(r"\./flexsso((?:[^\n&|>;)\"']|\"[^\"]*\"|'[^']*')*)", text)


@pytest.mark.parametrize("path", ALL, ids=" ".join)
def test_every_command_has_an_example_that_it_understands(path):
    lines = [shlex.split(line) for line in lines_of_example(path)]

    assert any([*path] == words[: len(path)] for words in lines)
    for words in lines:
        command, at = ALL[()], ()
        while words and words[0] in getattr(command, "commands", {}):
            at = (*at, words.pop(0))
            command = ALL[at]
        assert not getattr(command, "commands", None)
        command.make_context(" ".join(at), words)


def test_there_are_no_examples_of_other_commands():
    assert {" ".join(path) for path in ALL} == set(EXAMPLES)


@pytest.mark.parametrize("path", ALL, ids=" ".join)
def test_every_command_has_a_help_page_on_stdout(path, capsys):
    assert run([*path, "--help"]) == 0
    page = capsys.readouterr().out
    assert page.startswith(f"Usage: {' '.join(['flexsso', *path])}")
    assert "\n  Example" in page


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
    assert answer.stderr.splitlines()[-2].startswith("error: ")
    words = [word for word in arguments if word in {"env", "sandbox", "up"}]
    assert answer.stderr.splitlines()[-1] == " ".join(["hint: ./flexsso", *words, "--help"])


def test_a_group_alone_shows_its_page(capsys):
    assert run(["sandbox"]) == 64
    assert capsys.readouterr().err.startswith("Usage: flexsso sandbox")


def test_an_error_without_a_hint_gets_one(monkeypatch, capsys):
    def failing() -> None:
        raise FlexSsoError("Twilio said no.")

    monkeypatch.setattr(app.registered_commands[0], "callback", failing)

    assert run([app.registered_commands[0].name]) == 1
    assert "\nhint: ./flexsso doctor" in capsys.readouterr().err


def test_the_version_is_that_of_the_project_and_of_the_package(capsys):
    assert run(["--version"]) == 0
    version = capsys.readouterr().out.split()[1]
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))
    schema = json.loads((PROJECT / "components/plugin/schema.json").read_text(encoding="utf-8"))

    assert ["version"] == project["project"]["dynamic"]
    source = PROJECT / project["tool"]["hatch"]["version"]["path"]
    assert f'\nVERSION = "{version}"\n' in source.read_text(encoding="utf-8")
    assert version == schema["version"]


def test_an_expected_error_is_one_sentence_and_a_hint_on_stderr(flexsso, tmp_path):
    answer = flexsso("sandbox", "reset", "--state-dir", str(tmp_path))

    assert answer.returncode == 1
    assert answer.stdout == ""
    assert answer.stderr == (
        "error: The sandbox is not running.\nhint: ./flexsso sandbox up --reset\n"
    )


def test_a_stack_that_is_not_named_is_asked_for_with_those_that_there_are(flexsso):
    answer = flexsso("status")

    assert USAGE_ERROR == answer.returncode
    assert "hint: one of example.prod, sandbox.dev, sandbox.legacy" in answer.stderr
    assert "./flexsso status example.prod" in answer.stderr


@pytest.mark.parametrize(("count", "says"), [(0, "./flexsso verify --help"), (9, " (of 9 in st")])
def test_of_many_stacks_some_are_named(monkeypatch, tmp_path, capsys, count, says):
    monkeypatch.setattr(main, "PROJECT", tmp_path)
    (tmp_path / "stacks").mkdir()
    for number in range(count):
        (tmp_path / "stacks" / f"Pulumi.t{number}.prod.yaml").touch()

    assert USAGE_ERROR == run(["verify"])
    assert says in capsys.readouterr().err


def test_expected_errors_of_any_command_are_caught_in_one_place(monkeypatch, capsys):
    def failing() -> None:
        raise FlexSsoError("The lights are out.", hint="find the switch")

    monkeypatch.setattr(app.registered_commands[0], "callback", failing)

    assert run([app.registered_commands[0].name]) == 1
    assert capsys.readouterr().err == "error: The lights are out.\nhint: find the switch\n"


def test_an_exit_code_that_a_command_chose_is_kept(monkeypatch):
    def waiting() -> None:
        raise typer.Exit(2)

    monkeypatch.setattr(app.registered_commands[0], "callback", waiting)

    assert run([app.registered_commands[0].name]) == 2


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
