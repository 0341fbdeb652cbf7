from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]


def complete(words: str, cwd: Path = PROJECT) -> list[str]:
    """What bash offers after `./flexsso WORDS`, once it has read our lines."""
    script = f"""
        eval "$({PROJECT}/flexsso shell bash)"
        COMP_WORDS=({PROJECT}/flexsso {words}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))
        function=$(complete -p flexsso | sed 's/.*-F \\([^ ]*\\).*/\\1/')
        $function {PROJECT}/flexsso
        printf '%s\\n' "${{COMPREPLY[@]}}"
    """
    done = subprocess.run(
        ["bash", "-c", script], cwd=cwd, capture_output=True, text=True, check=True
    )
    return done.stdout.split()


def test_commands_are_completed():
    assert complete("sand") == ["sandbox"]
    assert {"up", "preview", "destroy"} < set(complete('""'))


def test_verbs_and_options_are_completed():
    assert "--reset" in complete("sandbox up --re")


@pytest.mark.parametrize("verb", ["up", "preview", "destroy"])
def test_stacks_are_completed_wherever_one_stands(verb, tmp_path):
    assert complete(f"{verb} sandbox.d", tmp_path) == ["sandbox.dev"]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_gets_its_lines(flexsso, shell):
    answer = flexsso("shell", shell)

    assert answer.returncode == 0
    assert f"complete_{shell}" in answer.stdout


def test_another_shell_is_refused(flexsso):
    assert flexsso("shell", "tcsh").returncode == 64
