"""Which certificate goes into Flex: strict for a file that comes in, forbearing for a stack."""

from datetime import timedelta

import pytest

from models.certificate import parse_der
from models.certificate_choice import certificate_in_use, choose_certificate, kept_certificate
from models.errors import CertificateError
from models.idp_metadata import parse_idp_metadata


@pytest.fixture(scope="module")
def first(make_certificate):
    return make_certificate()


@pytest.fixture(scope="module")
def second(make_certificate):
    return make_certificate(slot=1)


@pytest.fixture(scope="module")
def google(make_metadata, first):
    return make_metadata(first)


def test_the_only_certificate_is_chosen(google, first, now):
    assert parse_der(first) == choose_certificate(parse_idp_metadata(google), None, now)


def test_two_certificates_need_a_choice(make_metadata, first, second, now):
    metadata = parse_idp_metadata(make_metadata(first, second))

    with pytest.raises(CertificateError) as caught:
        choose_certificate(metadata, None, now)

    for certificate in metadata.certificates:
        assert certificate.fingerprint in caught.value.what
        assert f"ends on {certificate.not_after:%Y-%m-%d}" in caught.value.what
    assert "tenant.saml_app.certificate" in caught.value.hint


@pytest.mark.parametrize("place", [0, 1])
@pytest.mark.parametrize("spelling", [str.upper, str.lower])
def test_the_fingerprint_decides(make_metadata, first, second, now, place, spelling):
    metadata = parse_idp_metadata(make_metadata(first, second))
    wanted = metadata.certificates[place]

    assert wanted == choose_certificate(metadata, spelling(wanted.fingerprint), now)


@pytest.mark.parametrize("fingerprint", ["AB:CD", ""])
def test_a_fingerprint_that_is_not_there_is_not_replaced(google, now, fingerprint):
    with pytest.raises(CertificateError, match="No certificate in the metadata file is"):
        choose_certificate(parse_idp_metadata(google), fingerprint, now)


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"ends": timedelta(days=-1)}, "it ended on 2026-10-31"),
        ({"kind": "1024"}, "too weak"),
        ({"kind": "ec"}, "not RSA"),
        ({"signature_hash": "sha1"}, "SHA1"),
    ],
)
def test_a_bad_certificate_is_not_chosen(make_certificate, make_metadata, now, changes, what):
    if "ends" in changes:
        changes = {"ends": now + changes["ends"]}
    metadata = parse_idp_metadata(make_metadata(make_certificate(**changes)))

    with pytest.raises(CertificateError, match=what) as caught:
        choose_certificate(metadata, None, now)

    assert metadata.certificates[0].fingerprint in caught.value.what
    assert "Google Admin console" in caught.value.hint


def test_a_bad_certificate_beside_the_chosen_one_does_no_harm(
    make_certificate, make_metadata, second, now
):
    ended = make_certificate(ends=now - timedelta(days=1))
    metadata = parse_idp_metadata(make_metadata(ended, second))

    wanted = parse_der(second)
    assert wanted == choose_certificate(metadata, wanted.fingerprint, now)


def test_a_certificate_that_ends_soon_is_still_chosen(make_certificate, make_metadata, now):
    der = make_certificate(ends=now + timedelta(days=3))

    assert parse_der(der) == choose_certificate(parse_idp_metadata(make_metadata(der)), None, now)


# In a stack that runs ------------------------------------------------------------------------


@pytest.mark.parametrize("seconds", [-1, 0, 86_400])
def test_the_end_of_a_certificate_stops_no_stack(make_certificate, make_metadata, now, seconds):
    der = make_certificate(ends=now - timedelta(seconds=seconds))
    metadata = parse_idp_metadata(make_metadata(der))

    assert parse_der(der) == certificate_in_use(metadata, None, now)


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"kind": "1024"}, "too weak"),
        ({"kind": "ec"}, "not RSA"),
        ({"signature_hash": "sha1"}, "SHA1"),
        ({"begins": timedelta(days=1)}, "isn't valid before"),
    ],
)
def test_one_that_never_was_in_use_is_refused(make_certificate, make_metadata, now, changes, what):
    if "begins" in changes:
        changes = {"begins": now + changes["begins"]}
    metadata = parse_idp_metadata(make_metadata(make_certificate(**changes)))

    with pytest.raises(CertificateError, match=what):
        certificate_in_use(metadata, None, now)


def test_of_two_the_named_one_is_in_use_and_without_a_name_the_recorded_one(
    make_metadata, first, second, now
):
    metadata = parse_idp_metadata(make_metadata(first, second))
    old, new = parse_der(first), parse_der(second)

    assert new == certificate_in_use(metadata, new.fingerprint, now)
    assert certificate_in_use(metadata, None, now) is None
    assert [old, new] == [
        kept_certificate(metadata.certificates, one.fingerprint) for one in (old, new)
    ]


@pytest.mark.parametrize("recorded", [None, "AB:CD"])
def test_where_none_is_recorded_somebody_has_to_say_which(make_metadata, first, second, recorded):
    listed = parse_idp_metadata(make_metadata(first, second)).certificates

    with pytest.raises(CertificateError, match="Google lists 2 certificates") as caught:
        kept_certificate(listed, recorded)

    assert all(one.fingerprint in caught.value.what for one in listed)
    assert "tenant.saml_app.certificate" in caught.value.hint
