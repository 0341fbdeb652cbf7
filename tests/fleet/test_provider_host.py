"""The fork that serves a stack's providers: the real `pulumi.dynamic`, asked over gRPC."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="forks die with their parent")


def run(code: str) -> str:
    """Run it in a Python of its own (the host must not be forked from one with threads)."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", textwrap.dedent(code)]
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_it_serves_until_the_block_ends() -> None:
    """The engine attaches and configures; afterwards nobody listens, and nothing is left set."""
    said = run("""
        import os, socket, subprocess, sys
        from fleet.provider_host import provider_host
        from fleet.processes import is_alive

        ASK = '''
        import grpc, sys
        from google.protobuf import empty_pb2
        from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc
        stub = provider_pb2_grpc.ResourceProviderStub(grpc.insecure_channel(sys.argv[1]))
        stub.Attach(plugin_pb2.PluginAttach(address="127.0.0.1:1"))
        print(stub.GetPluginInfo(empty_pb2.Empty()).version)
        '''.replace(8 * " ", "")
        with provider_host() as pid:
            name, _, port = os.environ["PULUMI_DEBUG_PROVIDERS"].partition(":")
            print(name)
            subprocess.run([sys.executable, "-c", ASK, f"127.0.0.1:{port}"], check=True)
        print(is_alive(pid), os.environ.get("PULUMI_DEBUG_PROVIDERS"))
    """)

    assert {"pulumi-python", "0.1.0", "False", "None"} == set(said.split())


def test_a_process_with_threads_is_not_forked() -> None:
    """Then the engine starts its own, as ever."""
    said = run("""
        import os, threading
        from fleet.provider_host import provider_host

        hold = threading.Event()
        threading.Thread(target=hold.wait, daemon=True).start()
        with provider_host() as pid:
            print(pid, os.environ.get("PULUMI_DEBUG_PROVIDERS"))
        hold.set()
    """)

    assert "0 None" == said.strip()


def test_what_is_preloaded_starts_no_thread() -> None:
    """Only a process without threads may be forked, and all names have to be importable."""
    said = run("""
        import importlib, threading
        from fleet.nursery import PRELOADED

        for name in PRELOADED:
            importlib.import_module(name)
        print(threading.active_count())
    """)

    assert "1" == said.strip()
