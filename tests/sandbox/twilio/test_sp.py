"""The service provider: genuine Responses of other signers let in, hostile ones refused by name."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import minisignxml.sign
import pytest
import signxml
from bs4 import BeautifulSoup
from cryptography import x509
from lxml import etree

from sandbox.twilio import saml_document
from sandbox.twilio.rejected import RejectedError
from sandbox.world import World
from tests.sandbox.twilio import attacks, idp
from tests.sandbox.twilio.idp import DS, SAML, SAMLP, Idp
from tests.sandbox.twilio.service_provider import LOGIN_LINK, OTHER_JQ, ServiceProvider


def worker_names(sp: ServiceProvider) -> list[str]:
    return [worker["friendly_name"] for worker in sp.world.store.page("worker")]


def believed(sp: ServiceProvider, response: Any, **how: Any) -> bool:
    """True if this Response, brought by a browser, signed ada in."""
    answer = sp.post(response, **how)
    assert ("" == sp.reason()) == (answer.status_code in {302, 303}), answer.text
    return "" == sp.reason() and worker_names(sp) == ["ada@acme.example"]


def with_signxml(sp: ServiceProvider) -> Any:
    response = sp.document()
    response.insert(1, etree.Element(f"{DS}Signature", Id="placeholder", nsmap={"ds": DS[1:-1]}))
    signer = signxml.XMLSigner(c14n_algorithm="http://www.w3.org/2001/10/xml-exc-c14n#")
    return signer.sign(
        response,
        key=sp.provider.key_pem,
        cert=sp.provider.certificate,
        reference_uri=response.get("ID"),
        id_attribute="ID",
    )


def with_minisignxml(sp: ServiceProvider) -> Any:
    certificate = x509.load_pem_x509_certificate(sp.provider.certificate.encode())
    return minisignxml.sign.sign(
        element=sp.document(),
        private_key=sp.provider.key,
        certificate=certificate,
        attribute="ID",
        index=1,
    )


def with_xmlsec(sp: ServiceProvider) -> Any:
    return sp.signed()


@pytest.mark.parametrize("sign", [with_xmlsec, with_signxml, with_minisignxml])
def test_three_independent_signers_are_believed(sp: ServiceProvider, sign: Any) -> None:
    assert believed(sp, sign(sp))


@pytest.mark.parametrize("required", [True, False])
def test_an_assertion_signed_alone_needs_the_switch(sp: ServiceProvider, required: bool) -> None:
    sp.world.options.requires_signed_response = required
    response = sp.provider.sign(idp.assertion_of(sp.document()))

    assert believed(sp, response) != required
    assert ("response_not_signed" if required else "") == sp.reason()


@pytest.mark.parametrize(
    ("attack", "code"), attacks.WRAPPING.items(), ids=lambda value: getattr(value, "__name__", "")
)
def test_what_is_wrapped_is_refused(sp: ServiceProvider, attack: attacks.Attack, code: str) -> None:
    sp.world.options.requires_signed_response = False

    assert 400 == sp.post(attack(sp)).status_code
    assert code == sp.reason()
    assert [] == worker_names(sp)


@pytest.mark.parametrize(
    ("attack", "code"), attacks.SIGNATURE.items(), ids=lambda value: getattr(value, "__name__", "")
)
def test_what_is_not_signed_well_is_refused(
    sp: ServiceProvider, attack: attacks.Attack, code: str
) -> None:
    assert 400 == sp.post(attack(sp)).status_code
    assert code == sp.reason()
    assert [] == worker_names(sp)


@pytest.mark.parametrize(
    ("attack", "code"), attacks.SEMANTICS, ids=lambda value: getattr(value, "__name__", "")
)
def test_what_is_meant_for_somebody_else_is_refused(
    sp: ServiceProvider, attack: attacks.Attack, code: str
) -> None:
    assert 400 == sp.post(attack(sp)).status_code
    assert code == sp.reason()
    assert [] == worker_names(sp)


@pytest.mark.parametrize(
    ("attack", "code"),
    [pytest.param(attack, code, id=name) for name, attack, code in attacks.ENCODING],
)
def test_what_is_no_plain_xml_is_refused(
    sp: ServiceProvider, attack: attacks.Attack, code: str
) -> None:
    assert 400 == sp.post(attack(sp)).status_code
    assert code == sp.reason()


def test_a_form_of_more_than_256_kb_is_not_read(sp: ServiceProvider) -> None:
    assert 413 == sp.post("A" * 400_000).status_code


def test_a_field_too_large_is_named_where_a_form_is_not() -> None:
    with pytest.raises(RejectedError) as refused:
        saml_document.decode("A" * 400_000)

    assert "too_large" == refused.value.code


def test_an_assertion_is_good_once(sp: ServiceProvider) -> None:
    response = sp.signed()

    assert believed(sp, response)
    assert 400 == sp.post(response).status_code
    assert "replay" == sp.reason()


def test_an_assertion_is_good_at_its_own_connection_only(sp: ServiceProvider) -> None:
    response = sp.signed()

    assert 400 == sp.post(response, connection=OTHER_JQ).status_code
    assert "destination" == sp.reason()
    assert believed(sp, response)


@pytest.mark.parametrize(
    ("days", "code"),
    [((-30, -1), "certificate_expired"), ((1, 30), "certificate_not_yet_valid"), ((-1, 1), "")],
)
def test_the_certificates_dates_count(
    twilio_server: World, days: tuple[int, int], code: str
) -> None:
    sp = ServiceProvider(twilio_server, Idp(certificate_days=days))

    assert believed(sp, sp.signed()) == (code == "")
    assert code == sp.reason()


@pytest.mark.parametrize("certificate", ["", "not a certificate", "two"])
def test_a_wrong_certificate_shows_at_the_login(sp: ServiceProvider, certificate: str) -> None:
    sp.change(certificate=2 * sp.provider.certificate if certificate == "two" else certificate)

    assert 400 == sp.post(sp.signed()).status_code
    assert "no_certificate" == sp.reason()


@pytest.mark.parametrize(("skew", "code"), [(0.0, "expired"), (120.0, "")])
def test_clocks_may_differ_by_the_skew(sp: ServiceProvider, skew: float, code: str) -> None:
    sp.world.options.clock_skew = skew
    late = datetime.now(UTC) - timedelta(seconds=10)

    sp.post(sp.signed(not_on_or_after=late, confirmed_until=late + timedelta(minutes=5)))

    assert code == sp.reason()


def test_a_login_begun_at_the_provider_lands_on_the_login_link(sp: ServiceProvider) -> None:
    answer = sp.post(sp.signed(), relay_state="https://evil.example/")

    assert 303 == answer.status_code
    assert sp.here(LOGIN_LINK) == answer.headers["location"]
    assert "Welcome to Flex, Ada Lovelace" in sp.http.get(sp.here(LOGIN_LINK)).text


def test_logins_begun_at_the_provider_can_be_switched_off(sp: ServiceProvider) -> None:
    sp.world.options.accepts_idp_initiated = False

    assert 400 == sp.post(sp.signed()).status_code
    assert "unsolicited" == sp.reason()


def test_a_request_is_answered_once_and_with_its_own_relay_state(sp: ServiceProvider) -> None:
    request_id, relay_state = sp.authn_request()

    assert 400 == sp.post(sp.signed(in_response_to=request_id), relay_state="x").status_code
    assert "relay_state" == sp.reason()
    request_id, relay_state = sp.authn_request()
    assert 302 == sp.post(sp.signed(in_response_to=request_id), relay_state).status_code
    assert 400 == sp.post(sp.signed(in_response_to=request_id), relay_state).status_code
    assert "in_response_to" == sp.reason()


def test_a_request_waits_ten_minutes(sp: ServiceProvider) -> None:
    request_id, relay_state = sp.authn_request()
    sp.world.set_clock(601)
    then = sp.world.clock.now()

    answer = sp.post(sp.signed(in_response_to=request_id, now=then), relay_state)

    assert 400 == answer.status_code
    assert "in_response_to" == sp.reason()


def test_only_one_of_two_request_ids_is_refused(sp: ServiceProvider) -> None:
    request_id, relay_state = sp.authn_request()
    response = sp.document(in_response_to=request_id)
    del response.attrib["InResponseTo"]

    assert 400 == sp.post(sp.provider.sign(response), relay_state).status_code
    assert "in_response_to" == sp.reason()


def test_the_providers_own_words_are_shown_as_text(sp: ServiceProvider) -> None:
    response = sp.document(status="urn:oasis:names:tc:SAML:2.0:status:Requester")
    response.remove(idp.assertion_of(response))
    status = response.find(f"{SAMLP}Status")
    etree.SubElement(status, f"{SAMLP}StatusMessage").text = "<b>ACS Url</b> doesn't match"

    page = BeautifulSoup(sp.post(response).text, "html.parser")

    assert "idp_refused" == sp.reason()
    assert "Requester <b>ACS Url</b> doesn't match" in page.find(role="alert").get_text()


def test_an_encrypted_assertion_is_named(sp: ServiceProvider) -> None:
    response = sp.document()
    response.replace(idp.assertion_of(response), etree.Element(f"{SAML}EncryptedAssertion"))

    sp.post(response)

    assert "encrypted" == sp.reason()


def test_an_unknown_or_inactive_connection_lets_nobody_in(sp: ServiceProvider) -> None:
    assert 400 == sp.post(sp.signed(), connection="JQ0").status_code
    assert "unknown_connection" == sp.reason()
    sp.change(active=False)
    assert 400 == sp.post(sp.signed()).status_code
    assert "unknown_connection" == sp.reason()
