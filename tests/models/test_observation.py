"""Judging what Flex showed: each phase, and drift by field with both values."""

import pytest

from models.flex import Generation
from models.observation import SsoObservation, SsoRecord, judge
from models.phase import Phase

CONNECTION = "JQ" + "0" * 32
SSO_URL = "https://accounts.google.com/o/saml2/idp?idpid=C01sandbx"
ENTITY_ID = f"urn:flex:{CONNECTION}"
ACS_URL = f"https://login.flex.us1.twilio.com/login/callback?connection={CONNECTION}"
RECORD = SsoRecord(
    generation=Generation.ENHANCED,
    connection=CONNECTION,
    acs_url=ACS_URL,
    sp_entity_id=ENTITY_ID,
    sso_url=SSO_URL,
)
SEEN = SsoObservation(active=True, sso_url=SSO_URL, issuer=ENTITY_ID, acs_url=ACS_URL)


@pytest.mark.parametrize(
    ("record", "seen", "last", "phase"),
    [
        ({"connection": None}, {}, None, Phase.AWAITING_CONNECTION),
        ({"sso_url": None}, {}, None, Phase.AWAITING_GOOGLE_APP),
        ({}, {"active": False, "sso_url": ""}, None, Phase.AWAITING_FLEX_FORM),
        ({}, {"sso_url": "https://wrong.example"}, None, Phase.AWAITING_FLEX_FORM),
        ({}, {}, None, Phase.ACTIVE),
        ({}, {}, Phase.ACTIVE, Phase.ACTIVE),
        ({}, {}, Phase.VERIFIED, Phase.VERIFIED),
        ({}, {}, Phase.DRIFTED, Phase.ACTIVE),
        ({}, {"sso_url": "https://wrong.example"}, Phase.ACTIVE, Phase.DRIFTED),
        ({}, {"active": False, "sso_url": ""}, Phase.VERIFIED, Phase.DRIFTED),
        ({}, {"sso_url": "", "why_not": "Flex answered 403"}, Phase.VERIFIED, Phase.DRIFTED),
        ({}, {"issuer": "", "acs_url": ""}, None, Phase.ACTIVE),
    ],
)
def test_phase(record, seen, last, phase):
    verdict = judge(RECORD.model_copy(update=record), SEEN.model_copy(update=seen), last)

    assert phase is verdict.phase


@pytest.mark.parametrize(
    ("field", "seen", "wanted"),
    [
        ("sso_url", {"sso_url": "https://other.example"}, SSO_URL),
        ("sp_entity_id", {"issuer": "urn:flex:other"}, ENTITY_ID),
        ("acs_url", {"acs_url": "https://other.example"}, ACS_URL),
    ],
)
def test_drift_names_the_field_and_both_values(field, seen, wanted):
    verdict = judge(RECORD, SEEN.model_copy(update=seen), Phase.VERIFIED)

    assert [(field, wanted)] == [(one.field, one.recorded) for one in verdict.drift]
    assert next(iter(seen.values())) in verdict.next_step
    assert wanted in verdict.next_step


def test_a_form_with_a_wrong_value_says_which_before_it_was_ever_active():
    verdict = judge(RECORD, SEEN.model_copy(update={"sso_url": "https://typo.example"}), None)

    assert "sso_url is https://typo.example" in verdict.next_step
