"""Where responses are found, and what is no response."""

from __future__ import annotations

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.saml_input import SamlInputError, decode_field, read_saml_inputs

XML = b'<saml2p:Response xmlns:saml2p="urn:oasis:names:tc:SAML:2.0:protocol">+/?</saml2p:Response>'
FIELD = base64.b64encode(XML).decode()


def test_a_har_with_two_logins_gives_both_with_their_addresses():
    entry = {"request": {"url": "https://login.example/acs", "postData": {"text": ""}}}
    text = {**entry["request"], "postData": {"text": f"SAMLResponse={FIELD.replace('+', '%2B')}"}}
    document = {"log": {"entries": [entry, {"request": text}, {"request": text}]}}

    found = read_saml_inputs(json.dumps(document).encode())

    assert [XML, XML] == [one.xml for one in found]
    assert ["HAR, request 2", "HAR, request 3"] == [one.source for one in found]
    assert "https://login.example/acs" == found[0].url


def test_xml_is_taken_as_it_is():
    assert [XML] == [one.xml for one in read_saml_inputs(b"\n" + XML + b"\n")]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"   ",
        b"[]",
        b"{}",
        b'{"log": {}}',
        b'{"log": null}',
        b'{"requests": [{"post": null}, {}]}',
        b"RelayState=x",
        b"~~~",
        b"SAMLResponse=",
        b'{"log":' * 100_000,
        b"[" * 100_000,
    ],
)
def test_what_holds_none_is_said(data):
    with pytest.raises(SamlInputError) as caught:
        read_saml_inputs(data)

    assert caught.value.hint


def test_a_plus_that_became_a_space_is_put_back():
    content = b"<a>\xfb\xef\xbe</a>"
    value = base64.b64encode(content).decode()
    assert "+" in value

    assert content == decode_field(value.replace("+", " "))


@given(st.binary(max_size=300))
def test_nothing_breaks_it(data):
    try:
        found = read_saml_inputs(data)
    except SamlInputError:
        return
    assert all(one.xml for one in found)


@given(
    st.recursive(
        st.none() | st.text() | st.integers(),
        lambda c: (
            st.lists(c)
            | st.dictionaries(
                st.sampled_from(
                    ["log", "entries", "request", "postData", "params", "requests", "post", "x"]
                ),
                c,
            )
        ),
        max_leaves=12,
    )
)
def test_no_json_breaks_it(document):
    try:
        found = read_saml_inputs(json.dumps(document).encode())
    except SamlInputError:
        return
    assert all(one.xml for one in found)
