"""A person's word: for what, by whom, of which values."""

from __future__ import annotations

import json

import pytest

from models.attestation import FILE, attest, attestable, read_attestations
from models.errors import FlexSsoError
from models.handoff import Handoff
from tests.cli.handoffs import outputs


def handoff(**changes: object) -> Handoff:
    return Handoff.model_validate(outputs(**changes)["handoff"])


def test_a_word_is_kept_with_name_and_date(tmp_path, now):
    attest(tmp_path, handoff(), "user_access", " Ada Lovelace ", now)

    written = json.loads((tmp_path / FILE).read_text())
    assert "Ada Lovelace" == written["user_access"]["by"]
    assert "2026-11-01T12:00:00Z" == written["user_access"]["at"]
    assert "Ada Lovelace, 2026-11-01" == str(read_attestations(tmp_path)["user_access"])


def test_words_about_other_screens_stay(tmp_path, now):
    attest(tmp_path, handoff(), "user_access", "Ada", now)
    attest(tmp_path, handoff(), "flex_connection", "Grace", now)

    assert {"user_access", "flex_connection"} == set(read_attestations(tmp_path))


def test_a_word_holds_for_these_values_and_no_others(tmp_path, now):
    given = attest(tmp_path, handoff(), "flex_connection", "Ada", now)

    assert given.holds_for(attestable(handoff())["flex_connection"])
    changed = handoff(friendly_name="Another name")
    assert not given.holds_for(attestable(changed)["flex_connection"])


@pytest.mark.parametrize("step", ["sign_in", "google_app", "flex_page_a"])
def test_what_is_observed_can_not_be_attested(tmp_path, now, step):
    with pytest.raises(FlexSsoError, match=f"{step} is observed, not attested"):
        attest(tmp_path, handoff(), step, "Ada", now)

    assert {} == read_attestations(tmp_path)


def test_an_unknown_step_gets_the_list(tmp_path, now):
    with pytest.raises(FlexSsoError, match="no step 'user-access'") as caught:
        attest(tmp_path, handoff(), "user-access", "Ada", now)

    assert "user_access" in caught.value.hint


@pytest.mark.parametrize("name", ["", "  "])
def test_nobody_can_not_attest(tmp_path, now, name):
    with pytest.raises(FlexSsoError, match="needs a name"):
        attest(tmp_path, handoff(), "user_access", name, now)


@pytest.mark.parametrize("content", ["", "[]", '{"user_access": {"by": ""}}'])
def test_a_damaged_file_is_said_and_not_overwritten(tmp_path, now, content):
    (tmp_path / FILE).write_text(content)

    with pytest.raises(FlexSsoError, match="Can't read"):
        attest(tmp_path, handoff(), "user_access", "Ada", now)

    assert content == (tmp_path / FILE).read_text()
