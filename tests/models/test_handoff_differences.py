"""What differs is marked on its field alone, with both values, and leads to the form as it is."""

from __future__ import annotations

import pytest

from models.app_history import GONE
from models.flex import Generation, Way
from models.handoff import Handoff, build_handoff
from models.observation import Difference
from models.phase import Phase
from tests.models.test_handoff import ACCOUNT, facts

OTHER = "https://other.example/"


def document(where: str, field: str, observed: str = OTHER, **changes: object) -> Handoff:
    """A hand-off in which one field differs; `where` is google or flex."""
    one = Difference(field=field, recorded="https://recorded.example/", observed=observed)
    phase = changes.pop("phase", Phase.DRIFTED)
    return build_handoff(facts(phase, **{f"{where}_differences": [one]}, **changes))


def marked(handoff: Handoff) -> list[tuple[str, str, str]]:
    return [
        (step.id, field.label, field.observed)
        for step in handoff.steps
        for screen in step.screens
        for field in screen.fields
        if field.observed
    ]


@pytest.mark.parametrize(
    ("where", "field", "changes", "step", "label"),
    [
        ("google", "acs_url", {}, "google_app", "ACS URL"),
        ("google", "sp_entity_id", {}, "google_app", "Entity ID"),
        ("google", "acs_url", {"migration": Way.MODIFY}, "migration_google", "ACS URL"),
        ("google", "acs_url", {"migration": Way.CREATE}, "migration_google", "ACS URL"),
        ("flex", "sso_url", {}, "flex_page_b", "Single Sign-On URL"),
        ("flex", "acs_url", {}, "flex_page_a", "ACS URL"),
        ("flex", "sso_url", {"migration": Way.CREATE}, "migration_flex", "Single Sign-On URL"),
        (
            "flex",
            "sso_url",
            {"generation": Generation.LEGACY},
            "flex_form",
            "SINGLE SIGN-ON URL",
        ),
        (
            "flex",
            "acs_url",
            {"generation": Generation.LEGACY},
            "flex_form",
            "USES IAM.TWILIO.COM",
        ),
        (
            "flex",
            "sso_url",
            {"phase": Phase.AWAITING_FLEX_FORM},
            "flex_page_b",
            "Single Sign-On URL",
        ),
    ],
)
def test_one_field_is_marked_and_its_step_alone_waits(where, field, changes, step, label):
    handoff = document(where, field, **changes)

    assert [(step, label, OTHER)] == marked(handoff)
    assert [step] == [one.id for one in handoff.steps if one.waiting]
    held = next(one for one in handoff.steps if one.id == step)
    assert not held.done
    assert OTHER in held.differs
    assert "https://recorded.example/" in held.differs


def test_what_does_not_differ_stays_done_and_a_sign_in_is_wanted_again():
    handoff = document("google", "acs_url", connection="JQ1", proof="ada signed in")

    assert ["flex_page_a", "flex_page_b"] == [one.id for one in handoff.steps if one.done]
    assert ["Flex's connection is JQ1", ""] == [handoff.steps[0].seen, handoff.steps[3].seen]


def test_the_way_leads_to_the_form_that_is_there_not_to_a_second_one():
    google = document("google", "acs_url").steps[1]
    flex = document("flex", "sso_url").steps[2]

    assert ["Twilio Flex"] == google.path
    assert [("Service provider details", "SAVE")] == [(s.open, s.button) for s in google.screens]
    assert [ACCOUNT, "Flex", "Users and access", "Single sign-on (SSO)", "Edit"] == flex.path
    assert flex.shortcut is not None
    assert ["Edit"] == flex.shortcut.path
    assert ["Set up your Twilio Flex SSO"] == [screen.title for screen in flex.screens]


def test_a_deleted_app_is_made_again_by_the_whole_wizard():
    handoff = document("google", "sp_entity_id", GONE)

    google = handoff.steps[1]
    assert [] == marked(handoff)
    assert ["Add custom SAML app"] == google.path
    assert "the app was deleted" in google.differs
    assert 5 == len(google.screens)


def test_a_connection_that_is_off_has_no_field_but_a_step():
    handoff = document("flex", "connection", f"{ACCOUNT} (not active)")

    assert [] == marked(handoff)
    assert [("flex_page_b", True)] == [(s.id, s.waiting) for s in handoff.steps if s.differs]
