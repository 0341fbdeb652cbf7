"""The proof of a sign-in: Google's word and Flex's word about one person, both after the change."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from models.certificate import parse_der
from providers.evidence import WhereToLook, in_force_since, prove_sign_in
from sandbox.clock import Clock, rfc3339
from sandbox.google import activities
from sandbox.twilio import workers
from sandbox.twilio.accounts import find_account
from tests.idp_files import _certificate
from tests.providers.vendor import CUSTOMER, ENHANCED, Vendor

WHERE = WhereToLook(
    customer=CUSTOMER,
    app_name="Twilio Flex",
    schema_name="HR",
    roles_field="Roles",
    account_sid=ENHANCED,
    workspace_sid="WS" + "5a" * 16,
)
ADA = "ada@acme.example"
LONG_AGO = "2000-01-01T00:00:00Z"


@pytest.fixture
def world(pretend_world):
    """Ada has the role `agent` at Google (in a field that a person added to HR)."""
    schemas = Vendor(pretend_world.base, pretend_world.state_dir).directory().schemas()
    field = {"fieldName": "Roles", "displayName": "Roles", "fieldType": "STRING"}
    key = {"customerId": CUSTOMER, "schemaKey": "HR"}
    live = schemas.get(**key).execute()
    live["fields"].append({**field, "multiValued": True})
    schemas.update(**key, body=live).execute()
    vendor = Vendor(pretend_world.base, pretend_world.state_dir)
    vendor.set_values(ADA, {"HR": {"Roles": [{"value": "agent"}]}})
    return pretend_world


def google_refuses(world, why, email=ADA):
    parameters = {"application_name": "Twilio Flex", "initiated_by": "sp", "failure_type": why}
    event = {"type": "login", "name": "login_failure", "parameters": parameters}
    activities.record(world, CUSTOMER, "saml", email, event)


def google_tells_of_a_login(world, app="Twilio Flex", email=ADA):
    parameters = {"application_name": app, "initiated_by": "sp", "orgunit_path": "/"}
    event = {"type": "login", "name": "login_success", "parameters": parameters}
    activities.record(world, CUSTOMER, "saml", email, event)


def flex_has_a_worker(world, roles, email=ADA):
    account = find_account(world.store, ENHANCED)
    return workers.create(world, account, email, {"roles": roles, "email": email})


def test_both_words_together_are_a_proof(world, settings):
    google_tells_of_a_login(world)
    flex_has_a_worker(world, ["agent"])

    proof = prove_sign_in(settings, WHERE, LONG_AGO)

    assert (ADA, ["agent"], "sp", "") == (
        proof.email,
        proof.roles,
        proof.initiated_by,
        proof.why_not,
    )


def test_a_login_before_the_change_is_none(world, settings):
    google_tells_of_a_login(world)
    flex_has_a_worker(world, ["agent"])
    after = rfc3339(world.clock.now() + timedelta(seconds=90))

    proof = prove_sign_in(settings, WHERE, after)

    assert not proof.found
    assert "no login since the change" in proof.why_not


@pytest.mark.parametrize(
    ("why", "says"),
    [
        ("failure_app_not_enabled_for_user", "The app is OFF for this person"),
        ("failure_of_the_year_2040", "failure_of_the_year_2040"),
    ],
)
def test_a_refused_login_is_told_with_its_reason(world, settings, why, says):
    google_refuses(world, why)

    proof = prove_sign_in(settings, WHERE, LONG_AGO)

    assert not proof.found
    assert proof.why_not.startswith(f"Google refused {ADA} at ")
    assert says in proof.why_not


def test_of_a_login_that_is_no_proof_and_a_refused_one_the_newer_is_told(world, settings):
    google_tells_of_a_login(world)
    world.set_clock(60)
    google_refuses(world, "failure_app_not_enabled_for_user", "grace@acme.example")

    assert "Google refused grace@acme.example" in prove_sign_in(settings, WHERE, LONG_AGO).why_not

    world.set_clock(120)
    google_tells_of_a_login(world)

    assert "Flex has no such worker" in prove_sign_in(settings, WHERE, LONG_AGO).why_not


def test_a_login_after_a_refused_one_is_a_proof(world, settings):
    google_refuses(world, "failure_app_not_enabled_for_user")
    google_tells_of_a_login(world)
    flex_has_a_worker(world, ["agent"])

    assert prove_sign_in(settings, WHERE, LONG_AGO).found


def test_another_apps_login_is_none(world, settings):
    google_tells_of_a_login(world, app="Payroll")
    flex_has_a_worker(world, ["agent"])

    assert not prove_sign_in(settings, WHERE, LONG_AGO).found


def test_google_alone_is_not_enough(world, settings):
    google_tells_of_a_login(world)

    assert f"{ADA} logged in at Google, but Flex has no such worker" == (
        prove_sign_in(settings, WHERE, LONG_AGO).why_not
    )


def test_a_worker_of_earlier_days_is_not_enough(world, settings):
    world.set_clock(-86400)
    flex_has_a_worker(world, ["agent"])
    world.set_clock(0)
    google_tells_of_a_login(world)

    assert "Flex did not take it in" in prove_sign_in(settings, WHERE, LONG_AGO).why_not


def test_other_roles_are_named_on_both_sides(world, settings):
    google_tells_of_a_login(world)
    flex_has_a_worker(world, ["admin"])

    assert f"{ADA} has roles ['admin'] in Flex and ['agent'] at Google" == (
        prove_sign_in(settings, WHERE, LONG_AGO).why_not
    )


def test_one_good_sign_in_among_failures_is_enough(world, settings):
    flex_has_a_worker(world, ["agent"])
    google_tells_of_a_login(world)
    google_tells_of_a_login(world, email="grace@acme.example")

    assert ADA == prove_sign_in(settings, WHERE, LONG_AGO).email


def test_not_being_able_to_look_is_a_reason_and_no_crash(world, settings):
    world.faults[:] = [{"host": "admin.googleapis.com", "path": "/reports/", "status": 403}]

    assert "Google answered 403" in prove_sign_in(settings, WHERE, LONG_AGO).why_not


# A record that was in force before it was recorded -----------------------------------------------

US = "urn:flex:JQ" + "ab" * 16


def log_tells(world, name, when):
    parameters = {
        "SAML2_SERVICE_PROVIDER_NAME": "Twilio Flex",
        "SAML2_SERVICE_PROVIDER_ENTITY_ID": US,
    }
    event = {"type": "SAML2_SERVICE_PROVIDER_CONFIG_SETTINGS", "name": name}
    earlier = replace(world, clock=Clock(when - world.clock.now()))
    activities.record(
        earlier, CUSTOMER, "admin", "root@acme.example", event | {"parameters": parameters}
    )


def certificate(begins):
    return parse_der(_certificate(begins=begins)).pem


@pytest.mark.parametrize(
    ("changed", "begins", "since"),
    [
        (None, 400, 30),  # nothing is known: a month counts
        (20, 400, 20),  # the app was changed since
        (20, 10, 10),  # the certificate is younger
        (100, 400, 30),
    ],
)
def test_sign_ins_count_from_the_last_thing_that_is_known(world, settings, changed, begins, since):
    now = world.clock.now()
    if changed is not None:
        log_tells(world, "CREATE_SAML2_SERVICE_PROVIDER_CONFIG", now - timedelta(days=changed))
    pem = certificate(now - timedelta(days=begins))

    found = in_force_since(settings, WHERE, US, pem, now)

    assert abs(now - timedelta(days=since) - found) < timedelta(minutes=1)


def test_a_deleted_app_proves_nothing(world, settings):
    now = world.clock.now()
    for days, verb in ((20, "CREATE"), (2, "DELETE")):
        name = f"{verb}_SAML2_SERVICE_PROVIDER_CONFIG"
        log_tells(world, name, now - timedelta(days=days))

    pem = certificate(now - timedelta(days=400))
    assert now == in_force_since(settings, WHERE, US, pem, now)


def test_without_googles_log_only_what_comes_counts(world, settings):
    world.faults[:] = [{"host": "admin.googleapis.com", "path": "/reports/", "status": 403}]
    now = world.clock.now()

    assert now == in_force_since(settings, WHERE, US, certificate(now), now)
