"""SamlApp: a record that looks, and never forgets what it saw."""

from __future__ import annotations

import pytest

from models.certificate import parse_der
from models.errors import MetadataError
from providers.google.saml_app import SamlAppProvider, certificate_inputs
from sandbox.google import activities
from tests.providers.vendor import CUSTOMER

GOOD, WRONG = "https://login.example/acs?connection=JQ1", "https://evil.example/acs"
WANTED = {
    "customer": CUSTOMER,
    "name": "Twilio Flex",
    "start_url": "https://flex.twilio.com/acme",
    "attribute_mapping": {"email": "Basic Information > Primary email"},
    "acs_url": GOOD,
    "sp_entity_id": "urn:flex:JQ1",
    "sso_url": f"https://accounts.google.com/o/saml2/idp?idpid={CUSTOMER}",
    "entity_id": f"https://accounts.google.com/o/saml2?idpid={CUSTOMER}",
    "spid": "836979955467",
}


@pytest.fixture
def provider(configured) -> SamlAppProvider:
    return configured(SamlAppProvider)


@pytest.fixture
def admin(pretend_world):
    """What the admin log takes in."""

    def does(name: str, **values: str) -> None:
        parameters = {
            "SAML2_SERVICE_PROVIDER_NAME": "Twilio Flex",
            "SAML2_SERVICE_PROVIDER_ENTITY_ID": "urn:flex:JQ1",
            **values,
        }
        event = {"type": "SAML2_SERVICE_PROVIDER_CONFIG_SETTINGS", "parameters": parameters}
        event["name"] = f"{name[:6]}_SAML2_SERVICE_PROVIDER_CONFIG{name[6:]}"
        activities.record(pretend_world, CUSTOMER, "admin", "admin@acme.example", event)

    return does


def test_looks_again_until_the_app_was_seen(provider, admin):
    made = provider.create(WANTED)
    assert "" == made.outs["seen"]
    assert provider.diff(made.id, made.outs, WANTED).changes

    admin("CREATE")
    outs = provider.update(made.id, made.outs, WANTED).outs

    assert outs["seen"].startswith("the admin log of 20")
    assert not provider.diff(made.id, outs, WANTED).changes


def test_an_app_older_than_the_log_is_seen_by_a_login(provider, pretend_world):
    parameters = {"application_name": "Twilio Flex", "initiated_by": "sp"}
    event = {"type": "login", "name": "login_success", "parameters": parameters}
    activities.record(pretend_world, CUSTOMER, "saml", "ada@acme.example", event)

    assert provider.create(WANTED).outs["seen"].startswith("a login on 20")


def test_drift_stays_when_the_log_has_forgotten_it(provider, admin, pretend_world):
    admin("CREATE")
    made = provider.create(WANTED)
    admin("CHANGE_ACS_ENDPOINT", OLD_VALUE=GOOD, NEW_VALUE=WRONG)

    seen = provider.read(made.id, made.outs)
    for activity in pretend_world.store.page("google_activity"):
        pretend_world.store.delete("google_activity", activity["_key"])
    again = provider.read(made.id, seen.outs)

    for look in (seen, again):
        assert WRONG == look.inputs["acs_url"]
        assert [{"field": "acs_url", "recorded": GOOD, "observed": WRONG}] == look.outs["drift"]
    assert made.outs["seen"] == again.outs["seen"]

    admin("CHANGE_ACS_ENDPOINT", OLD_VALUE=WRONG, NEW_VALUE=GOOD)
    assert [] == provider.read(made.id, again.outs).outs["drift"]


def test_a_log_that_may_not_be_read_is_said_and_is_no_failure(provider, pretend_world):
    pretend_world.faults[:] = [{"path": "/reports/", "times": 9, "status": 403}]

    made = provider.create(WANTED)

    assert "Google answered 403" in made.outs["not_checked"]
    assert not provider.diff(made.id, made.outs, WANTED).changes


def test_the_tiles_address_follows_from_its_number(provider):
    assert (
        f"https://accounts.google.com/o/saml2/initsso?idpid={CUSTOMER}"
        "&spid=836979955467&forceauthn=false"
    ) == provider.create(WANTED).outs["login_url"]


def test_a_metadata_file_that_got_lost_is_said_and_the_record_kept(provider, admin):
    admin("CREATE")
    made = provider.create(WANTED)
    without = {key: value for key, value in WANTED.items() if key not in {"sso_url", "entity_id"}}

    with pytest.raises(MetadataError, match="the metadata file is gone"):
        provider.update(made.id, made.outs, without)


def test_an_app_of_another_name_was_not_seen_yet(provider, admin):
    admin("CREATE")
    made = provider.create(WANTED)
    drifted = made.outs | {"drift": [{"field": "acs_url", "recorded": GOOD, "observed": WRONG}]}

    outs = provider.update(made.id, drifted, WANTED | {"name": "Twilio Flex (enhanced)"}).outs

    assert ("", []) == (outs["seen"], outs["drift"])


def test_of_two_certificates_without_a_name_the_recorded_one_stays(make_certificate):
    old, new = parse_der(make_certificate()), parse_der(make_certificate(slot=1))
    both = {**WANTED, "listed": [new.pem, old.pem]}
    check = SamlAppProvider().check

    kept = check({**WANTED, **certificate_inputs(old)}, both)
    first = check({}, both)

    assert [] == kept.failures
    assert {**WANTED, **certificate_inputs(old), "description": ""} == kept.inputs
    (failure,) = first.failures
    assert "Google lists 2 certificates" in failure.reason
    assert "tenant.saml_app.certificate" in failure.reason


def test_a_row_that_leaves_the_mapping_is_said_to_leave_the_workers_old_values(capfd):
    skills = {"skills.stringarray": "Flex Details > Skills"}
    olds = WANTED | {"attribute_mapping": WANTED["attribute_mapping"] | skills}

    assert SamlAppProvider().diff("id", olds, WANTED).changes
    assert "skills.stringarray is no longer mapped, but workers keep the" in capfd.readouterr().err
    SamlAppProvider().diff("id", WANTED, olds)
    SamlAppProvider().diff("id", {}, WANTED)
    assert "no longer mapped" not in capfd.readouterr().err
