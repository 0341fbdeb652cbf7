"""Reading an AuthnRequest: limits that a hostile one meets."""

from __future__ import annotations

import base64
import tracemalloc
import zlib

import pytest

from sandbox.google.authn_request import MalformedRequestError, decode

GOOD = (
    '<p:AuthnRequest xmlns:p="urn:oasis:names:tc:SAML:2.0:protocol" ID="_1" IsPassive="1"'
    ' AssertionConsumerServiceURL="https://sp.example/acs"><a:Issuer'
    ' xmlns:a="urn:oasis:names:tc:SAML:2.0:assertion"> urn:sp </a:Issuer></p:AuthnRequest>'
)


def encoded(content: bytes, *, deflated: bool) -> str:
    return base64.b64encode(zlib.compress(content)[2:-4] if deflated else content).decode()


@pytest.mark.parametrize("deflated", [True, False])
def test_both_bindings_read_the_same(deflated: bool) -> None:
    request = decode(encoded(GOOD.encode(), deflated=deflated), deflated=deflated)

    assert (request.id, request.issuer) == ("_1", "urn:sp")
    assert (request.is_passive, request.force_authn) == (True, False)
    assert request.acs_url == "https://sp.example/acs"


def test_a_deflate_bomb_is_stopped_before_it_grows() -> None:
    bomb = encoded(b" " * 50_000_000, deflated=True)
    tracemalloc.start()
    with pytest.raises(MalformedRequestError, match="inflates to more than 64 kB"):
        decode(bomb, deflated=True)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert peak < 2_000_000


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b'<!DOCTYPE a [<!ENTITY x "y">]>' + GOOD.encode(), "DOCTYPE"),
        (b"<a/>", "not an AuthnRequest"),
        (GOOD.replace(' ID="_1"', "").encode(), "not an AuthnRequest with an ID"),
        (b"<a>", "not XML"),
        (b" " * 70_000 + GOOD.encode(), "too large"),
    ],
)
def test_other_documents_are_refused(content: bytes, said: str) -> None:
    with pytest.raises(MalformedRequestError, match=said):
        decode(encoded(content, deflated=False), deflated=False)
