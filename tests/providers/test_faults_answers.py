"""Answers that are none of the API's, pages in the place of sentences, and days of waiting."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from models.errors import RateLimitedError, UnreachableError
from providers.google import failures as google
from providers.google.answers import misfit_of
from providers.plain_text import plain
from providers.retry import asked_wait
from providers.twilio import answers
from providers.twilio import failures as twilio
from providers.twilio.flex_api import FlexApi
from tests.providers.vendor import ENHANCED

SCHEMAS = {
    "User": {
        "type": "object",
        "properties": {
            "primaryEmail": {"type": "string"},
            "suspended": {"type": "boolean"},
            "customSchemas": {"type": "object", "additionalProperties": {"type": "object"}},
            "aliases": {"type": "array", "items": {"type": "string"}},
        },
    }
}
ADA = {"primaryEmail": "ada@acme.example"}


@pytest.mark.parametrize(
    ("answer", "misfit"),
    [
        (ADA, ""),
        ({**ADA, "unknown": 1}, ""),
        ("<html>", "it is no object"),
        (None, "it is no object"),
        ([], "it is no object"),
        ({}, "it has no primaryEmail"),
        ({"primaryEmail": 7}, "it.primaryEmail is no string"),
        ({**ADA, "suspended": "no"}, "it.suspended is no boolean"),
        ({**ADA, "aliases": "x"}, "it.aliases is no array"),
        ({**ADA, "aliases": ["x", 7]}, "it.aliases[] is no string"),
        ({**ADA, "customSchemas": {"HR": []}}, "it.customSchemas.HR is no object"),
    ],
)
def test_an_answer_of_google_fits_the_discovery_document_or_is_said_not_to(answer, misfit):
    assert misfit == misfit_of(answer, {"$ref": "User"}, SCHEMAS, "it")


@pytest.mark.parametrize("text", ["", "<html>", "null", "[]", '"x"', "7", "{", "[" * 100_000])
def test_what_is_no_json_object_is_no_answer_of_twilio(text):
    with pytest.raises(UnreachableError, match=r"^Twilio's answer "):
        answers.json_object(text, "looking")


def test_a_next_page_elsewhere_does_not_get_the_key(settings, pretend_world):
    page = {"workers": [], "meta": {"next_page_url": "https://evil.example/v1/Workspaces/x"}}
    host = "taskrouter.twilio.com"
    pretend_world.faults[:] = [{"host": host, "status": 200, "body": page}]

    with pytest.raises(UnreachableError, match="next page elsewhere"):
        list(FlexApi(settings, ENHANCED).workers("WS" + "5a" * 16))


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("<html><style>x{}</style><b>502.</b>\n\n<p>That is  an error", "502. That is an error"),
        ("a\x1b[31mb\x00c\u202ed", "a [31mb c d"),
        ("<" * 50_000, "<" * 200),
        ("x" * 5000, "x" * 200),
    ],
)
def test_a_page_becomes_a_part_of_a_sentence(body, text):
    assert text == plain(body)


def test_both_forms_of_retry_after_are_understood():
    soon = format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True)

    assert asked_wait("7") == 7
    assert 25 < (asked_wait(soon) or 0) <= 30
    assert asked_wait("Wed, 21 Oct 2015 07:28:00 GMT") == 0
    assert [None, None, None, None] == [asked_wait(text) for text in (None, "", "soon", "\u0667")]


@pytest.mark.parametrize("vendor", [google, twilio])
def test_a_day_is_not_waited_for(vendor):
    error = vendor.translate(429, "Slow down.", "reading", "86400")

    assert isinstance(error, RateLimitedError)
    assert not error.temporary
    assert "it asks to wait 86400 s" in str(error)
    assert vendor.translate(429, "Slow down.", "reading", "30").temporary
