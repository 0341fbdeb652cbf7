"""How failures leave a provider: the status that the engine reads, whatever else is imported."""

from __future__ import annotations

import subprocess
import sys

import pytest

CHECK = """
import {first}
from providers.failures import PartialState, _partial_status, _status
from models.errors import FlexSsoError
import {second}
text = "ü" * {length}
plain = dict(_status(text).trailing_metadata)["grpc-status-details-bin"]
partial = PartialState("id", {{"n": 1}}, FlexSsoError("half"), ["ada: no"])
whole = dict(_partial_status(partial, "p").trailing_metadata)["grpc-status-details-bin"]
from google.protobuf import descriptor_pool, message_factory
found = descriptor_pool.Default().FindMessageTypeByName("google.rpc.Status")
Status = message_factory.GetMessageClass(found)
assert Status.FromString(plain).message == text and Status.FromString(plain).code == 2
from pulumi.runtime.proto import provider_pb2
detail = provider_pb2.ErrorResourceInitFailed()
assert Status.FromString(whole).details[0].Unpack(detail)
assert detail.id == "id" and list(detail.reasons) == ["half", "ada: no"]
"""


@pytest.mark.parametrize("length", [1, 63, 64, 8191, 8192, 100_000])
@pytest.mark.parametrize(
    ("first", "second"),
    [("pulumi.runtime.proto.status_pb2", "json"), ("json", "google.rpc.status_pb2")],
)
def test_the_engine_can_read_it_beside_either_package(first, second, length):
    script = CHECK.format(first=first, second=second, length=length)

    run = [sys.executable, "-c", script]
    done = subprocess.run(run, capture_output=True, text=True, check=False)

    assert "" == done.stderr
