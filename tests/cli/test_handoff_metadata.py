"""The file that a person brings back: judged, kept, and compared with the last one."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cli.handoff_metadata import read
from models.certificate import parse_der
from models.errors import FlexSsoError, MetadataError
from models.metadata_file import Settings, keep, settings_of
from models.tenant import SamlAppSettings

GOOGLE = {"customer": "C01sandbx", "domain": "acme.example"}
STACK = Settings("C01sandbx", SamlAppSettings())
OTHER = {
    "entity_id": "https://accounts.google.com/o/saml2?idpid=C09other9",
    "sso_url": "https://accounts.google.com/o/saml2/idp?idpid=C09other9",
}


def test_the_first_file_is_kept_byte_for_byte_and_told(
    tmp_path, now, make_certificate, make_metadata
):
    content = make_metadata(make_certificate())

    kept = keep(tmp_path / "new", STACK, content, now)

    assert content == kept.path.read_bytes()
    assert 0o600 == kept.path.stat().st_mode & 0o777
    assert "SSO URL: https://accounts.google.com/o/saml2/idp?idpid=C01sandbx" in kept.said
    assert [kept.path] == list(kept.path.parent.iterdir())


def test_the_same_file_again_changes_nothing(tmp_path, now, make_certificate, make_metadata):
    content = make_metadata(make_certificate())
    keep(tmp_path, STACK, content, now)

    said = keep(tmp_path, STACK, content, now).said

    assert ["Nothing changed: the same addresses, the same certificate."] == said


def test_a_new_certificate_is_named_beside_the_old_one(
    tmp_path, now, make_certificate, make_metadata
):
    old, new = make_certificate(), make_certificate(slot=1, begins=now - timedelta(days=1))
    keep(tmp_path, STACK, make_metadata(old), now)

    said = keep(tmp_path, STACK, make_metadata(new), now).said

    assert [f"Certificate: {parse_der(old)} → {parse_der(new)}"] == said


def test_a_certificate_that_ends_soon_is_kept_with_a_warning(
    tmp_path, now, make_certificate, make_metadata
):
    content = make_metadata(make_certificate(ends=now + timedelta(days=20)))

    said = keep(tmp_path, STACK, content, now).said

    assert any("warning: the certificate: it ends in 20 days" in line for line in said)


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"<!DOCTYPE html><html><body>Sign in</body></html>", "This is a web page"),
        (b"", "is empty"),
        (b"-----BEGIN CERTIFICATE-----\n", "This is a PEM file"),
        (
            b'<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata"><SPSSODescriptor/>'
            b"</EntityDescriptor>",
            "metadata of a service provider",
        ),
    ],
)
def test_another_file_is_named_and_nothing_is_kept(tmp_path, now, content, what):
    with pytest.raises(MetadataError, match=what):
        keep(tmp_path, STACK, content, now)

    assert [] == list(tmp_path.iterdir())


def test_an_expired_certificate_is_refused_and_the_old_file_stays(
    tmp_path, now, make_certificate, make_metadata
):
    good = make_metadata(make_certificate())
    kept = keep(tmp_path, STACK, good, now)

    with pytest.raises(MetadataError, match="it ended on"):
        keep(tmp_path, STACK, make_metadata(make_certificate(ends=now - timedelta(days=1))), now)

    assert good == kept.path.read_bytes()


def test_a_second_certificate_needs_a_choice(tmp_path, now, make_certificate, make_metadata):
    first, second = make_certificate(), make_certificate(slot=1)
    content = make_metadata(first, second)

    with pytest.raises(MetadataError, match="Google lists 2 certificates"):
        keep(tmp_path, STACK, content, now)

    chosen = SamlAppSettings(certificate=parse_der(second).fingerprint)
    said = keep(tmp_path, Settings("C01sandbx", chosen), content, now).said
    assert f"Certificate: {parse_der(second)}" in said


def test_a_second_certificate_beside_the_old_one_is_kept_and_the_recorded_one_stays(
    tmp_path, now, make_certificate, make_metadata
):
    old, new = make_certificate(), make_certificate(slot=1)
    keep(tmp_path, STACK, make_metadata(old), now)

    said = keep(tmp_path, STACK, make_metadata(old, new), now).said

    assert "The file lists 2 certificates, before 1." in said
    assert f"New: {parse_der(new)}" in said
    assert "The recorded certificate stays until tenant.saml_app.certificate names another." in said


def test_where_the_old_one_ended_the_file_with_the_new_one_is_kept(
    tmp_path, now, make_certificate, make_metadata
):
    old, new = make_certificate(ends=now + timedelta(days=2)), make_certificate(slot=1)
    named = Settings("C01sandbx", SamlAppSettings(certificate=parse_der(old).fingerprint))
    keep(tmp_path, named, make_metadata(old), now)

    said = keep(tmp_path, named, make_metadata(old, new), now + timedelta(days=3)).said

    assert any("warning: the certificate: it ended on" in line for line in said)


def test_another_google_account_is_refused_unless_one_insists(
    tmp_path, now, make_certificate, make_metadata
):
    content = make_metadata(make_certificate(), **OTHER)

    with pytest.raises(MetadataError, match="the Google account C09other9; the stack's is C01san"):
        keep(tmp_path, STACK, content, now)

    assert keep(tmp_path, STACK, content, now, any_account=True).path.exists()


def test_my_customer_says_nothing_of_the_account(tmp_path, now, make_certificate, make_metadata):
    content = make_metadata(make_certificate(), **OTHER)

    assert keep(tmp_path, Settings("my_customer", STACK.app), content, now).path.exists()


def test_the_stack_says_which_file_and_which_certificate():
    settings = settings_of({"google": GOOGLE, "saml_app": {"idp_metadata": "google.xml"}})

    assert ("C01sandbx", "google.xml") == (settings.customer, settings.app.idp_metadata)


def test_a_wrong_configuration_is_named():
    with pytest.raises(FlexSsoError, match="mistake at customer"):
        settings_of({"google": {"domain": "acme.example"}})


def test_a_file_that_is_not_there_is_said(tmp_path):
    with pytest.raises(FlexSsoError, match="No such file"):
        read(str(tmp_path / "nothing.xml"))
