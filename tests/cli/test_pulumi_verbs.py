from __future__ import annotations

import contextlib
import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from cli import pulumi_verbs as verbs
from cli.main import run
from models.errors import FlexSsoError
from models.phase import Phase
from tests.cli.handoffs import outputs

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
        "error: There is no stack zz-nobody.dev.\n"
        "hint: A new one begins with ./flexsso new zz-nobody.dev\n"
    )


def test_the_last_words_are_the_phase_and_the_next_step():
    assert verbs.told("a.b", {"status": "active", "next_step": "Sign in."}) == (
        "a.b: active\nnext: Sign in."
    )
    assert verbs.told("a.b", {}) == "a.b: nothing deployed"


@pytest.fixture
def stack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Run a verb on the stack acme.prod with an engine that only knows these outputs."""
    for folder in ("bin", "stacks", ".tools"):
        (tmp_path / folder).mkdir()
    (tmp_path / "stacks" / "Pulumi.acme.prod.yaml").touch()
    (tmp_path / ".tools" / "engine.json").write_text('{"bin_dir": "bin"}')
    monkeypatch.setattr(verbs, "PROJECT", tmp_path)

    def run_verb(verb: str, phase: Phase, code: int = 0) -> str:
        given = outputs(phase) | {"status": phase, "next_step": "Fill in the form."}
        (tmp_path / "outputs.json").write_text(json.dumps(given))
        script = f'[[ "$*" == *" output "* ]] && exec cat {tmp_path}/outputs.json; exit {code}'
        (tmp_path / "bin" / "pulumi").write_text(f"#!/bin/bash\n{script}\n")
        (tmp_path / "bin" / "pulumi").chmod(0o755)
        said = io.StringIO()
        with contextlib.redirect_stderr(said):
            assert code == run([verb, "acme.prod"])
        return said.getvalue()

    return run_verb


def test_an_up_that_waits_for_a_person_writes_the_page_and_prints_its_path(stack, tmp_path):
    page = tmp_path / "stacks" / "acme.prod" / "handoff.html"

    assert stack("up", Phase.AWAITING_FLEX_FORM).endswith(f"\npage: {page}\n")
    assert "acme.prod" in page.read_text()


@pytest.mark.parametrize(
    ("verb", "phase", "code"),
    [
        ("up", Phase.VERIFIED, 0),
        ("preview", Phase.AWAITING_FLEX_FORM, 0),
        ("up", Phase.AWAITING_FLEX_FORM, 255),
    ],
)
def test_nothing_else_writes_the_page(stack, tmp_path, verb, phase, code):
    assert "page:" not in stack(verb, phase, code)
    assert not (tmp_path / "stacks" / "acme.prod").exists()


def test_a_page_that_is_there_is_brought_up_to_date_once_verified(stack, tmp_path):
    page = tmp_path / "stacks" / "acme.prod" / "handoff.html"
    stack("up", Phase.ACTIVE)
    assert "Sign-in works" not in page.read_text()

    assert "page:" not in stack("up", Phase.VERIFIED)
    assert "Sign-in works" in page.read_text()


def test_a_preview_says_of_when_the_phase_is(stack):
    assert stack("preview", Phase.VERIFIED).startswith("acme.prod: verified at its last `up`\n")


@pytest.mark.parametrize("verb", ["up", "preview", "destroy"])
def test_a_failure_does_not_end_with_the_phase_of_another_day(stack, verb):
    assert stack(verb, Phase.VERIFIED, 255) == (
        f"acme.prod: this {verb} did not go through; why stands above\n"
        f"next: put that right, then ./flexsso {verb} acme.prod\n"
        "(at the last up that did: verified)\n"
    )


def test_a_page_that_cant_be_written_is_said_and_pulumis_exit_code_kept(stack, tmp_path):
    (tmp_path / "stacks" / "acme.prod" / "handoff.html").mkdir(parents=True)

    assert "the hand-off page can't be written" in stack("up", Phase.AWAITING_FLEX_FORM)


def test_an_engine_that_is_gone_is_one_sentence(tmp_path):
    with pytest.raises(FlexSsoError, match=r"can't be run \(No such file") as caught:
        verbs.run_verb(tmp_path, {"PATH": str(tmp_path)}, ["up"])
    assert "make install" in caught.value.hint
