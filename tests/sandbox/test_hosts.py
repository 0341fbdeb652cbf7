"""Whom the sandbox answers: names of loopback and of its own world, no page from elsewhere."""

from __future__ import annotations

import httpx
import pytest

from sandbox.hosts import ALL_HOSTS


def ask(base: str, host: str, path: str = "/_sandbox/health") -> httpx.Response:
    return httpx.get(base + path, headers={"host": host})


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "127.0.0.1.evil.example",
        "localhost.evil.example:8765",
        "evil.example:127.0.0.1",
        "192.0.2.7",
        "[2001:db8::1]:8765",
        "flex.twilio.com.evil.example",
        "",
    ],
)
@pytest.mark.parametrize("path", ["/_sandbox/health", "/_sandbox/saml", "/flex.twilio.com/x"])
def test_another_name_reaches_nothing(pretend_world, host, path):
    """A web page elsewhere may let its own name point to loopback (DNS rebinding)."""
    answer = ask(pretend_world.base, host, path)

    assert 421 == answer.status_code
    assert "does not serve host" in answer.text


@pytest.mark.parametrize("host", ["127.0.0.1:8765", "localhost", "LOCALHOST:1", "[::1]:8765"])
def test_loopback_by_any_of_its_names_is_served(pretend_world, host):
    assert 200 == ask(pretend_world.base, host).status_code


def test_a_real_name_is_its_own_host_and_has_no_strings(pretend_world):
    """Under a vendor's name there are the vendor's pages, not those of `/_sandbox/`."""
    answers = [ask(pretend_world.base, host).status_code for host in sorted(ALL_HOSTS)]

    assert 200 not in answers
    assert 421 not in answers
