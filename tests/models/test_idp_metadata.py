"""GoogleIDPMetadata.xml: real shapes are read, everything else is told what it is instead."""

import base64
import re
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.certificate import parse_der
from models.errors import CertificateError, MetadataError
from models.idp_metadata import MAX_BYTES, parse_idp_metadata

ENTITY_ID = "https://accounts.google.com/o/saml2?idpid=C01sandbx"
SSO_URL = "https://accounts.google.com/o/saml2/idp?idpid=C01sandbx"
SP = (
    '<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="urn:flex:JQ0">'
    "<md:SPSSODescriptor/></md:EntityDescriptor>"
)
BOMB = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><x>&b;</x>'


@pytest.fixture(scope="module")
def first(make_certificate):
    return make_certificate()


@pytest.fixture(scope="module")
def second(make_certificate):
    return make_certificate(slot=1, begins=parse_der(make_certificate()).not_before + timedelta(99))


@pytest.fixture(scope="module")
def google(make_metadata, first):
    return make_metadata(first)


def refusal(document: bytes | str, **options: bool) -> MetadataError:
    with pytest.raises(MetadataError) as caught:
        parse_idp_metadata(document.encode() if isinstance(document, str) else document, **options)
    return caught.value


# What is read --------------------------------------------------------------------------------


def test_googles_file_is_read(google, first):
    metadata = parse_idp_metadata(google)

    assert ENTITY_ID == metadata.entity_id
    assert SSO_URL == metadata.sso_url
    assert "C01sandbx" == metadata.idpid
    assert (parse_der(first),) == metadata.certificates
    assert parse_der(first).not_after == metadata.valid_until
    assert () == metadata.warnings


def test_two_certificates_keep_their_order(make_metadata, first, second):
    metadata = parse_idp_metadata(make_metadata(second, first))

    assert (parse_der(second), parse_der(first)) == metadata.certificates
    assert () == metadata.warnings


def test_the_same_certificate_twice_is_one(make_metadata, first):
    assert 1 == len(parse_idp_metadata(make_metadata(first, first)).certificates)


@pytest.mark.parametrize(
    "change",
    [
        lambda doc: b"\xef\xbb\xbf" + doc,
        lambda doc: doc.replace(b"\n", b"\r\n"),
        lambda doc: doc.replace(b'encoding="UTF-8"?>', b'encoding="UTF-8" standalone="no"?>\n'),
        lambda doc: doc.partition(b"?>")[2],
        lambda doc: b"\n\n" + doc.partition(b"?>")[2] + b"\n\n",
        lambda doc: doc.replace(b"MII", b"MI<!-- split -->I"),
        lambda doc: doc.replace(b"MII", b"MI<?pi?>I"),
        lambda doc: doc.replace(b'"?>', b'"?><!-- a comment -->', 1),
        lambda doc: doc.replace(b"<md:KeyDescriptor", b"<!-- x --><md:KeyDescriptor"),
        lambda doc: doc.replace(b' use="signing"', b""),
        lambda doc: doc.replace(b"md:", b"").replace(b"xmlns:md", b"xmlns"),
        lambda doc: doc.replace(b"nameid-format:email", b"nameid-<!-- x -->format:email"),
    ],
    ids=[
        "BOM",
        "CRLF",
        "standalone",
        "bare",
        "blank",
        "comment",
        "pi",
        "top",
        "between",
        "nouse",
        "prefix",
        "text",
    ],
)
def test_harmless_changes_lead_to_the_same(google, change):
    changed = change(google)

    assert changed != google
    assert parse_idp_metadata(google) == parse_idp_metadata(changed)


def test_the_redirect_location_is_preferred(google):
    other = google.replace(b'HTTP-POST" Location="' + SSO_URL.encode(), b'HTTP-POST" Location="x')

    assert SSO_URL == parse_idp_metadata(other).sso_url


def test_the_first_of_two_redirect_locations_counts(make_metadata, first):
    document = make_metadata(first, bindings=("HTTP-Redirect", "HTTP-Redirect"))
    place = document.rindex(b"C01sandbx")

    assert SSO_URL == parse_idp_metadata(document[:place] + b"C02" + document[place + 3 :]).sso_url


def test_the_post_location_will_do(make_metadata, first):
    assert SSO_URL == parse_idp_metadata(make_metadata(first, bindings=("HTTP-POST",))).sso_url


