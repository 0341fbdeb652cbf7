from __future__ import annotations

import os
import pty
import select
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.cli.test_main import ALL

PROJECT = Path(__file__).resolve().parents[2]


def complete(*lines: str, cwd: Path = PROJECT) -> list[list[str]]:
    """What bash offers after `./flexsso LINE`, for each, once it has read our lines."""
    script = f"""
        eval "$({PROJECT}/flexsso shell bash)"
        function=$(complete -p flexsso | sed 's/.*-F \\([^ ]*\\).*/\\1/')
        while read -r line; do
            COMP_WORDS=({PROJECT}/flexsso $line)
            COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))
            $function {PROJECT}/flexsso < /dev/null
            echo "${{COMPREPLY[*]}}"
        done
    """
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=cwd,
        input="".join(f"{line}\n" for line in lines),
        capture_output=True,
        text=True,
        check=True,
    )
    return [line.split() for line in done.stdout.splitlines()]


def test_commands_and_their_options_are_completed():
    commands, reset = complete("sandb", "sandbox up --re")

    assert commands == ["sandbox"]
    assert reset == ["--reset"]


# One of each way in which a command takes a stack; that none is forgotten is the next test's.
TAKES_A_STACK = ("up", "doctor", "migrate enhanced", "explain 45050 --stack", "fleet up")


def test_stacks_are_completed_wherever_one_stands(tmp_path):
    offered = complete(*(f"{words} sandbox.d" for words in TAKES_A_STACK), cwd=tmp_path)

    assert [["sandbox.dev"]] * len(TAKES_A_STACK) == offered


def test_no_command_that_takes_a_stack_is_forgotten():
    """Each argument and option that is named so has names to offer; `new` makes its own up."""
    for path, command in ALL.items():
        for param in command.params:
            if param.name in {"stack", "names", "tenant", "environment"} and path != ("new",):
                assert param._custom_shell_complete, (path, param.name)


def test_the_halves_of_names_are_completed_too():
    assert complete("fleet up --tenant sand", "fleet up -e d") == [["sandbox"], ["dev"]]


def installed(shell: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(shutil.which(shell) is None, reason=f"there is no {shell} here")


@installed("fish")
def test_fish_completes_though_flexsso_is_not_on_the_path(tmp_path):
    script = f"""
        {PROJECT}/flexsso shell fish | source
        complete -C "{PROJECT}/flexsso status sandbox.d"
        complete -C "{PROJECT}/flexsso sandb"
    """
    done = subprocess.run(
        ["fish", "--no-config", "-c", script],
        cwd=tmp_path,
        env={**os.environ, "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )

    assert [line.split("\t")[0] for line in done.stdout.splitlines()] == ["sandbox.dev", "sandbox"]


@installed("zsh")
def test_zsh_completes_though_flexsso_is_not_on_the_path(tmp_path):
    """At a terminal: only a line editor completes."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.environ |= {"HOME": str(tmp_path), "TERM": "dumb"}
        os.execvp("zsh", ["zsh", "-f", "-i"])  # noqa: S606
    begin = (
        f'autoload -U compinit; compinit -u; eval "$({PROJECT}/flexsso shell zsh)"; echo be""gun\n'
    )
    try:
        os.write(terminal, f'{begin}echo be""gun\n'.encode())
        read_until(terminal, "begun")
        os.write(terminal, f"{PROJECT}/flexsso status sandbox.d\t".encode())
        read_until(terminal, "sandbox.dev")
    finally:
        os.close(terminal)
        os.waitpid(pid, 0)


def read_until(terminal: int, wanted: str) -> None:
    """Wait until this was printed on the terminal; fails where nothing more comes."""
    said = ""
    while wanted not in said:
        ready, _, _ = select.select([terminal], [], [], 30)
        assert ready, said
        said += os.read(terminal, 4096).decode()


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_gets_its_lines(flexsso, shell):
    answer = flexsso("shell", shell)

    assert answer.returncode == 0
    assert f"complete_{shell}" in answer.stdout


def test_another_shell_is_refused(flexsso):
    assert flexsso("shell", "tcsh").returncode == 64
