"""FlexSso: what it makes of what Flex shows, and whose sign-in it takes for a proof."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from models.flex import Generation
from providers.twilio.flex_sso import RECORDED, FlexSsoProvider
from providers.twilio.sign_in_probe import SignInProbe, find_connection
from sandbox.twilio.accounts import Connection, save_connection
from tests.providers.vendor import CUSTOMER, ENHANCED

JQ, OTHER = "JQ" + "ab" * 16, "JQ" + "cd" * 16
SSO_URL = f"https://accounts.google.com/o/saml2/idp?idpid={CUSTOMER}"
ISSUER = f"https://accounts.google.com/o/saml2?idpid={CUSTOMER}"
WANTED: dict[str, Any] = {
    "account_sid": ENHANCED,
    "generation": "enhanced",
    "runtime_domain": "acme-falcon-1234",
    "connection": JQ,
    "acs_url": f"https://login.flex.us1.twilio.com/login/callback?connection={JQ}",
    "sp_entity_id": f"urn:flex:{JQ}",
    "sso_url": SSO_URL,
    "issuer": ISSUER,
    "certificate": "…",
    "friendly_name": "Acme",
    "default_redirect_url": "https://flex.twilio.com/acme-falcon-1234",
    "evidence": {
        "customer": CUSTOMER,
        "app_name": "Twilio Flex",
        "schema_name": "Flex_Details",
        "roles_field": "Roles",
        "workspace_sid": "WS" + "5a" * 16,
    },
}
FORM = Connection(ENHANCED, JQ, active=True, sso_url=SSO_URL, issuer=ISSUER)


@pytest.fixture
def provider(configured) -> FlexSsoProvider:
    return configured(FlexSsoProvider)


@pytest.fixture
def form(pretend_world):
    """What somebody typed into the Twilio Console."""

    def fill(**changes: Any) -> None:
        save_connection(pretend_world.store, replace(FORM, **changes))

    return fill


def test_waits_for_the_connection_and_asks_nobody(provider, pretend_world):
    wanted = {key: value for key, value in WANTED.items() if key not in {"connection", "sso_url"}}
    made = provider.create(provider.check({}, wanted).inputs)

    assert "awaiting_connection" == made.outs["status"]
    assert [] == pretend_world.store.page("request")
    assert provider.diff(made.id, made.outs, provider.check({}, wanted).inputs).changes


def test_waits_for_googles_metadata(provider):
    wanted = {key: value for key, value in WANTED.items() if key != "sso_url"}

    assert "awaiting_google_app" == provider.create(wanted).outs["status"]


def test_waits_for_the_form_while_the_connection_is_off(provider, form):
    form(active=False, sso_url="")

    assert "awaiting_flex_form" == provider.create(WANTED).outs["status"]


def test_a_mistyped_sso_url_is_named_before_it_ever_worked(provider, form):
    form(sso_url=SSO_URL + "x")

    outs = provider.create(WANTED).outs
    assert "awaiting_flex_form" == outs["status"]
    assert f"sso_url is {SSO_URL}x, should be {SSO_URL}" in outs["next_step"]


def test_active_is_said_only_when_it_was_seen(provider, form):
    form()

    outs = provider.create(WANTED).outs
    assert "active" == outs["status"]
    assert "Google's log shows no login since the change" in outs["next_step"]


@pytest.mark.parametrize(
    ("changes", "field", "observed"),
    [
        ({"sso_url": "https://other.example/sso"}, "sso_url", "https://other.example/sso"),
        ({"active": False}, "connection", f"{JQ} (not active)"),
    ],
)
def test_drift_shows_what_is_there_in_the_place_of_what_should_be(
    provider, form, changes, field, observed
):
    form()
    made = provider.create(WANTED)
    form(**changes)

    seen = provider.read(made.id, made.outs)

    assert "drifted" == seen.outs["status"]
    assert observed == seen.inputs[field]
    assert [field] == [one["field"] for one in seen.outs["drift"]]
    assert provider.diff(made.id, seen.outs, provider.check({}, WANTED).inputs).changes

    form()
    again = provider.read(made.id, seen.outs)
    assert "active" == again.outs["status"]
    assert WANTED[field] == again.inputs[field]


def test_an_answer_that_asks_for_patience_is_no_drift(provider, form, pretend_world):
    form()
    made = provider.create(WANTED)
    fault = {"host": "services.twilio.com", "path": "/Authorize", "times": 1, "status": 503}
    pretend_world.faults[:] = [fault]

    assert "active" == provider.read(made.id, made.outs).outs["status"]


def test_destroy_forgets_the_record_and_leaves_the_console(provider, form, pretend_world):
    form()
    made = provider.create(WANTED)
    seen = len(pretend_world.store.page("request"))

    provider.delete(made.id, made.outs)

    assert seen == len(pretend_world.store.page("request"))


def test_the_only_connection_is_found_and_of_several_the_active_one(settings, form, pretend_world):
    assert find_connection(settings, ENHANCED) is None
    form(active=False)
    assert JQ == find_connection(settings, ENHANCED)
    save_connection(pretend_world.store, Connection(ENHANCED, OTHER, active=True))
    assert OTHER == find_connection(settings, ENHANCED)


def test_the_probe_reads_what_flex_sends_to_the_identity_provider(settings, form):
    form()

    seen = SignInProbe(settings, ENHANCED).look(Generation.ENHANCED, JQ, "acme-falcon-1234")

    assert (SSO_URL, WANTED["sp_entity_id"], WANTED["acs_url"]) == (
        seen.sso_url,
        seen.issuer,
        seen.acs_url,
    )


# The other generation -----------------------------------------------------------------------------

IAM = f"https://iam.twilio.com/v1/Accounts/{ENHANCED}/saml2"
OLD = {"generation": "legacy", "acs_url": IAM, "sp_entity_id": f"{IAM}/metadata"}
LEGACY_WANTED = {key: value for key, value in WANTED.items() if key != "connection"} | OLD
LONG_AGO = "2026-01-01T00:00:00Z"


def verified_legacy(**changes: Any) -> dict[str, Any]:
    """Outputs of a stack that worked on legacy SSO."""
    recorded = {key: value for key, value in LEGACY_WANTED.items() if key in RECORDED}
    worked = {"status": "verified", "next_step": "", "changed_at": LONG_AGO, "recorded": recorded}
    return LEGACY_WANTED | worked | {"proof": {"email": "ada@acme.example"}} | changes


def test_the_way_to_the_other_generation_is_no_drift(provider, form):
    form(active=False)

    outs = provider.update(ENHANCED, verified_legacy(), WANTED).outs

    assert ("awaiting_flex_form", True, {}) == (outs["status"], outs["moving"], outs["proof"])
    again = provider.update(ENHANCED, outs, WANTED).outs
    assert ("awaiting_flex_form", True) == (again["status"], again["moving"])
    assert "awaiting_flex_form" == provider.read(ENHANCED, outs).outs["status"]


@pytest.mark.parametrize("look", ["update", "read"])
def test_only_a_sign_in_after_the_other_generation_was_seen_counts(provider, form, look):
    form(active=False)
    outs = provider.update(ENHANCED, verified_legacy(), WANTED).outs | {"changed_at": LONG_AGO}
    form()

    seen = getattr(provider, look)(ENHANCED, outs, *([WANTED] if look == "update" else [])).outs

    assert ("active", False) == (seen["status"], seen["moving"])
    assert seen["changed_at"] > LONG_AGO


def test_who_never_signed_in_by_the_old_generation_begins_as_everybody(provider, form):
    form(active=False)
    waiting = verified_legacy(status="awaiting_flex_form", proof={})

    assert not provider.update(ENHANCED, waiting, WANTED).outs["moving"]


def test_a_change_within_a_generation_is_drift_as_ever(provider, form):
    form(active=False)
    before = verified_legacy() | WANTED | {"connection": OTHER}

    outs = provider.update(ENHANCED, before, WANTED).outs

    assert ("drifted", False) == (outs["status"], outs["moving"])


DESK = "https://desk.example/flex"


def test_a_trusted_domain_that_is_missing_is_drift_and_the_record_stays(provider, form):
    form(trusted_domains=[DESK])
    wanted = WANTED | {"trusted_domains": [DESK]}
    made = provider.create(wanted)
    assert "active" == made.outs["status"]

    form(trusted_domains=[])
    seen = provider.read(made.id, made.outs).outs

    assert "drifted" == seen["status"]
    assert f"trusted_domains is a list without {DESK}" in seen["next_step"]
    assert [DESK] == seen["trusted_domains"]
    form(trusted_domains=[DESK])
    assert "active" == provider.read(made.id, seen).outs["status"]


@pytest.mark.parametrize("status", [400, 403])
def test_another_answer_about_a_trusted_domain_proves_nothing(
    provider, form, pretend_world, status
):
    form()
    wanted = WANTED | {"trusted_domains": [DESK]}
    body = {"code": 20001, "message": "no", "status": status}
    fault = {"path": "/Authorize", "status": status, "body": body, "skip": 1}
    pretend_world.faults[:] = [fault]

    assert "active" == provider.create(wanted).outs["status"]
