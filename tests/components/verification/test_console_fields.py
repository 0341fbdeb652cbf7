"""Fields of both consoles in a report: certificate, trusted domains, and what nothing shows."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from models.finding import Result
from models.handoff import HandoffField, HandoffScreen
from models.idp_metadata import parse_idp_metadata
from sandbox.twilio import accounts
from sandbox.twilio.accounts import Connection, save_connection
from tests.providers.vendor import ENHANCED

JQ = "JQ" + "5a" * 16
SSO_URL = "https://accounts.google.com/o/saml2/idp?idpid=C01sandbx"
DESK = "https://desk.example"


@pytest.fixture
def metadata(scene, make_certificate, make_metadata):
    """A metadata file whose certificates end in so many days."""
    now = scene.world.clock.now()

    def make(*days):
        found = [
            make_certificate(begins=now - timedelta(days=900), ends=now + timedelta(days=n), slot=i)
            for i, n in enumerate(days)
        ]
        return parse_idp_metadata(make_metadata(*found))

    return make


# Certificate -----------------------------------------------------------------------------------


def test_an_ended_certificate_is_wrong_and_the_rest_is_looked_at(scene, metadata):
    report = scene.report(metadata=metadata(-1))

    [found] = [one for one in report.findings if one.check == "certificate_not_after"]
    assert (True, "Google admin") == (found.wrong, found.who)
    assert "it ended on" in found.note
    assert [one for one in report.findings if one.check == "workers"]


def test_one_that_ends_soon_is_a_warning(scene, metadata):
    [found] = scene.found("certificate_not_after", metadata=metadata(20.5))

    assert found.warning
    assert "it ends in 20 days" in found.note


def test_a_second_one_for_a_rotation_is_no_fault_once_one_is_recorded(scene, metadata):
    two = metadata(20.5, 1800)
    [undecided] = scene.found("certificate.choice", metadata=two)
    scene.sso["recorded"] = {"certificate": two.certificates[0].pem}
    [recorded] = scene.found("certificate.choice", metadata=two)

    assert (True, False) == (undecided.wrong, recorded.wrong)
    assert f"{two.certificates[0].fingerprint[:23]}…, which was recorded, stays" in recorded.note
    assert "./flexsso migrate certificate acme.prod" in recorded.where


def test_a_fingerprint_that_is_not_in_the_file(scene, metadata):
    scene.tenant["saml_app"] = {"certificate": ":".join(["AB"] * 32)}

    [found] = scene.found("certificate", metadata=metadata(1800))

    assert found.wrong
    assert "no certificate with the fingerprint" in found.note


def test_issuer_and_certificate_are_in_doubt_once_flex_takes_nobody_in(scene, metadata):
    known = metadata(1800)
    assert Result.MATCH is scene.found("issuer", metadata=known)[0].result

    scene.google_lets_in("grace@acme.example")

    for check in ("issuer", "certificate"):
        [found] = scene.found(check, metadata=known)
        assert Result.UNOBSERVABLE is found.result
        assert "Flex takes nobody in" in found.note


# Trusted domains -------------------------------------------------------------------------------


@pytest.mark.parametrize("generation", ["enhanced", "legacy"])
def test_a_trusted_domain_that_is_missing(scene, metadata, generation):
    known = metadata(1800)
    flex, name = {"trusted_domains": [DESK]}, JQ
    if generation == "legacy":
        flex |= {"generation": generation, "account_sid": "AC" + "1e" * 16}
        flex["runtime_domain"] = "acme-heron-4321"
        name = accounts.LEGACY
    else:
        flex["connection"] = JQ
    scene.tenant["flex"] |= flex
    pem = known.certificates[0].pem
    account_sid = flex.get("account_sid", ENHANCED)
    form = Connection(account_sid, name, active=True, sso_url=known.sso_url, certificate=pem)
    given = {"metadata": known, "connection": JQ if generation == "enhanced" else None}

    save_connection(scene.world.store, form)
    [missing] = scene.found("trusted_domain", **given)
    save_connection(scene.world.store, replace(form, trusted_domains=[DESK]))
    [there] = scene.found("trusted_domain", **given)

    assert ("(not trusted)", True) == (missing.observed, missing.wrong)
    assert "70002" in missing.note
    assert Result.MATCH is there.result
    assert (generation == "enhanced") == ("is inferred" in there.note)


# What nothing shows ----------------------------------------------------------------------------

FIELDS = {
    "ACS URL": "https://login.flex.us1.twilio.com/login/callback",
    "Entity ID": "urn:flex:JQ",
    "Start URL (optional)": "https://flex.twilio.com/acme",
    "Signed response": "on",
    "Name ID format": "EMAIL",
    "Name ID": "Basic Information > Primary email",
}
SCREEN = HandoffScreen(
    title="Service provider details",
    id="service_provider",
    fields=[HandoffField(label=label, value=value) for label, value in FIELDS.items()],
)


@pytest.mark.parametrize("proved", [True, False])
def test_the_screens_other_fields_are_proved_or_attested(scene, metadata, proved):
    scene.sso["proof"] = scene.sso["proof"] if proved else {}
    scene.tenant["flex"]["connection"] = JQ
    word = {"service_provider": "Ada Lovelace, 2026-11-01"}
    given = {"metadata": metadata(1800), "connection": JQ, "attested": word}

    report = scene.report(screens={"service_provider": SCREEN}, **given)

    found = {one.check.removeprefix("saml_app."): one for one in report.findings}
    for check in ("start_url", "name_id_format"):
        assert Result.UNOBSERVABLE is found[check].result
        assert "attested by Ada Lovelace, 2026-11-01" == found[check].note
    for check in ("signed_response", "name_id"):
        assert proved == (found[check].result is Result.MATCH)
    assert "Basic Information > Primary email" == found["name_id"].expected
    assert proved == (found["user_access"].result is Result.MATCH)


@pytest.mark.parametrize("proved", [True, False])
def test_without_a_word_a_working_sign_in_is_said_to_work(scene, metadata, proved):
    scene.sso["proof"] = scene.sso["proof"] if proved else {}
    scene.tenant["flex"]["connection"] = JQ
    given = {"metadata": metadata(1800), "connection": JQ}

    report = scene.report(screens={"service_provider": SCREEN}, **given)

    [start_url] = [one for one in report.findings if one.check == "saml_app.start_url"]
    said = "sign-in works with what is there" if proved else "nobody attested it"
    assert f"no API shows it, and {said}" == start_url.note


# Account ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("account_sid", ["AC" + "1e" * 16, "AC" + "9" * 32])
def test_another_tenants_account_is_named_alone(scene, account_sid):
    """Every other look at that Flex would blame a console for what nobody did there."""
    scene.tenant["flex"]["account_sid"] = account_sid

    first = scene.report().first_failing

    assert ("account_sid", "tenant.flex.account_sid") == (first.check, first.where)
    assert f"but the Twilio key belongs to {ENHANCED}" in first.note
    assert f"write {ENHANCED}" in first.hint
    assert not scene.found("connection")
    assert not scene.found("sso_url")


def test_a_mistyped_runtime_domain_is_the_stacks_mistake(scene):
    scene.tenant["flex"]["runtime_domain"] = "acme-falcn-1234"

    (found,) = scene.found("runtime_domain")

    assert found.wrong
    assert "is acme-falcn-1234, but the account's is acme-falcon-1234" == found.note
    assert "write acme-falcon-1234" == found.hint
