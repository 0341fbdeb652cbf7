from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from cli.env import engine_environment, has_backend
from models.errors import FlexSsoError

PROJECT = Path(__file__).resolve().parents[2]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A checkout with an engine of its own."""
    return recording(tmp_path / "project", ".tools/pulumi/bin")


@pytest.fixture
def base(tmp_path: Path) -> dict[str, str]:
    """The environment of somebody who never used Pulumi."""
    return {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path / "home")}


def recording(project: Path, bin_dir: str | None) -> Path:
    (project / ".tools").mkdir(parents=True)
    record = {"bin_dir": bin_dir, "version": "3.274.1", "kind": "built"}
    (project / ".tools" / "engine.json").write_text(json.dumps(record))
    return project


def log_in(folder: Path, current: str) -> None:
    folder.mkdir(parents=True)
    (folder / "credentials.json").write_text(json.dumps({"current": current}))


def test_the_virtual_environment_comes_first_then_the_engine(project, base):
    path = engine_environment(project, base)["PATH"].split(":")

    assert path == [f"{project}/.venv/bin", f"{project}/.tools/pulumi/bin", "/usr/bin", "/bin"]


def test_an_engine_on_path_needs_no_folder(tmp_path, base):
    project = recording(tmp_path / "project", None)

    assert engine_environment(project, base)["PATH"] == f"{project}/.venv/bin:/usr/bin:/bin"


def test_asking_twice_changes_nothing_more(project, base):
    once = engine_environment(project, base)

    assert engine_environment(project, once) == once


def test_the_base_is_kept_and_not_changed(project, base):
    before = {**base, "LANG": "C"}

    environment = engine_environment(project, before)

    assert environment["LANG"] == "C"
    assert before == {**base, "LANG": "C"}


def test_a_fresh_shell_gets_a_local_backend_and_the_empty_passphrase(project, base):
    environment = engine_environment(project, base)

    assert environment["PULUMI_BACKEND_URL"] == f"file://{project}/.state"
    assert (project / ".state").is_dir()
    assert environment["PULUMI_CONFIG_PASSPHRASE"] == ""
    assert environment["PULUMI_RUN_PROGRAM"] == "true"
    assert environment["PULUMI_SKIP_UPDATE_CHECK"] == "true"


def test_the_providers_run_in_this_project_even_after_another_ones_eval(project, base):
    environment = engine_environment(project, {**base, "PULUMI_RUNTIME_VIRTUALENV": "/other/.venv"})

    assert environment["PULUMI_RUNTIME_VIRTUALENV"] == f"{project}/.venv"


@pytest.mark.parametrize("name", ["PULUMI_CONFIG_PASSPHRASE", "PULUMI_CONFIG_PASSPHRASE_FILE"])
def test_a_passphrase_is_left_alone(project, base, name):
    environment = engine_environment(project, {**base, name: "theirs"})

    chosen = {key: value for key, value in environment.items() if "PASSPHRASE" in key}
    assert chosen == {name: "theirs"}


@pytest.mark.parametrize(
    "chosen", [{"PULUMI_BACKEND_URL": "s3://bucket"}, {"PULUMI_ACCESS_TOKEN": "pul-0"}]
)
def test_a_backend_chosen_by_variable_is_left_alone(project, base, chosen):
    environment = engine_environment(project, {**base, **chosen})

    assert environment.get("PULUMI_BACKEND_URL") == chosen.get("PULUMI_BACKEND_URL")
    assert not (project / ".state").exists()


@pytest.mark.parametrize("variable", ["HOME", "PULUMI_HOME", "PULUMI_CREDENTIALS_PATH"])
def test_a_login_is_left_alone_wherever_it_is_kept(project, base, tmp_path, variable):
    elsewhere = tmp_path / "elsewhere"
    log_in(elsewhere / ".pulumi" if variable == "HOME" else elsewhere, "https://api.pulumi.com")

    environment = engine_environment(project, {**base, variable: str(elsewhere)})

    assert "PULUMI_BACKEND_URL" not in environment


def test_after_a_logout_nobody_is_logged_in(base):
    log_in(Path(base["HOME"]) / ".pulumi", "")

    assert not has_backend(base)


def test_without_an_engine_the_error_says_how_to_get_one(tmp_path, base):
    with pytest.raises(FlexSsoError, match="no Pulumi engine") as caught:
        engine_environment(tmp_path, base)

    assert caught.value.hint == "make install"


def test_in_a_shell_the_lines_put_the_engine_and_our_python_first(tmp_path):
    script = f'eval "$({PROJECT}/flexsso env)"; pulumi version; command -v python'
    answer = subprocess.run(
        ["bash", "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True
    )

    version, python = answer.stdout.split()
    assert int(version.removeprefix("v").split(".")[1]) >= 150
    assert python == f"{PROJECT}/.venv/bin/python"


def test_values_are_quoted_for_the_shell(flexsso):
    path = f"/opt/a b;$(exit)'{os.pathsep}{os.environ['PATH']}"

    lines = flexsso("env", PATH=path).stdout
    answer = subprocess.run(
        ["bash", "-c", f'{lines}\nprintf %s "$PATH"'], capture_output=True, text=True, check=True
    )

    assert f"{os.pathsep}/opt/a b;$(exit)'{os.pathsep}" in answer.stdout


def test_a_shell_that_has_it_all_gets_no_lines(flexsso):
    environment = engine_environment(PROJECT, os.environ)

    assert flexsso("env", **environment).stdout == ""


PROGRAM = {
    "Pulumi.yaml": "name: tiny\nruntime: python\n",
    "note.py": """
from pulumi.dynamic import CreateResult, DiffResult, Resource, ResourceProvider

class NoteProvider(ResourceProvider):
    def create(self, props):
        import sys
        return CreateResult("1", {"text": props["text"], "python": sys.prefix})

    def diff(self, id, olds, news):
        return DiffResult(changes=olds["text"] != news["text"])

class Note(Resource):
    def __init__(self, name, text):
        super().__init__(NoteProvider(), name, {"text": text, "python": None})
""",
    "__main__.py": """
import sys
import pulumi
from note import Note

note = Note("note", "hello")
pulumi.export("provider", note.python)
pulumi.export("program", sys.prefix)
""",
}


def test_a_program_with_a_dynamic_provider_runs_on_the_engine(tmp_path):
    """The whole chain: engine, language host, program and provider, all in our environment."""
    for name, text in PROGRAM.items():
        (tmp_path / name).write_text(text)
    (tmp_path / "state").mkdir()
    base = {**os.environ, "PULUMI_BACKEND_URL": f"file://{tmp_path}/state"}
    environment = engine_environment(PROJECT, base)

    def pulumi(*arguments: str) -> str:
        answer = subprocess.run(
            ["pulumi", "--non-interactive", "--stack", "tiny.dev", *arguments],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert answer.returncode == 0, answer.stdout + answer.stderr
        return answer.stdout

    pulumi("stack", "init")
    pulumi("up", "--yes", "--skip-preview")
    ours = str(PROJECT / ".venv")
    assert json.loads(pulumi("stack", "output", "--json")) == {"provider": ours, "program": ours}
    pulumi("up", "--yes", "--skip-preview", "--expect-no-changes")
    pulumi("destroy", "--yes", "--skip-preview")
