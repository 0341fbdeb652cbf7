from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from pulumi.automation import PulumiCommand
from pulumi.automation._cmd import sdk_version

from tools.pulumi import official as module
from tools.pulumi.engine import CLI, LANGUAGE_HOST, Engine, EngineUnavailableError
from tools.pulumi.official import installer_reachable, official, run_installer


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A port that accepts connections and never says a word."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def test_an_unreachable_installer_is_given_up_before_any_download(tmp_path):
    downloaded: list[Path] = []

    with pytest.raises(EngineUnavailableError, match="can't be reached"):
        official(tmp_path, print, reachable=lambda: False, download=downloaded.append)
    assert downloaded == []


def test_what_the_installer_brings_is_recorded_with_its_folder(tmp_path, programs):
    said: list[str] = []

    def download(root):
        programs(root / "bin", {CLI: "echo v3.272.0", LANGUAGE_HOST: ""})

    engine = official(tmp_path, said.append, reachable=lambda: True, download=download)

    assert engine == Engine(".tools/pulumi-official/bin", "3.272.0", "official")
    assert any("downloading" in line for line in said)


def test_a_download_without_the_language_host_is_not_an_engine(tmp_path, programs):
    def download(root):
        programs(root / "bin", {CLI: "echo v3.272.0"})

    with pytest.raises(EngineUnavailableError, match=f"{LANGUAGE_HOST} missing"):
        official(tmp_path, print, reachable=lambda: True, download=download)


def test_an_installer_that_never_answers_costs_no_more_than_its_time_out(silent_port):
    started = time.monotonic()

    assert not installer_reachable(f"http://127.0.0.1:{silent_port}/install.sh", seconds=0.3)
    assert time.monotonic() - started < 3


def test_a_refused_connection_means_unreachable():
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]

    assert not installer_reachable(f"http://127.0.0.1:{port}/install.sh")


def test_run_installer_leaves_an_engine_of_the_sdk_version_alone(tmp_path, programs):
    """It is `PulumiCommand.install` that runs, which looks before it downloads."""
    programs(tmp_path / "bin", {CLI: f"echo v{sdk_version}"})

    run_installer(tmp_path, seconds=60)

    assert PulumiCommand(root=str(tmp_path)).version == sdk_version


def test_an_installer_that_hangs_is_stopped(tmp_path, programs):
    programs(tmp_path / "bin", {CLI: "exec sleep 5"})

    with pytest.raises(EngineUnavailableError, match="did not finish"):
        run_installer(tmp_path, seconds=1)


def test_an_installer_that_fails_is_quoted(tmp_path, monkeypatch):
    failing = [sys.executable, "-c", "import sys; sys.exit('disk is full')"]
    run = subprocess.run
    monkeypatch.setattr(module.subprocess, "run", lambda _, **options: run(failing, **options))

    with pytest.raises(EngineUnavailableError, match="disk is full"):
        run_installer(tmp_path)
