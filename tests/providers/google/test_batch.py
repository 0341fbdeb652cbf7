"""HTTP batches: what is written can be read by others, and answers cut off are not invented."""

from __future__ import annotations

import email
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.google.batch import Part, read_batch, write_batch

ANSWER = (
    b"--b\r\nContent-Type: application/http\r\nContent-ID: <response-%d>\r\n\r\n"
    b"HTTP/1.1 %d Whatever\r\nRetry-After: 3\r\nContent-Type: application/json\r\n\r\n%s\r\n"
)


def answer(*parts: tuple[int, int, bytes]) -> bytes:
    return b"".join(ANSWER % part for part in parts) + b"--b--\r\n"


def test_parts_are_read_by_pythons_own_mime_parser():
    kind, body = write_batch([Part("PUT", "/a?x=1", '{"é": 1}'), Part("GET", "/b", "")])

    message = email.message_from_bytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + body)
    first, second = message.get_payload()
    content = first.get_payload(decode=True)
    assert content.startswith(b"PUT /a?x=1 HTTP/1.1\r\n")
    length = int(re.search(rb"Content-Length: (\d+)", content)[1])
    assert '{"é": 1}'.encode() == content.partition(b"\r\n\r\n")[2][:length]
    assert "<1>" == second["Content-ID"]


def test_each_answer_comes_to_its_part_in_any_order():
    found = read_batch('multipart/mixed; boundary="b"', answer((1, 404, b"no"), (0, 200, b"{}")))

    assert {0: 200, 1: 404} == {number: one.status for number, one in found.items()}
    assert b"no" == found[1].content.strip()
    assert "3" == found[1].headers["retry-after"]


@given(cut=st.integers(0, 400))
def test_an_answer_that_is_cut_off_is_left_out(cut):
    whole = answer((0, 200, b'{"id": "1"}'), (1, 200, b'{"id": "2"}'))
    found = read_batch("multipart/mixed; boundary=b", whole[: len(whole) - cut])

    for number, one in found.items():
        assert f'{{"id": "{number + 1}"}}'.encode() == one.content.strip()


@pytest.mark.parametrize("kind", ["application/json", "", "multipart/mixed"])
def test_what_is_no_batch_has_no_answers(kind):
    assert {} == read_batch(kind, b"--b\r\n")
