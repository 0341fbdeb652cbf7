"""The vendors' errors: found by code, found in a page, and all nine failure_types are there."""

from __future__ import annotations

import pytest

from models.failures_catalogue import CATALOGUE, failure_of, failures_in

# Reports API, activity events of `saml`: all values of failure_type.
FAILURE_TYPES = (
    "failure_app_not_configured_for_user",
    "failure_app_not_enabled_for_user",
    "failure_invalid_sp_id",
    "failure_invalid_user_id_mapping",
    "failure_malformed_request",
    "failure_no_passive",
    "failure_request_denied",
    "failure_unknown",
    "failure_user_id_mapping_unavailable",
)
# The codes of Twilio's clients that have to do with signing in, and of the APIs that are used.
TOKENS, FLEX = ("20003", "20101", "20104"), ("45002", "45003", "45004", "45010", "45050")
SESSIONS, SSO = ("45775", "45780"), ("70002", "70004", "70051", "70251", "70253")
TWILIOS = (*TOKENS, *FLEX, *SESSIONS, *SSO)


@pytest.mark.parametrize(
    "code",
    [*FAILURE_TYPES, *TWILIOS, "not_a_saml_app"],
)
def test_a_code_is_known(code):
    failure = failure_of(f" {code.upper()} ")

    assert failure is not None
    assert code in failure.codes
    assert failure.fix
    assert failure.where


def test_no_code_has_two_meanings():
    codes = [code.casefold() for failure in CATALOGUE for code in failure.codes]

    assert len(codes) == len(set(codes))


def test_a_longer_code_hides_its_part():
    page = "Error: app_not_configured_for_user. Service is not configured for this user."

    assert [failure_of("app_not_configured_for_user")] == failures_in(page)
    assert [failure_of("app_not_configured")] == failures_in("403. app_not_configured")


@pytest.mark.parametrize(
    "text", ["", "45051", "ticket 145050", "failure_", '"bodySize": 20003', "port 45010"]
)
def test_what_only_looks_like_a_code_is_none(text):
    assert [] == failures_in(text)
    assert None is failure_of(text)


@pytest.mark.parametrize(
    "text",
    [
        '{"code": 20003, "message": "Authenticate", "status": 401}',
        "Twilio answered 401 (code 20003)",
        "https://www.twilio.com/docs/errors/20003",
        "error code: 20003",
    ],
)
def test_a_number_is_a_code_where_it_is_called_one(text):
    assert [failure_of("20003")] == failures_in(text)


def test_flexs_own_sentence():
    text = "Log in failed. … details - Missing User Attributes. (error code 45050)"

    assert [failure_of("45050")] == failures_in(text)
