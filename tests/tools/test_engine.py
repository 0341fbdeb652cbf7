from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tools.pulumi.engine import (
    CLI,
    LANGUAGE_HOST,
    SCRIPTS,
    Engine,
    EngineUnavailableError,
    on_path,
    parse_version,
    record_path,
    recorded,
    write_record,
)


def pulumi(version: str) -> dict[str, str]:
    """A CLI of that version with its language host and the host's scripts."""
    return {CLI: f"echo v{version}", **dict.fromkeys([LANGUAGE_HOST, *SCRIPTS], "exit 0")}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3.274.1", (3, 274, 1)),
        ("3.275.0-alpha.xabc", (3, 275, 0)),
        ("3.1000", (3, 1000)),
        ("unknown", ()),
        ("", ()),
    ],
)
def test_versions_compare_as_numbers(text, expected):
    assert parse_version(text) == expected


def test_a_recent_pulumi_on_path_is_taken(tmp_path, programs):
    installed = programs(tmp_path / "usr", pulumi("3.274.1"))

    engine = on_path(tmp_path / "project", f"/nonexistent{os.pathsep}{installed}")

    assert engine == Engine(bin_dir=None, version="3.274.1", kind="path")


@pytest.mark.parametrize("version", ["3.149.9", "2.25.2", "not a version"])
def test_an_old_pulumi_on_path_is_passed_over_with_the_reason(tmp_path, programs, version):
    installed = programs(tmp_path / "usr", pulumi(version))

    with pytest.raises(EngineUnavailableError, match=r"3\.150 or newer is needed"):
        on_path(tmp_path / "project", str(installed))


def test_a_pulumi_without_its_language_host_is_passed_over(tmp_path, programs):
    installed = programs(tmp_path / "usr", {CLI: "echo v3.274.1"})

    with pytest.raises(EngineUnavailableError, match="not both on PATH"):
        on_path(tmp_path / "project", str(installed))


def test_a_pulumi_that_does_not_run_is_passed_over(tmp_path, programs):
    installed = programs(tmp_path / "usr", {**pulumi("3.274.1"), CLI: "exit 3"})

    with pytest.raises(EngineUnavailableError, match="does not run"):
        on_path(tmp_path / "project", str(installed))


def test_our_own_engine_on_path_does_not_count_as_installed(tmp_path, programs):
    """A shell that ran `eval "$(./flexsso env)"` must not change the choice."""
    ours = programs(tmp_path / "project" / ".tools" / "pulumi" / "bin", pulumi("3.274.1"))

    with pytest.raises(EngineUnavailableError, match="not both on PATH"):
        on_path(tmp_path / "project", str(ours))


def test_a_recorded_engine_is_found_again(tmp_path, programs):
    programs(tmp_path / ".tools" / "pulumi" / "bin", pulumi("3.274.1"))
    engine = Engine(bin_dir=".tools/pulumi/bin", version="3.274.1", kind="built")

    write_record(tmp_path, engine)

    assert recorded(tmp_path) == engine
    assert json.loads((tmp_path / ".tools" / "engine.json").read_text()) == {
        "bin_dir": ".tools/pulumi/bin",
        "version": "3.274.1",
        "kind": "built",
    }


@pytest.mark.parametrize("lost", [CLI, LANGUAGE_HOST, *SCRIPTS])
def test_a_recorded_engine_that_lost_a_part_is_not_used(tmp_path, programs, lost):
    bin_dir = programs(tmp_path / ".tools" / "pulumi" / "bin", pulumi("3.274.1"))
    write_record(tmp_path, Engine(".tools/pulumi/bin", "3.274.1", "built"))
    (bin_dir / lost).unlink()

    with pytest.raises(EngineUnavailableError, match=f"{lost} missing"):
        recorded(tmp_path)


def test_an_engine_that_was_on_path_is_chosen_anew(tmp_path):
    write_record(tmp_path, Engine(None, "3.274.1", "path"))

    with pytest.raises(EngineUnavailableError, match="no longer is"):
        recorded(tmp_path)


@pytest.mark.parametrize("content", [None, "", "{}", "[]", '{"bin_dir": ".", "colour": "red"}'])
def test_a_missing_or_unreadable_record_means_no_choice(tmp_path: Path, content):
    if content is not None:
        record_path(tmp_path).parent.mkdir()
        record_path(tmp_path).write_text(content)

    with pytest.raises(EngineUnavailableError, match="no engine was chosen"):
        recorded(tmp_path)
