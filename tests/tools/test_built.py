from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tools.pulumi import built as module
from tools.pulumi.built import built, pinned_version, require_go, watch
from tools.pulumi.engine import (
    CLI,
    LANGUAGE_HOST,
    SCRIPTS,
    Engine,
    EngineUnavailableError,
    write_record,
)
from tools.pulumi.yaml_host import YAML_HOST, ensure

PROJECT = Path(__file__).resolve().parents[2]
GO_MODULES = PROJECT / "tools" / "pulumi"

# Answers what `built` asks of Go. A "built" program is a script that prints the version which the
# linker flag would have put into it, so the test sees that the flag was right.
GO = """
echo "$@" >> "$LOG"
case "$1" in
    env) echo go1.26.8 ;;
    list) echo "$SDK" ;;
    build)
        version="$(echo "$*" | sed 's/.*version.Version=\\([^ ]*\\).*/\\1/')"
        while [ "$1" != -o ]; do shift; done
        printf '#!/bin/sh\\necho v%s\\n' "$version" > "$2"
        chmod +x "$2" ;;
esac
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A checkout with our go.mod files and nothing built."""
    for name in ("cli", "python-host", "yaml-host"):
        folder = tmp_path / "project" / "tools" / "pulumi" / name
        folder.mkdir(parents=True)
        (folder / "go.mod").write_text((GO_MODULES / name / "go.mod").read_text())
    return tmp_path / "project"


@pytest.fixture
def go_log(tmp_path: Path, programs, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put a stand-in for Go on PATH; its command lines are in the file."""
    sdk = tmp_path / "sdk"
    for source in module.SCRIPT_SOURCES:
        (sdk / source).parent.mkdir(parents=True, exist_ok=True)
        (sdk / source).write_text(f"# {source}\n")
        (sdk / source).chmod(0o444)
    monkeypatch.setenv("PATH", f"{programs(tmp_path / 'go', {'go': GO})}:{os.defpath}")
    monkeypatch.setenv("LOG", str(tmp_path / "log"))
    monkeypatch.setenv("SDK", str(sdk))
    return tmp_path / "log"


@pytest.mark.usefixtures("go_log")
def test_builds_both_programs_and_brings_the_scripts(project):
    engine = built(project, lambda _: None)

    bin_dir = project / ".tools" / "pulumi" / "bin"
    assert engine == Engine(".tools/pulumi/bin", pinned_version(GO_MODULES / "cli"), "built")
    assert sorted(path.name for path in bin_dir.iterdir()) == sorted([CLI, LANGUAGE_HOST, *SCRIPTS])
    assert all(os.access(path, os.X_OK) for path in bin_dir.iterdir())


@pytest.fixture
def engine(project, go_log) -> Path:
    """The folder of an engine that was built and chosen."""
    write_record(project, built(project, lambda _: None))
    go_log.unlink()
    return project / ".tools" / "pulumi" / "bin"


def test_the_yaml_host_is_built_once_beside_a_built_engine(project, engine, go_log):
    ensure(project)
    assert os.access(engine / YAML_HOST.name, os.X_OK)
    go_log.unlink()

    ensure(project)
    assert not go_log.exists()

    (project / "tools/pulumi/yaml-host/go.mod").open("a").write("// newer\n")
    ensure(project)
    assert YAML_HOST.package in go_log.read_text()


def test_a_yaml_host_that_is_on_path_is_left_as_it_is(
    project, engine, go_log, tmp_path, programs, monkeypatch
):
    theirs = programs(tmp_path / "theirs", {YAML_HOST.name: "echo v1"})
    monkeypatch.setenv("PATH", f"{os.environ['PATH']}:{theirs}")

    ensure(project)

    assert not go_log.exists()
    assert not (engine / YAML_HOST.name).exists()


def test_a_second_time_nothing_is_built(project, go_log):
    built(project, lambda _: None)
    go_log.unlink()

    built(project, lambda _: None)

    assert not go_log.exists()


@pytest.mark.usefixtures("go_log")
def test_an_engine_of_another_version_is_built_anew(project, programs):
    programs(project / ".tools/pulumi/bin", {CLI: "echo v3.200.0", LANGUAGE_HOST: ""})

    engine = built(project, lambda _: None)

    assert engine.version == pinned_version(GO_MODULES / "cli")


def test_scripts_alone_are_replaced_without_a_build(project, go_log):
    built(project, lambda _: None)
    go_log.unlink()
    (project / ".tools/pulumi/bin" / SCRIPTS[0]).unlink()

    built(project, lambda _: None)

    assert "build" not in go_log.read_text()


BROKEN_GO = """
test "$1" = build || exit 0
while [ "$1" != -o ]; do shift; done
echo half a program > "$2"
echo no space left
exit 1
"""


@pytest.mark.usefixtures("go_log")
def test_a_failed_build_leaves_no_program_and_shows_what_go_said(project, tmp_path, programs):
    programs(tmp_path / "go", {"go": BROKEN_GO})

    with pytest.raises(EngineUnavailableError, match="go build failed:\nno space left"):
        built(project, lambda _: None)
    assert not (project / ".tools/pulumi/bin" / LANGUAGE_HOST).exists()


def test_without_go_the_message_says_which_one_to_install(project, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(EngineUnavailableError, match=r"install Go 1\.26\.\d+ or newer"):
        built(project, lambda _: None)


def test_a_go_that_is_too_old_is_quoted(tmp_path, programs, monkeypatch):
    refusal = "go.mod requires go >= 1.26.6 (running go 1.22.0; GOTOOLCHAIN=local)"
    monkeypatch.setenv("PATH", str(programs(tmp_path, {"go": f"echo '{refusal}' >&2; exit 1"})))

    with pytest.raises(EngineUnavailableError, match=r"running go 1\.22\.0.*install Go"):
        require_go(GO_MODULES / "cli")


def test_a_long_command_tells_how_long_it_has_taken(tmp_path):
    seconds: list[float] = []

    watch(
        [sys.executable, "-c", "import time; time.sleep(0.5)"],
        cwd=tmp_path,
        tick=seconds.append,
        every=0.1,
    )

    assert len(seconds) >= 2
    assert seconds == sorted(seconds)


def test_a_module_folder_that_pins_no_sdk_is_refused(tmp_path):
    (tmp_path / "go.mod").write_text("module other\n")

    with pytest.raises(EngineUnavailableError, match="does not pin"):
        pinned_version(tmp_path)
