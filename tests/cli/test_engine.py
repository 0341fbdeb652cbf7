"""What `pulumi` answers, and what is said where it doesn't."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli import engine
from models.errors import FlexSsoError

NOT_THERE = "error: no stack named 'acme.prod' found"
LOCKED = "error: the stack is currently locked by 1 lock(s)"
PASSPHRASE = "error: incorrect passphrase"
LOGIN = "error: PULUMI_ACCESS_TOKEN must be set for login during non-interactive CLI sessions"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A checkout with two stacks and, once a test has written it, an engine."""
    for folder in ("bin", "stacks", ".tools"):
        (tmp_path / folder).mkdir()
    for name in ("acme.prod", "acme.dev"):
        (tmp_path / "stacks" / f"Pulumi.{name}.yaml").touch()
    (tmp_path / ".tools" / "engine.json").write_text('{"bin_dir": "bin"}')
    return tmp_path


def speaks(project: Path, script: str) -> None:
    """From now on this is what `pulumi` does."""
    path = project / "bin" / "pulumi"
    path.write_text(f"#!/bin/bash\n{script}\n")
    path.chmod(0o755)


def refused(project: Path, stack: str = "acme.prod") -> FlexSsoError:
    with pytest.raises(FlexSsoError) as caught:
        engine.pulumi_json(project, stack, "stack", "export")
    return caught.value


def test_an_answer_is_an_object(project):
    speaks(project, """echo '{"at": "'"$PWD"'", "asked": "'"$*"'"}'""")

    answer = engine.pulumi_json(project, "acme.prod", "stack", "export")

    assert {
        "at": str(project),
        "asked": "--non-interactive stack export --stack acme.prod",
    } == answer


@pytest.mark.parametrize(
    ("said", "hint"),
    [
        (LOCKED, "./flexsso repair acme.prod"),
        (NOT_THERE, 'eval "$(./flexsso env)"; pulumi stack init --no-select acme.prod'),
        (PASSPHRASE, "PULUMI_CONFIG_PASSPHRASE"),
        (LOGIN, "log in to the state backend"),
        ("error: some day it will say this", "./flexsso doctor acme.prod"),
        ("", "./flexsso doctor acme.prod"),
    ],
)
def test_a_refusal_says_the_way_on(project, said, hint):
    speaks(project, f'echo "{said}" >&2; exit 255')

    assert said.removeprefix("error: ") in refused(project).what
    assert hint in refused(project).hint


def test_of_a_stack_without_a_file_the_name_was_perhaps_mistyped(project):
    speaks(project, "echo \"error: no stack named 'x'\" >&2; exit 255")

    assert refused(project, "acme.prd").hint.startswith("did you mean acme.prod?")
    assert refused(project, "zebra.test").hint.endswith("./flexsso new zebra.test")
    assert refused(project, "acme").hint.endswith("for example acme.prod")


def test_an_engine_that_is_gone_is_one_sentence(project, monkeypatch):
    monkeypatch.setenv("PATH", str(project))

    assert "can't be run (No such file or directory)" in refused(project).what
    assert "make install" in refused(project).hint


def test_an_engine_that_never_answers_is_given_up(project, monkeypatch):
    monkeypatch.setattr(engine, "TIMEOUT_SECONDS", 0.2)
    speaks(project, "exec sleep 60")

    assert "has not answered" in refused(project).what


@pytest.mark.parametrize("text", ["", "no json", "[1]", "null"])
def test_what_is_no_object_is_refused(project, text):
    speaks(project, f"echo '{text}'")

    assert "no JSON object" in refused(project).what
