"""What the hand-off says of each screen: seen, attested, or neither."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from cli.handoff import as_document
from cli.handoff_markdown import render_markdown
from cli.handoff_view import Mark, view_of
from models.attestation import Attestation, attestable
from models.flex import Generation
from models.handoff import Handoff
from models.observation import Difference
from models.phase import Phase
from tests.cli.handoffs import CERTIFICATE, outputs

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)


def marks(view) -> dict[str, Mark]:
    return {
        shown.screen.id: shown.mark
        for one in view.steps
        for shown in one.screens
        if shown.screen.id
    }


def word(given, screen_id: str) -> Attestation:
    screen = attestable(Handoff.model_validate(given["handoff"]))[screen_id]
    return Attestation(by="Ada", at=NOW, of=screen.digest)


def test_before_its_step_is_done_a_screen_waits():
    view = view_of(outputs(Phase.AWAITING_GOOGLE_APP), {}, NOW)

    assert Mark.WAITING is marks(view)["user_access"]
    assert Mark.LATER is marks(view)["flex_connection"]


def test_after_its_step_nothing_shows_it_and_the_command_to_vouch_is_given():
    view = view_of(outputs(Phase.ACTIVE), {}, NOW)

    assert {Mark.NOT_SHOWN} == set(marks(view).values())
    note = view.steps[1].screens[-1].note
    assert './flexsso handoff acme.prod --attest user_access --by "Your Name"' in note


def test_what_the_first_sign_in_proves_is_not_asked_of_a_person():
    view = view_of(outputs(Phase.ACTIVE), {}, NOW)

    google, form = view.steps[1], view.steps[2]
    assert "Service provider details, Attribute mapping, User access" == google.proved_later
    assert ("", "") == (google.unproved, form.proved_later)
    assert "Set up your Twilio Flex SSO" == form.unproved


@pytest.mark.parametrize(
    ("phase", "step", "commands"),
    [
        (
            Phase.AWAITING_GOOGLE_APP,
            1,
            [
                "./flexsso handoff acme.prod --metadata GoogleIDPMetadata.xml",
                "./flexsso up acme.prod",
            ],
        ),
        (Phase.AWAITING_FLEX_FORM, 2, ["./flexsso up acme.prod"]),
        (Phase.ACTIVE, 3, ["./flexsso up acme.prod"]),
    ],
)
def test_what_to_run_when_a_step_is_done(phase, step, commands):
    assert commands == view_of(outputs(phase), {}, NOW).steps[step].commands


def test_a_sign_in_shows_what_google_sends_but_not_what_flex_only_stores():
    seen = marks(view_of(outputs(Phase.VERIFIED), {}, NOW))

    assert Mark.SEEN is seen["user_access"] is seen["attribute_mapping"] is seen["service_provider"]
    assert Mark.NOT_SHOWN is seen["flex_connection"]


def test_a_persons_word_is_shown_with_name_and_date():
    given = outputs(Phase.VERIFIED)

    view = view_of(given, {"flex_connection": word(given, "flex_connection")}, NOW)

    assert Mark.ATTESTED is marks(view)["flex_connection"]
    assert "Attested by Ada, 2026-11-01." == view.steps[2].screens[-1].note


def test_a_word_for_other_values_does_not_count():
    before = outputs(Phase.VERIFIED, friendly_name="Old name")

    view = view_of(
        outputs(Phase.VERIFIED), {"flex_connection": word(before, "flex_connection")}, NOW
    )

    assert Mark.STALE is marks(view)["flex_connection"]


@pytest.mark.parametrize(
    ("phase", "who"),
    [
        (Phase.AWAITING_CONNECTION, "An administrator of the Twilio Console"),
        (Phase.AWAITING_GOOGLE_APP, "An administrator of the Google Admin console"),
        (Phase.ACTIVE, "One of the people who may sign in"),
        (Phase.VERIFIED, "Nobody"),
        (Phase.DRIFTED, "Somebody, who puts it back"),
    ],
)
def test_the_band_says_who_it_waits_for(phase, who):
    assert who == view_of(outputs(phase), {}, NOW).waits_for


@pytest.mark.parametrize(
    ("left", "soon"), [(61, False), (60, False), (59, True), (30, True), (7, True), (1, True)]
)
def test_certificate_days_are_counted_from_now(left, soon):
    given = outputs()
    ends = datetime.fromisoformat(given["certificate_not_after"])

    view = view_of(given, {}, ends - timedelta(days=left, seconds=1))

    assert left == view.certificate_days
    assert soon is view.certificate_ends_soon


APART = Difference(field="acs_url", recorded="https://right.example/", observed="https://wrong/")
DRIFT = {"google_differences": [APART], "proof": ""}


def test_a_drift_is_told_of_its_field_and_of_who_puts_it_back():
    view = view_of(outputs(Phase.DRIFTED, **DRIFT), {}, NOW)

    assert "An administrator of the Google Admin console, who puts it back" == view.waits_for
    assert ["Done", "Differs", "Done", "Later"] == [one.badge for one in view.steps]
    assert [Mark.DIFFERS] == [shown.mark for shown in view.steps[1].screens]


def test_markdown_has_both_values_of_a_drift():
    text = render_markdown(view_of(outputs(Phase.DRIFTED, **DRIFT), {}, NOW))

    assert "**ACS URL** differs. It is now:\n\n```\nhttps://wrong/\n```\n\nPaste:" in text
    assert 1 == text.count("It is now")


def test_a_file_without_an_app_is_no_tick_of_the_app():
    given = outputs(Phase.AWAITING_FLEX_FORM, app_seen="")
    view = view_of(given, {}, NOW)

    assert "Seen in part" == view.steps[1].badge
    text = render_markdown(view)
    assert "- [x] seen: stacks/acme.prod/idp_metadata.xml is there\n- [ ] not seen yet: " in text
    assert "Google's admin log reports the app" not in text


def test_an_ended_certificate_has_no_days_left():
    text = render_markdown(view_of(outputs(), {}, NOW.replace(month=12, day=4)))

    assert "**ended on 2026-12-01**" in text
    assert "days left" not in text


def test_no_certificate_no_days():
    assert view_of({"handoff": outputs()["handoff"]}, {}, NOW).certificate_days is None


def test_an_unknown_value_is_said_to_be_unknown_and_has_nothing_to_copy():
    view = view_of(outputs(Phase.AWAITING_CONNECTION, sp=None, certificate=""), {}, NOW)

    acs_url = view.steps[1].screens[2].fields[0]
    assert "ACS URL" == acs_url.field.label
    assert acs_url.does.startswith("Not known yet")
    assert not acs_url.copies


def test_json_carries_marks_beside_the_words_of_the_consoles():
    document = as_document(view_of(outputs(Phase.ACTIVE), {}, NOW))

    screen = document["steps"][1]["screens"][-1]
    assert ("User access", "not_shown") == (screen["title"], screen["mark"])
    assert 30 == document["certificate"]["days_left"]


@pytest.mark.parametrize("generation", list(Generation))
def test_markdown_has_every_label_and_every_value(generation):
    given = outputs(generation=generation)

    text = render_markdown(view_of(given, {}, NOW))

    for step in given["handoff"]["steps"]:
        for screen in step["screens"]:
            assert f"### {screen['title']}" in text
            for field in screen["fields"]:
                assert f"**{field['label']}**" in text
                assert field["kind"] in {"tick", "leave"} or field["value"].rstrip() in text
    assert f"```\n{CERTIFICATE}```" in text


def test_a_value_can_not_end_its_code_block():
    text = render_markdown(view_of(outputs(friendly_name="a ``` b"), {}, NOW))

    assert "````\na ``` b\n````" in text
