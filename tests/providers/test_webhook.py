"""The hand-off at its receiver: signed, idempotent, believed in nothing."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from models.errors import CredentialsError, UnreachableError, VendorApiError
from models.phase import Phase
from providers.webhook import HandoffDeliveryInputs, HandoffDeliveryProvider
from tests.cli.handoffs import outputs
from tests.servers import free_port

SECRET = "a long secret"


class Receiver:
    """Answers what it was told to, and remembers what came."""

    def __init__(self) -> None:
        self.answers: list[tuple[int, Any]] = []
        self.came: list[tuple[dict[str, str], bytes]] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                receiver.came.append(({k.lower(): v for k, v in self.headers.items()}, body))
                answers = receiver.answers
                status, answer = answers.pop(0) if len(answers) > 1 else answers[0]
                self.send_response(status)
                self.end_headers()
                self.wfile.write(
                    answer if isinstance(answer, bytes) else json.dumps(answer).encode()
                )

            def log_message(self, *_args: Any) -> None:
                """Quiet."""

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}/handoff"


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    monkeypatch.setenv("FLEXSSO_WEBHOOK_SECRET", SECRET)
    receiver = Receiver()
    yield receiver
    receiver.server.shutdown()
    receiver.server.server_close()


def wanted(receiver: Receiver, folder: Path, phase: Phase = Phase.AWAITING_GOOGLE_APP, **more: Any):
    return HandoffDeliveryInputs.model_validate(
        {
            "url": receiver.url,
            "secret_env": "FLEXSSO_WEBHOOK_SECRET",
            "document": json.dumps(outputs(phase)["handoff"]),
            "customer": "C01sandbx",
            "saml_app": {},
            "folder": str(folder),
            **more,
        }
    )


@pytest.fixture
def provider() -> HandoffDeliveryProvider:
    return HandoffDeliveryProvider()


def test_the_document_is_sent_and_signed_as_documented(provider, receiver, tmp_path):
    receiver.answers = [(200, {"status": "accepted", "message": "in the queue"})]

    id_, outs = provider.create_it(wanted(receiver, tmp_path))

    headers, body = receiver.came[0]
    moment, _, given = headers["flexsso-signature"].removeprefix("t=").partition(",v1=")
    signed = hmac.new(SECRET.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
    assert (str(tmp_path), signed) == (id_, given)
    assert json.loads(body) == outputs(Phase.AWAITING_GOOGLE_APP)["handoff"]
    assert ("accepted", "in the queue") == (outs["answer"], outs["message"])
    assert SECRET not in str(outs)


def test_an_unchanged_hand_off_keeps_its_key_and_another_one_has_another(
    provider, receiver, tmp_path
):
    receiver.answers = [(200, {"status": "accepted"})]
    first, other = (wanted(receiver, tmp_path), wanted(receiver, tmp_path, Phase.ACTIVE))

    outs = provider.create_it(first)[1]
    outs = provider.update_it("id", outs, first)
    outs = provider.update_it("id", outs, other)
    provider.update_it("id", outs, first)

    keys = [headers["idempotency-key"] for headers, _ in receiver.came]
    assert keys[0] == keys[1]
    assert 3 == len(set(keys)), "a wish that comes back later is another one"


@pytest.mark.parametrize("phase", [Phase.VERIFIED, Phase.DRIFTED])
def test_while_no_step_waits_nobody_is_asked(provider, receiver, tmp_path, phase):
    outs = provider.create_it(wanted(receiver, tmp_path, phase))[1]

    assert ([], "") == (receiver.came, outs["answer"])
    assert not provider.wants_a_look(outs)


def test_while_a_step_waits_each_up_asks_again(provider, receiver, tmp_path):
    receiver.answers = [(200, {"status": "done"})]

    assert provider.wants_a_look(provider.create_it(wanted(receiver, tmp_path))[1])


def test_a_receiver_that_is_busy_is_asked_again_under_the_same_key(provider, receiver, tmp_path):
    receiver.answers = [(503, {}), (429, {}), (200, {"status": "done"})]

    assert "done" == provider.create_it(wanted(receiver, tmp_path))[1]["answer"]
    assert 1 == len({headers["idempotency-key"] for headers, _ in receiver.came})


@pytest.mark.parametrize(
    ("status", "answer", "what"),
    [
        (401, {}, "answered 401"),
        (302, {}, "answered 302"),
        (200, b"<html>", "not as agreed"),
        (200, {"status": "finished"}, "not as agreed"),
        (200, {"status": "done", "message": "x" * 300_000}, "not as agreed"),
    ],
)
def test_any_other_answer_is_an_error(provider, receiver, tmp_path, status, answer, what):
    receiver.answers = [(status, answer)]

    with pytest.raises(VendorApiError, match=what):
        provider.create_it(wanted(receiver, tmp_path))
    assert 1 == len(receiver.came)


def test_a_metadata_file_that_comes_back_is_kept_where_it_belongs(
    provider, receiver, tmp_path, make_certificate, make_metadata
):
    text = make_metadata(make_certificate()).decode()
    receiver.answers = [(200, {"status": "done", "idp_metadata": text})]

    provider.create_it(wanted(receiver, tmp_path / "acme.prod"))

    assert text == (tmp_path / "acme.prod" / "idp_metadata.xml").read_text()


def test_another_file_is_not_kept_and_said(provider, receiver, tmp_path):
    receiver.answers = [(200, {"status": "done", "idp_metadata": "<html></html>"})]

    outs = provider.create_it(wanted(receiver, tmp_path))[1]

    assert "This is a web page" in outs["message"]
    assert [] == list(tmp_path.iterdir())


def test_no_answer_names_the_address(provider, receiver, tmp_path):
    url = f"http://127.0.0.1:{free_port()}/"

    with pytest.raises(UnreachableError, match="no answer from http://127"):
        provider.create_it(wanted(receiver, tmp_path, url=url))


def test_without_a_secret_nothing_is_sent(provider, receiver, tmp_path, monkeypatch):
    monkeypatch.delenv("FLEXSSO_WEBHOOK_SECRET")

    for more in ({}, {"secret_file": str(tmp_path / "nothing")}):
        with pytest.raises(CredentialsError, match="Webhook: "):
            provider.create_it(wanted(receiver, tmp_path, **more))
    assert [] == receiver.came
