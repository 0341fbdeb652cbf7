"""The proof of a sign-in: Google's word and Flex's word about one person, both after the change."""

from __future__ import annotations

from datetime import timedelta

import pytest

from providers.evidence import WhereToLook, prove_sign_in
from sandbox.clock import rfc3339
from sandbox.google import activities
from sandbox.twilio import workers
from sandbox.twilio.accounts import find_account
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