# What is warned of ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("valid_until", "warned"),
    [
        ("2020-01-01T00:00:00.000Z", "valid until 2020-01-01, but its certificate ends on 2031"),
        ("2020-01-01", "valid until 2020-01-01"),
        ("soon", "validUntil is no time ('soon')"),
        ("0001-01-01T00:00:00+14:00", "validUntil is no time"),
    ],
)
def test_a_valid_until_that_disagrees_is_a_warning(make_metadata, first, valid_until, warned):
    metadata = parse_idp_metadata(make_metadata(first, valid_until=valid_until))

    assert 1 == len(metadata.warnings)
    assert warned in metadata.warnings[0]


def test_no_valid_until_is_fine(google):
    metadata = parse_idp_metadata(re.sub(rb' validUntil="[^"]*"', b"", google))

    assert (None, ()) == (metadata.valid_until, metadata.warnings)


# What is refused -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("document", "what"),
    [
        (b"", "is empty"),
        (b"\xef\xbb\xbf \n", "is empty"),
        (b" " * (MAX_BYTES + 1), "more than 65,536 bytes"),
        ("<html><body>Sign in</body></html>", "a web page"),
        ("<!doctype html>\n<html lang=en>", "a web page"),
        ("<!DOCTYPE HTML PUBLIC '-//W3C//DTD'><HTML>", "a web page"),
        ("<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml'/>", "a web page"),
        ("-----BEGIN CERTIFICATE-----\nMII\n-----END CERTIFICATE-----\n", "a PEM file"),
        ("SAMLResponse=PHNhb&RelayState=x", "a SAML message in base64"),
        (base64.b64encode(b'<saml2p:Response xmlns:saml2p="x"/>'), "a SAML message in base64"),
        (base64.b64encode(b'<samlp:Response xmlns:samlp="x"/>'), "a SAML message in base64"),
        (base64.b64encode(b'<?xml version="1.0"?><x/>'), "a SAML message in base64"),
        (
            '<saml2p:Response xmlns:saml2p="urn:oasis:names:tc:SAML:2.0:protocol"/>',
            "a SAML response",
        ),
        ('<p:AuthnRequest xmlns:p="urn:oasis:names:tc:SAML:2.0:protocol"/>', "a SAML request"),
        (
            '<m:EntitiesDescriptor xmlns:m="urn:oasis:names:tc:SAML:2.0:metadata"/>',
            "several providers",
        ),
        (SP, "a service provider"),
        ('<m:EntityDescriptor xmlns:m="urn:oasis:names:tc:SAML:2.0:metadata"/>', "has 0 IDPSSO"),
        ("<EntityDescriptor/>", "no SAML metadata (EntityDescriptor)"),
        ("<rss/>", "no SAML metadata (rss)"),
        ("{}", "not well-formed"),
        ("<x>", "not well-formed"),
        ("<?xml version='1.0' encoding='klingon'?><x/>", "not well-formed"),
        ("<x/>".encode("utf-16"), "not in UTF-8"),
        (b"<x>\xff</x>", "not in UTF-8"),
        (BOMB, "DOCTYPE or entities"),
        ("<!DOCTYPE x><x/>", "DOCTYPE or entities"),
        ('<!DOCTYPE x SYSTEM "file:///etc/passwd"><x/>', "DOCTYPE or entities"),
    ],
)
def test_another_file_is_told_what_it_is(document, what):
    error = refusal(document)

    assert what in error.what
    assert "DOWNLOAD METADATA" in error.hint


