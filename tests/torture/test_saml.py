"""Hostile SAML at both doors, and that the figure can find something."""

from __future__ import annotations

import pytest

from models import saml_signature
from models.finding import Finding, Result
from tools.torture.figure import Scope
from tools.torture.saml import saml, vectors

REMEMBERED = Finding(check="replay", result=Result.MATCH, note="begun at Flex")
pytestmark = pytest.mark.xdist_group("torture")


def test_every_hostile_response_is_refused_for_its_own_reason():
    figure = saml(Scope())

    assert figure.cases == 2 * len([*vectors()]) + 9 > 160
    assert [] == figure.wrong


def test_a_door_that_looks_at_no_algorithm_is_found_out(monkeypatch):
    monkeypatch.setattr(saml_signature, "_check_algorithms", lambda _info: None)

    assert "explain: rsa sha1" in " ".join(saml(Scope()).wrong)


def test_an_explain_that_claims_to_remember_requests_is_found_out(monkeypatch):
    from models import saml_response  # noqa: PLC0415

    monkeypatch.setattr(saml_response, "_from_memory", lambda _root: [REMEMBERED])

    assert "explain: answers a request that nobody made: claims to know" in " ".join(
        saml(Scope()).wrong
    )
