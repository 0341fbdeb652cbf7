from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cli import pulumi_verbs as verbs

PROJECT = Path(__file__).resolve().parents[2]


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """A shell whose `pulumi` only says how it was called; its exit code is $CODE."""
    script = tmp_path / "pulumi"
    script.write_text('#!/bin/bash\nprintf "%s|" "$PWD" "$@"\nexit "${CODE:-0}"\n')
    script.chmod(0o755)
    return {"PATH": f"{tmp_path}:/usr/bin:/bin"}


def test_arguments_reach_pulumi_as_they_are_in_the_projects_folder(environment, tmp_path, capfd):
    assert verbs.run_verb(tmp_path, environment, ["up", "--stack", "a.b", "-c", "x y", ""]) == 0

    assert capfd.readouterr().out == f"{tmp_path}|up|--stack|a.b|-c|x y||"


@pytest.mark.parametrize("code", [0, 1, 7, 255])
def test_pulumis_exit_code_is_kept(environment, tmp_path, code):
    assert verbs.run_verb(tmp_path, {**environment, "CODE": str(code)}, ["up"]) == code


def test_handlers_of_signals_are_put_back(environment, tmp_path):
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)

    verbs.run_verb(tmp_path, environment, ["up"])

    assert before == (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM))


def heed_ctrl_c() -> None:
    """What runs the tests in the background may have ignored it for all its children."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_an_interrupted_pulumi_is_waited_for(tmp_path, number):
    """SIGTERM to us alone is handed on; of Ctrl-C, which reaches both, Pulumi decides."""
    script = tmp_path / "pulumi"
    script.write_text(
        "#!/bin/bash\ntrap 'sleep 0.3; echo tidied; exit 9' TERM INT\necho begun\n"
        "while :; do sleep 0.05; done\n"
    )
    script.chmod(0o755)
    code = (
        "import os, sys; from pathlib import Path; from cli.pulumi_verbs import run_verb;"
        f"sys.exit(run_verb(Path({str(tmp_path)!r}), dict(os.environ), ['up']))"
    )
    ours = subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=PROJECT,
        env={**os.environ, "PATH": f"{tmp_path}:/usr/bin:/bin"},
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=heed_ctrl_c,  # noqa: PLW1509  this process has one thread
    )
    assert ours.stdout is not None
    assert ours.stdout.readline() == "begun\n"
    time.sleep(0.2)  # until our handlers stand, a moment after Pulumi's first word
    if number == signal.SIGINT:
        os.killpg(ours.pid, number)
    else:
        ours.send_signal(number)

    said, _ = ours.communicate(timeout=10)
    assert said == "tidied\n"
    assert ours.returncode == 9


@pytest.mark.parametrize("verb", ["up", "preview", "destroy"])
def test_a_stack_that_has_no_file_is_said_before_pulumi_is_called(flexsso, verb):
    answer = flexsso(verb, "zz-nobody.dev", "--yes")

    assert answer.returncode == 1
    assert answer.stdout == ""
    assert answer.stderr == (
        "error: There is no stack zz-nobody.dev.\nhint: ./flexsso new zz-nobody.dev\n"
    )


def test_the_last_words_are_the_phase_and_the_next_step():
    assert verbs._last_words("a.b", {"status": "active", "next_step": "Sign in."}) == (
        "a.b: active\nnext: Sign in."
    )
    assert verbs._last_words("a.b", {}) == "a.b: nothing deployed"
