"""Another account's SID, address or key is refused before anything is written."""

from __future__ import annotations

import pytest

from models.errors import TenantConfigError, UnreachableError
from providers.settings import Settings
from providers.twilio.account import refuse_other_account
from providers.twilio.flex_configuration import FlexConfigurationProvider
from tests.providers.vendor import ENHANCED

FALCON = "acme-falcon-1234"
LEGACY, HERON = "AC" + "1e" * 16, "acme-heron-4321"
NOBODY = "AC" + "9" * 32


def refused(settings: Settings, account_sid: str, runtime_domain: str) -> str:
    with pytest.raises(TenantConfigError) as caught:
        refuse_other_account(settings, account_sid, runtime_domain)
    (line,) = caught.value.lines
    return line


def test_what_fits_costs_one_call_without_the_key(settings, pretend_world):
    refuse_other_account(settings, ENHANCED, FALCON)

    (call,) = pretend_world.store.page("request")
    assert "/v1/Configuration/Public?" in call["url"]


@pytest.mark.parametrize("account_sid", [LEGACY, NOBODY])
def test_an_account_that_the_key_is_not_of(settings, account_sid):
    assert refused(settings, account_sid, FALCON) == (
        f"tenant.flex.account_sid: is {account_sid}, but the Twilio key belongs to {ENHANCED}"
        f" (flex.twilio.com/{FALCON}) (write {ENHANCED} if that is this tenant's Flex,"
        f" else use a key of {account_sid})"
    )


def test_an_address_of_another_account(settings):
    assert refused(settings, ENHANCED, HERON) == (
        f"tenant.flex.runtime_domain: is {HERON}, but the account's is {FALCON} (write {FALCON})"
    )


@pytest.mark.parametrize("status", [200, 404])
def test_where_nobody_is_told_the_key_decides(settings, pretend_world, status):
    body = {"configurations": []}
    fault = {"path": "/v1/Configuration/Public", "times": 9, "status": status, "body": body}
    pretend_world.faults[:] = [fault]

    refuse_other_account(settings, ENHANCED, FALCON)

    assert HERON in refused(settings, ENHANCED, HERON)


def test_a_document_that_names_no_account_is_no_answer(settings, pretend_world):
    fault = {"path": "/v1/Configuration", "times": 9, "status": 200, "body": {}}
    pretend_world.faults[:] = [fault]

    with pytest.raises(UnreachableError, match="has no text in account_sid"):
        refuse_other_account(settings, NOBODY, FALCON)


@pytest.mark.parametrize(
    "verb",
    [
        lambda it, wanted: it.create(wanted),
        lambda it, wanted: it.update(LEGACY, wanted, wanted),
        lambda it, wanted: it.read(LEGACY, wanted),
        lambda it, wanted: it.delete(LEGACY, {**wanted, "changed": True, "before": False}),
    ],
    ids=["create", "update", "read", "delete"],
)
def test_account_and_address_fit_but_the_key_is_anothers(configured, pretend_world, verb):
    """Twilio answers for the key's account: without this look another Flex would be changed."""
    wanted = {"account_sid": LEGACY, "runtime_domain": HERON, "login_popup": True}

    with pytest.raises(Exception, match=f"the Twilio key belongs to {ENHANCED}"):
        verb(configured(FlexConfigurationProvider), wanted)

    assert {"GET"} == {call["method"] for call in pretend_world.store.page("request")}