def test_a_sign_in_page_says_what_to_do():
    assert "sign in and download again" in refusal("<html>").hint


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_private_key_is_refused_and_not_repeated(google, encoding):
    secret = "-----BEGIN RSA PRIVATE KEY-----\nMIIEsecret\n"
    text = google.decode().replace("</md:EntityDescriptor>", f"{secret}</md:EntityDescriptor>")

    error = refusal(text.encode(encoding))

    assert "private key" in error.what
    assert "MIIEsecret" not in str(error)


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"use": "encryption"}, "for encryption only"),
        ({"bindings": ()}, "no SSO URL"),
        ({"bindings": ("HTTP-Artifact",)}, "no SSO URL"),
        ({"sso_url": ""}, "no SSO URL"),
        ({"sso_url": SSO_URL.replace("https", "http")}, "SSO URL is no https:// address"),
        (
            {"sso_url": SSO_URL.replace("C01", "C02")},
            "idpid=C01sandbx, the SSO URL idpid=C02sandbx",
        ),
        ({"sso_url": SSO_URL.partition("?")[0]}, "idpid=C01sandbx, the SSO URL idpid=(none)"),
        ({"sso_url": "https://accounts.google.com.evil.example/?idpid=C01sandbx"}, "not at acc"),
        ({"sso_url": "https://accounts.google.com@evil.example/?idpid=C01sandbx"}, "not at acc"),
        ({"sso_url": "https://accounts.google.com\\@evil.example/"}, "no https:// address"),
        ({"sso_url": "https://accounts.google.com:444/?idpid=C01sandbx"}, "not at acc"),
        ({"sso_url": "https://[x/?idpid=C01sandbx"}, "SSO URL is no address"),
        ({"sso_url": "javascript:alert(1)"}, "no https:// address"),
        ({"entity_id": ""}, "entity ID is no https:// address"),
        ({"entity_id": ENTITY_ID.replace("https", "http")}, "entity ID is no https:// address"),
        ({"entity_id": "https://idp.example/?idpid=C01sandbx"}, "entity ID is at idp.example"),
        ({"entity_id": ENTITY_ID.partition("?")[0]}, "entity ID has no idpid"),
        ({"entity_id": f" {ENTITY_ID}"}, "entity ID is no https:// address"),
    ],
)
def test_wrong_contents_are_named(make_metadata, first, changes, what):
    assert what in refusal(make_metadata(first, **changes)).what


def test_no_certificate_is_refused(make_metadata):
    assert "no certificate for signing" in refusal(make_metadata()).what


def test_an_encryption_key_beside_the_signing_key_is_not_taken(make_metadata, first, second):
    both = make_metadata(first, second).decode().replace('"signing"', '"encryption"', 1)

    assert (parse_der(second),) == parse_idp_metadata(both.encode()).certificates


def test_a_damaged_certificate_is_named_by_its_place(make_metadata, first, second):
    document = make_metadata(first, second)
    place = document.rindex(b"MII")

    error = refusal(document[:place] + b"*" + document[place + 1 :])

    assert isinstance(error, CertificateError)
    assert "Certificate 2 in the metadata file" in error.what


def test_two_identity_providers_are_refused(google):
    descriptor = re.search(rb"  <md:IDPSSO.*IDPSSODescriptor>\n", google, re.DOTALL)

    assert descriptor is not None
    assert (
        "has 2 IDPSSODescriptor" in refusal(google.replace(descriptor[0], descriptor[0] * 2)).what
    )


# Other hosts ---------------------------------------------------------------------------------


@pytest.mark.parametrize("entity_id", ["urn:example:idp", "https://idp.example/metadata"])
def test_another_host_is_taken_if_allowed(make_metadata, first, entity_id):
    document = make_metadata(first, entity_id=entity_id, sso_url="https://idp.example/sso")

    assert "tenant.saml_app.allow_any_idp_host" in refusal(document).hint
    metadata = parse_idp_metadata(document, allow_any_host=True)
    assert (entity_id, None) == (metadata.entity_id, metadata.idpid)


@pytest.mark.parametrize(
    "changes",
    [
        {"sso_url": "http://idp.example/sso"},
        {"entity_id": ""},
        {"entity_id": "urn:example idp"},
        {"sso_url": "https://idp.example/?idpid=C02other"},
    ],
)
def test_another_host_is_still_judged(make_metadata, first, changes):
    assert refusal(make_metadata(first, **changes), allow_any_host=True)


# Whatever comes ------------------------------------------------------------------------------


@given(document=st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_no_file_crashes_the_parser(document):
    with pytest.raises(MetadataError):
        parse_idp_metadata(document)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(position=st.integers(0), byte=st.binary(min_size=1, max_size=1), cut=st.integers(0, 9))
def test_a_changed_byte_never_moves_the_sign_in_elsewhere(google, position, byte, cut):
    position %= len(google)
    try:
        metadata = parse_idp_metadata(google[:position] + byte + google[position + cut :])
    except MetadataError:
        return
    assert metadata.sso_url.startswith("https://accounts.google.com/")
    assert metadata.entity_id.startswith("https://accounts.google.com/")
