"""The sandbox as a person starts and stops it: a real process on a free port."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import time
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]


@pytest.fixture
def sandbox(flexsso, tmp_path):
    """`./flexsso sandbox …` on a state folder of its own, stopped at the end."""

    def run(verb: str, *arguments: str):
        return flexsso("sandbox", verb, *arguments, "--state-dir", str(tmp_path / "sandbox"))

    yield run
    run("down")


def ask(port: int, path: str, method: str = "GET") -> tuple[int, object]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request(method, path)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())
    finally:
        connection.close()


def wait_until(done) -> None:
    deadline = time.monotonic() + 60
    while not done():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_up_answers_status_knows_and_down_stops_it(sandbox, free_port):
    up = sandbox("up", "--port", str(free_port))

    assert up.returncode == 0, up.stderr
    assert up.stdout == f"http://127.0.0.1:{free_port}\n"
    assert "next: " in up.stderr
    assert ask(free_port, "/_sandbox/health") == (200, {"status": "ok"})
    with pytest.raises(OSError, match="refused"):  # as on every address but that one of loopback
        socket.create_connection(("127.0.0.2", free_port), timeout=10).close()

    status = sandbox("status", "--json")
    facts = json.loads(status.stdout)
    assert status.returncode == 0
    assert facts.pop("pid") > 0
    assert facts == {
        "running": True,
        "healthy": True,
        "address": f"http://127.0.0.1:{free_port}",
    }

    down = sandbox("down")
    assert (down.returncode, down.stdout) == (0, "")
    with pytest.raises(ConnectionRefusedError):
        ask(free_port, "/_sandbox/health")
    after = sandbox("status", "--json")
    assert (after.returncode, json.loads(after.stdout)) == (1, {"running": False, "healthy": False})


def test_up_twice_is_the_same_sandbox_and_another_port_is_refused(sandbox, free_port):
    sandbox("up", "--port", str(free_port))
    before = json.loads(sandbox("status", "--json").stdout)

    again = sandbox("up", "--port", str(free_port))
    elsewhere = sandbox("up", "--port", str(free_port % 65535 + 1))

    assert again.returncode == 0
    assert elsewhere.returncode == 1
    assert f"running on port {free_port} already" in elsewhere.stderr
    assert json.loads(sandbox("status", "--json").stdout) == before


def test_the_world_survives_a_restart_until_it_is_reset(sandbox, free_port):
    sandbox("up", "--port", str(free_port))
    ask(free_port, "/admin.googleapis.com/")
    seen = ask(free_port, "/_sandbox/requests")[1]
    assert seen

    stopped = json.loads(sandbox("down", "--json").stdout)
    begun = json.loads(sandbox("up", "--port", str(free_port), "--json").stdout)
    assert ask(free_port, "/_sandbox/requests")[1] == seen
    assert stopped["stopped"] != begun["pid"] > 0
    assert begun["address"] == f"http://127.0.0.1:{free_port}"
    assert Path(begun["log"]).is_file()

    assert json.loads(sandbox("reset", "--json").stdout) == {"reset": begun["address"]}
    assert ask(free_port, "/_sandbox/requests")[1] == []


def test_up_with_reset_forgets_the_last_world(sandbox, free_port):
    sandbox("up", "--port", str(free_port))
    ask(free_port, "/admin.googleapis.com/")

    sandbox("up", "--port", str(free_port), "--reset")

    assert ask(free_port, "/_sandbox/requests")[1] == []


def test_the_sandbox_outlives_the_shell_that_started_it(sandbox, free_port):
    """It has a session of its own, so a Ctrl-C or a closed terminal does not reach it."""
    sandbox("up", "--port", str(free_port))

    pid = json.loads(sandbox("status", "--json").stdout)["pid"]
    assert os.getsid(pid) == pid


def test_a_sandbox_that_was_killed_can_be_started_again(sandbox, free_port):
    sandbox("up", "--port", str(free_port))
    os.kill(json.loads(sandbox("status", "--json").stdout)["pid"], signal.SIGKILL)
    wait_until(lambda: sandbox("status").returncode == 1)

    assert sandbox("up", "--port", str(free_port)).returncode == 0
    assert sandbox("status").returncode == 0


def test_in_the_foreground_it_is_found_and_stopped_like_any_other(sandbox, free_port, tmp_path):
    words = ["sandbox", "up", "--foreground", "--port", str(free_port)]
    process = subprocess.Popen(
        [PROJECT / "flexsso", *words, "--state-dir", tmp_path / "sandbox"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_until(lambda: sandbox("status").returncode == 0)
        assert json.loads(sandbox("status", "--json").stdout)["pid"] == process.pid

        assert sandbox("down").returncode == 0
        process.wait(timeout=10)
    finally:
        process.kill()
        process.wait()


def test_a_sandbox_that_can_not_start_shows_its_last_words(flexsso, free_port, tmp_path):
    (tmp_path / "sandbox" / "world.sqlite").mkdir(parents=True)

    answer = flexsso(
        *["sandbox", "up", "--port", str(free_port), "--state-dir", str(tmp_path / "sandbox")]
    )

    assert answer.returncode == 1
    assert "stopped at once" in answer.stderr
    assert "unable to open database" in answer.stderr
    assert answer.stderr.splitlines()[-1].startswith("hint: see ")
    assert not (tmp_path / "sandbox" / "pid").exists()
