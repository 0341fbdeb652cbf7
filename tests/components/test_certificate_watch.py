"""Warnings in `up` before the certificate ends."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from components.certificate_watch import watch
from models.certificate import parse_der
from tests.idp_files import _certificate

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("days", "says"),
    [
        *((61, None), (60, None), (59, "plan"), (30, "plan")),
        *((29, "set the day"), (7, "set the day"), (6, "rotate it now"), (0, "rotate it now")),
    ],
)
def test_the_nearer_the_end_the_clearer_the_word(days, says, capsys):
    certificate = parse_der(_certificate(ends=NOW + timedelta(days=days, hours=1)))

    said = watch(certificate, "acme.prod", NOW)

    if says is None:
        assert [] == said
    else:
        assert says in said[0]
        assert f"ends in {days} days" in said[0]
        assert "./flexsso migrate certificate acme.prod" in said[0]
