from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
MAKEFILE = (PROJECT / "Makefile").read_text()


def test_help_lists_every_target():
    phony = re.search(r"^\.PHONY: (.*)$", MAKEFILE, re.MULTILINE)
    assert phony

    listed = subprocess.run(
        ["make", "help"], cwd=PROJECT, capture_output=True, text=True, check=True
    ).stdout

    assert re.findall(r"^  make (\S+)", listed, re.MULTILINE) == phony[1].split()


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder with the script, a requirements.txt and no .venv."""
    (tmp_path / "tools").mkdir()
    shutil.copy(PROJECT / "tools" / "venv.sh", tmp_path / "tools")
    (tmp_path / "requirements.txt").write_text("# none\nhttpx==0.28.1\n")
    return tmp_path


@pytest.fixture
def bare_path(tmp_path: Path) -> Path:
    """A PATH with the few programs that the script needs, and no Python."""
    folder = tmp_path / "bare"
    folder.mkdir()
    for name in ("bash", "dirname", "grep", "touch", "mkdir", "chmod", "cat"):
        found = shutil.which(name)
        assert found
        (folder / name).symlink_to(found)
    return folder


def run_venv(checkout: Path, path: Path) -> subprocess.CompletedProcess[str]:
    env = {"PATH": str(path), "HOME": os.environ.get("HOME", "/")}
    return subprocess.run(
        [checkout / "tools" / "venv.sh"], env=env, capture_output=True, text=True, check=False
    )


def test_without_a_python_it_says_which_one_and_where_from(checkout, bare_path):
    answer = run_venv(checkout, bare_path)

    assert answer.returncode == 1
    assert "no Python 3.11 or newer" in answer.stderr
    assert "hint: install it" in answer.stderr
    assert not (checkout / ".venv").exists()


def test_a_python_that_is_too_old_or_has_no_venv_is_passed_over(checkout, bare_path, programs):
    programs(bare_path, {"python3": "exit 1", "python3.11": "exit 127"})

    assert "no Python 3.11 or newer" in run_venv(checkout, bare_path).stderr


PYTHON = """
case "$1 $2" in
    "-m venv") mkdir -p "$4/bin" && cat "$0" > "$4/bin/python" && chmod +x "$4/bin/python" ;;
    "-m pip") exit {pip} ;;
esac
"""


def test_the_stamp_is_set_once_the_packages_are_there(checkout, bare_path, programs):
    programs(bare_path, {"python3.12": PYTHON.format(pip=0)})

    answer = run_venv(checkout, bare_path)

    assert answer.returncode == 0, answer.stderr
    assert (checkout / ".venv" / ".installed").exists()


def test_when_pip_fails_there_is_no_stamp_and_a_hint(checkout, bare_path, programs):
    programs(bare_path, {"python3": PYTHON.format(pip=1)})

    answer = run_venv(checkout, bare_path)

    assert answer.returncode == 1
    assert "hint: it needs to reach a package index" in answer.stderr
    assert not (checkout / ".venv" / ".installed").exists()


@pytest.fixture
def no_chromium(tmp_path: Path, programs) -> Path:
    """A PATH without any browser, for somebody who is not root."""
    folder = tmp_path / "bare"
    folder.mkdir()
    programs(folder, {"id": "echo 1000"})
    return folder


def run_chromium(path: Path, **env: str) -> subprocess.CompletedProcess[str]:
    words = [shutil.which("bash") or "bash", PROJECT / "tools" / "chromium.sh"]
    return subprocess.run(
        words, env={"PATH": str(path), **env}, capture_output=True, text=True, check=False
    )


def test_where_chromium_can_not_be_installed_it_is_said_that_tests_are_skipped(no_chromium):
    answer = run_chromium(no_chromium)

    assert answer.returncode == 0
    assert "only root may install it" in answer.stderr
    assert "browser tests: SKIPPED" in answer.stderr


def test_ci_does_not_skip_the_browser_tests(no_chromium):
    answer = run_chromium(no_chromium, CI="true")

    assert answer.returncode == 1
    assert "error: CI does not skip them" in answer.stderr
