"""The process's book-keeping, without a sandbox: whose pid, whose port."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from cli import sandbox_server as server
from models.errors import FlexSsoError, UnreachableError


@pytest.fixture
def stranger() -> Iterator[subprocess.Popen[bytes]]:
    """A process that is none of ours."""
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    yield process
    process.kill()
    process.wait()


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


class Healthy(BaseHTTPRequestHandler):
    """Answers as a sandbox does."""

    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/_sandbox/health" else 404)
        self.end_headers()


def write_pid(state_dir: Path, pid: int, port: int = 8765) -> None:
    (state_dir / "pid").write_text(json.dumps({"pid": pid, "port": port}))


def test_a_recycled_pid_is_not_taken_for_the_sandbox(tmp_path, stranger):
    write_pid(tmp_path, stranger.pid)

    assert server.find(tmp_path) is None


def test_down_does_not_touch_a_strangers_process(tmp_path, stranger, flexsso):
    write_pid(tmp_path, stranger.pid)

    answer = flexsso("sandbox", "down", "--state-dir", str(tmp_path))

    assert answer.returncode == 0
    assert "not running" in answer.stderr
    assert stranger.poll() is None


def test_a_pid_that_has_ended_is_not_running(tmp_path, stranger):
    stranger.kill()
    stranger.wait()
    write_pid(tmp_path, stranger.pid)

    assert server.find(tmp_path) is None


@pytest.mark.parametrize("content", ["", "12", "{}", '{"pid": 1, "port": 2, "more": 3}'])
def test_an_unreadable_pid_file_means_not_running(tmp_path, content):
    (tmp_path / "pid").write_text(content)

    assert server.find(tmp_path) is None


@pytest.mark.parametrize(
    ("folder", "expected"), [("ours", True), ("theirs", False), ("ours.too", False)]
)
def test_only_a_sandbox_on_our_state_folder_is_ours(tmp_path, folder, expected):
    program = "import time; print(flush=True); time.sleep(60)"
    words = [sys.executable, "-c", program, "-m", "sandbox", "--state-dir", str(tmp_path / folder)]
    process = subprocess.Popen(words, stdout=subprocess.PIPE)
    assert process.stdout
    try:
        process.stdout.readline()  # before that, its command line may not be there to be read
        (tmp_path / "ours").mkdir()
        write_pid(tmp_path / "ours", process.pid)

        assert (server.find(tmp_path / "ours") is not None) is expected
    finally:
        process.kill()
        process.communicate()


def test_a_port_that_is_taken_is_refused_with_a_way_out(taken_port):
    with pytest.raises(FlexSsoError, match=f"Port {taken_port} can't be used") as caught:
        server.require_free(taken_port)

    assert "--port" in caught.value.hint


def test_a_server_that_does_not_answer_is_not_healthy(free_port):
    assert not server.is_healthy(free_port)


def test_reset_of_a_server_that_is_gone_says_so(free_port):
    with pytest.raises(UnreachableError, match="did not reset"):
        server.reset(server.Server(pid=os.getpid(), port=free_port))


def test_a_proxy_in_the_environment_is_not_asked_for_loopback(monkeypatch, free_port):
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{free_port}")
    healthy = HTTPServer(("127.0.0.1", 0), Healthy)
    threading.Thread(target=healthy.handle_request).start()

    assert server.is_healthy(healthy.server_port)
    healthy.server_close()
