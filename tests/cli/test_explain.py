"""`explain` with what people have at hand: a HAR, a form's body, an error page, a code."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from tests.sandbox.twilio import idp
from tests.sandbox.twilio.idp import Idp

ACS = "https://login.flex.us1.twilio.com/login/callback?connection=JQ" + "7b" * 16


@pytest.fixture(scope="module")
def provider() -> Idp:
    return Idp()


def field(provider: Idp, **changes: Any) -> str:
    return idp.encode(provider.sign(idp.document(ACS, "urn:flex:JQ" + "7b" * 16, **changes)))


def har(value: str) -> str:
    post = {"url": ACS, "postData": {"params": [{"name": "SAMLResponse", "value": quote(value)}]}}
    return json.dumps({"log": {"entries": [{"request": {"url": "https://x"}}, {"request": post}]}})


def tracer(value: str) -> str:
    return json.dumps({"requests": [{"url": ACS, "post": [["SAMLResponse", value]]}]})


SHAPES = {
    "base64": lambda value: value,
    "wrapped base64": lambda value: "\n".join(value[i : i + 76] for i in range(0, len(value), 76)),
    "percent-encoded": lambda value: quote(value, safe=""),
    "form": lambda value: urlencode({"SAMLResponse": value, "RelayState": "x"}),
    "HAR": har,
    "SAML-tracer": tracer,
}


@pytest.mark.parametrize("shape", SHAPES)
def test_a_response_is_found_in_every_shape(flexsso, tmp_path: Path, provider, shape):
    file = tmp_path / "given"
    file.write_text(SHAPES[shape](field(provider)))

    done = flexsso("explain", str(file), "--json")

    assert 0 == done.returncode, done.stdout + done.stderr
    response = json.loads(done.stdout)["responses"][0]
    assert ["email", "full_name", "roles"] == response["claims"]
    assert "a…@acme.example" == response["name_id"]
    assert response["trusted"] is False  # no stack was named, so nobody vouches for the key


def test_people_are_hidden_unless_asked_for(flexsso, tmp_path: Path, provider):
    file = tmp_path / "given"
    file.write_text(field(provider))

    assert "ada@" not in flexsso("explain", str(file)).stdout
    assert "ada@acme.example" in flexsso("explain", str(file), "--show-values").stdout


def test_missing_roles_are_explained_as_flex_would(flexsso, tmp_path: Path, provider):
    file = tmp_path / "given"
    values = {"email": ["ada@acme.example"], "full_name": ["Ada"], "roles": []}
    file.write_text(field(provider, values=values))

    done = flexsso("explain", str(file))

    assert 1 == done.returncode
    last = done.stdout.splitlines()[-1]
    assert "claim roles" in last
    assert "45050" in last
    assert "Google admin" in last


def test_one_bent_character_breaks_the_signature(flexsso, tmp_path: Path, provider):
    file = tmp_path / "given"
    signed = provider.sign(idp.document(ACS, "urn:flex:JQ" + "7b" * 16))
    file.write_bytes(idp.etree.tostring(signed).replace(b"Lovelace", b"Lovelacf"))

    done = flexsso("explain", str(file))

    assert 1 == done.returncode
    assert "First: signature_invalid" in done.stdout


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("45050", "one of email, full_name, roles"),
        ("70002", "not a trusted domain"),
        ("70004", "Identity Provider Issuer"),
        ("70251", "no certificate"),
        ("APP_NOT_CONFIGURED_FOR_USER", "case counts"),
        ("failure_app_not_enabled_for_user", "OFF"),
    ],
)
def test_codes_are_explained(flexsso, code, says):
    done = flexsso("explain", code)

    assert 0 == done.returncode
    assert says in done.stdout
    assert "→" in done.stdout


def test_googles_error_page_is_explained(flexsso, tmp_path: Path):
    file = tmp_path / "page.html"
    file.write_text(
        "<html><body>Error 403: app_not_enabled_for_user. Service is not configured for this user."
        " Request Details idpid=C01sandbx SAMLRequest=x That's all we know.</body></html>"
    )

    done = flexsso("explain", str(file))

    assert 0 == done.returncode
    assert done.stdout.startswith("app_not_enabled_for_user")
    assert "User access" in done.stdout


def test_what_is_neither_file_nor_code_is_an_error(flexsso):
    done = flexsso("explain", "12345")

    assert 1 == done.returncode
    assert "no known code" in done.stderr
    assert "" == done.stdout


def test_a_code_is_found_in_what_was_copied_with_it(flexsso):
    done = flexsso("explain", "Error: app_not_enabled_for_user")

    assert 0 == done.returncode
    assert "User access" in done.stdout


def test_a_stack_is_for_verify_to_look_at(flexsso):
    done = flexsso("explain", "sandbox.dev")

    assert done.stderr.endswith("hint: a stack is looked at by ./flexsso verify sandbox.dev\n")


@pytest.mark.parametrize("content", ["", "{}", "{", "hello there"])
def test_nothing_to_explain_is_an_error_with_a_hint(flexsso, tmp_path: Path, content):
    file = tmp_path / "given"
    file.write_text(content)

    done = flexsso("explain", str(file))

    assert 1 == done.returncode
    assert "hint: " in done.stderr
    assert "Traceback" not in done.stderr
