"""Hostile files by name, and that their judge can find something."""

from __future__ import annotations

import re

import pytest

from models import stack
from providers import webhook
from tools.torture import hostile_webhook
from tools.torture.figure import Scope
from tools.torture.hostile import Desk, judged, named
from tools.torture.hostile_config import WHOLE
from tools.torture.large import Large, Reading, large, verdict

pytestmark = pytest.mark.xdist_group("torture")


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path)


def test_the_genuine_files_are_taken(desk):
    read = desk.metadata(desk.genuine)()

    assert desk.genuine.decode() == read.idp_metadata
    assert ["ada@acme.example"] == list(read.people)
    assert read.tenant.flex.account_sid == WHOLE["flex"]["account_sid"]


def test_every_hostile_file_is_refused_or_harmless():
    figure = named(Scope())

    assert figure.cases >= 1300
    assert re.search(r"metadata \d+, roles.csv \d+, webhook 1\d\d", figure.what)
    assert [] == figure.wrong


def test_a_reader_that_believes_any_host_is_found_out(desk, monkeypatch):
    parse = stack.parse_idp_metadata
    monkeypatch.setattr(
        stack, "parse_idp_metadata", lambda content, **_: parse(content, allow_any_host=True)
    )

    wrong = [name for name, verdict in judged(desk) if verdict]

    assert "metadata: SSO URL: https://evil.example/o/saml2/idp?idpid=C01sandbx" in wrong


@pytest.mark.parametrize("file", ["/dev/zero", "/dev/random", "/proc/self", "/"])
def test_a_device_is_no_file(desk, file):
    tenant = {**WHOLE, "roles": {"file": file}}

    assert "" == desk.judge(desk.config(tenant), refused=True)
    tenant = {**WHOLE, "saml_app": {**WHOLE["saml_app"], "idp_metadata": file}}
    assert "" == desk.judge(desk.config(tenant), refused=True)


def test_a_receiver_whose_answer_is_printed_as_it_came_is_found_out(desk, tmp_path, monkeypatch):
    monkeypatch.setattr(webhook, "plain", lambda text, **_: text)

    wrong = [name for name, verdict in hostile_webhook.judged(desk.genuine, tmp_path) if verdict]

    assert "webhook: message with a title for the terminal" in wrong


def test_a_million_lines_are_refused_soon_and_in_little_memory():
    figure = large(Scope(short=True))

    assert figure.cases == 3
    assert [] == figure.wrong


def test_a_file_that_took_too_much_is_found_out():
    reading = Reading(people=1, refusal="", seconds=61, megabytes=10)

    assert "was taken; took 61.0 s and 10 MB" == verdict(Large("", "", 1, refused=True), reading)
