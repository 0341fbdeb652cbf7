"""Endpoints: every address has one place under a base, and back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from models.endpoints import Endpoints

SANDBOX = Endpoints(base="http://127.0.0.1:8765")
LIVE = Endpoints()

HOSTS = st.from_regex(
    r"[a-z][a-z0-9-]{0,9}(\.[a-z][a-z0-9]{0,5}){1,3}(:[1-9][0-9]{0,3})?", fullmatch=True
)
PATHS = st.text(st.characters(codec="ascii", exclude_categories=["Cc"], exclude_characters=" "))
URLS = st.builds("https://{}/{}".format, HOSTS, PATHS)
BASES = st.sampled_from(["http://127.0.0.1:8765", "http://[::1]:80/x", "https://mock.example/"])


@given(url=URLS, base=st.none() | BASES)
def test_canonical_is_the_inverse_of_url(url, base):
    endpoints = Endpoints(base=base)

    assert url == endpoints.canonical(endpoints.url(url))


@pytest.mark.parametrize(
    ("url", "reached"),
    [
        ("https://flex.twilio.com/acme", "http://127.0.0.1:8765/flex.twilio.com/acme"),
        ("https://admin.googleapis.com/", "http://127.0.0.1:8765/admin.googleapis.com/"),
        (
            "https://accounts.google.com/o/saml2/idp?idpid=C01sandbx",
            "http://127.0.0.1:8765/accounts.google.com/o/saml2/idp?idpid=C01sandbx",
        ),
    ],
)
def test_a_base_takes_the_place_of_the_scheme(url, reached):
    assert reached == SANDBOX.url(url)
    assert url == LIVE.url(url)


@pytest.mark.parametrize("url", ["http://flex.twilio.com/", "flex.twilio.com", "/path", ""])
def test_only_https_addresses_are_sent_to(url):
    for endpoints in (SANDBOX, LIVE):
        with pytest.raises(ValueError, match="starts with https://"):
            endpoints.url(url)


@pytest.mark.parametrize(
    "url",
    [
        "https://accounts.google.com/o/saml2",
        "http://127.0.0.1:87650/flex.twilio.com",
        "http://127.0.0.1:8765",
        "http://127.0.0.1:8765/",
        "",
    ],
)
def test_addresses_outside_the_base_stay_as_they_are(url):
    assert url == SANDBOX.canonical(url)


def test_without_a_base_nothing_is_rewritten():
    assert "http://127.0.0.1:1/x" == LIVE.canonical("http://127.0.0.1:1/x")


@pytest.mark.parametrize(
    "base",
    [
        "http://127.0.0.1:8765",
        "http://localhost:1",
        "http://[::1]:8765",
        "https://mock.example",
        "https://mock.example:8443/under/here",
    ],
)
def test_safe_bases(base):
    assert base == Endpoints(base=f"{base}/").base


@pytest.mark.parametrize(
    "base",
    [
        "",
        "127.0.0.1:8765",
        "http://127.0.0.1",
        "http://localhost",
        "http://mock.example:8765",
        "http://127.0.0.1:8765@evil.example",
        "http://127.0.0.1.evil.example:8765",
        "http://127.0.0.1:port",
        "http://127.0.0.1:99999",
        "http://[::1",
        "https://",
        "https://user@mock.example",
        "https://mock.example?x=1",
        "https://mock.example#x",
        "ftp://127.0.0.1:21",
        "file:///etc/passwd",
    ],
)
def test_other_bases_are_refused(base):
    with pytest.raises(ValidationError, match="expected http://127"):
        Endpoints(base=base)


def test_an_unknown_key_is_refused():
    with pytest.raises(ValidationError, match="extra"):
        Endpoints.model_validate({"google": "http://127.0.0.1:8765"})


@pytest.mark.parametrize(
    ("base", "says"),
    [
        (None, "check the network"),
        ("http://127.0.0.1:8999", "./flexsso sandbox up --port 8999"),
        ("https://mock.example", "does anything listen at https://mock.example"),
    ],
)
def test_when_nobody_answers_the_hint_names_who_should(base, says):
    hint = Endpoints(base=base).hint

    assert says in hint
    assert ("sandbox" in hint) == (base == "http://127.0.0.1:8999")
