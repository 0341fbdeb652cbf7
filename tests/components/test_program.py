"""What the program says beside the component's own words."""

from __future__ import annotations

import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from subprocess import PIPE

import pulumi
import pytest

from components.program import end_without_a_word, warn_of_unread_metadata
from models.stack import read_stack
from tests.checkout import ROOT
from tests.components.test_google_flex_sso import TENANT

NOW = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.mark.parametrize("name", ["GoogleIDPMetadata.xml", "idp_metadata.xml"])
def test_a_metadata_file_under_another_name_is_not_passed_over_in_silence(
    name, tmp_path, monkeypatch, make_certificate, make_metadata
):
    said: list[str] = []
    monkeypatch.setattr(pulumi.log, "warn", said.append)
    folder = tmp_path / "acme.prod"
    folder.mkdir()
    certificate = make_certificate(begins=datetime(2026, 10, 1, tzinfo=UTC))
    (folder / name).write_bytes(make_metadata(certificate))

    warn_of_unread_metadata(read_stack("acme.prod", TENANT, tmp_path, NOW))

    command = "./flexsso handoff acme.prod --metadata stacks/acme.prod/GoogleIDPMetadata.xml"
    assert (name == "GoogleIDPMetadata.xml") == (command in "".join(said))


def test_an_interrupt_ends_the_program_without_a_word():
    quiet = "from components.program import end_without_a_word as quiet; quiet()"
    command = [sys.executable, "-c", f"{quiet}; print(1, flush=True); input()"]
    with subprocess.Popen(command, cwd=ROOT, stdin=PIPE, stdout=PIPE, stderr=PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)

    assert (-signal.SIGINT, b"") == (process.returncode, said)


def test_in_a_thread_interrupts_stay_as_they_are():
    before = signal.getsignal(signal.SIGINT)
    with ThreadPoolExecutor() as pool:
        pool.submit(end_without_a_word).result()

    assert before == signal.getsignal(signal.SIGINT)
