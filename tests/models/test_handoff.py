"""The hand-off: right words, right values, right order, marked by phase."""

import json

import pytest

from models.endpoints import Endpoints
from models.flex import Generation, Way, derive_sp_settings
from models.handoff import HandoffFacts, Kind, build_handoff
from models.handoff_migration import revert_to_legacy
from models.phase import Phase

CONNECTION = "JQ" + "ab" * 16
ACCOUNT = "AC" + "5a" * 16


def facts(phase: Phase = Phase.AWAITING_GOOGLE_APP, **changes: object) -> HandoffFacts:
    generation = changes.pop("generation", Generation.ENHANCED)
    given = {
        "stack": "acme.prod",
        "phase": phase,
        "next_step": "…",
        "generation": generation,
        "account_sid": ACCOUNT,
        "app_name": "Twilio Flex",
        "app_description": "",
        "sp": derive_sp_settings(generation, ACCOUNT, CONNECTION, "acme-falcon-1234"),
        "start_url": "https://flex.twilio.com/acme-falcon-1234",
        "mapping": {"email": "Basic Information > Primary email", "roles": "Flex Details > Roles"},
        "metadata_path": "stacks/acme.prod/idp_metadata.xml",
        "sso_url": "https://accounts.google.com/o/saml2/idp?idpid=C01sandbx",
        "idp_entity_id": "https://accounts.google.com/o/saml2?idpid=C01sandbx",
        "certificate": "-----BEGIN CERTIFICATE-----\n…\n-----END CERTIFICATE-----\n",
        "friendly_name": "Acme (acme.prod)",
        "default_redirect_url": "https://flex.twilio.com/acme-falcon-1234",
        "trusted_domains": [],
        "login_popup": False,
    }
    return HandoffFacts.model_validate(given | changes)


def values(handoff, step_id):
    step = next(step for step in handoff.steps if step.id == step_id)
    return [(field.label, field.value) for screen in step.screens for field in screen.fields]


def test_enhanced_goes_flex_google_flex():
    assert ["flex_page_a", "google_app", "flex_page_b", "sign_in"] == [
        step.id for step in build_handoff(facts()).steps
    ]


def test_legacy_has_one_form_with_its_own_labels():
    handoff = build_handoff(facts(generation=Generation.LEGACY))

    assert ["google_app", "flex_form", "sign_in"] == [step.id for step in handoff.steps]
    labels = [label for label, _ in values(handoff, "flex_form")]
    assert "IDENTITY PROVIDER ISSUER" in labels
    assert "USES IAM.TWILIO.COM" in labels


def test_google_gets_flexs_values_and_flex_gets_googles():
    handoff = build_handoff(facts())

    google, flex = values(handoff, "google_app"), values(handoff, "flex_page_b")
    assert (
        "ACS URL",
        f"https://login.flex.us1.twilio.com/login/callback?connection={CONNECTION}",
    ) in google
    assert ("Entity ID", f"urn:flex:{CONNECTION}") in google
    assert ("Signed response", "on") in google
    assert ("Identity Provider Issuer", facts().idp_entity_id) in flex
    assert ("Single Sign-On URL", facts().sso_url) in flex
    assert ("X.509 Certificate", facts().certificate) in flex


def test_mapping_stands_in_rows_as_on_the_screen():
    google = values(build_handoff(facts()), "google_app")
    start = google.index(("Google Directory attributes", "Basic Information > Primary email"))

    assert [
        ("App attributes", "email"),
        ("Google Directory attributes", "Flex Details > Roles"),
        ("App attributes", "roles"),
    ] == google[start + 1 : start + 4]


@pytest.mark.parametrize(
    ("phase", "done", "waiting"),
    [
        (Phase.AWAITING_CONNECTION, [], ["flex_page_a"]),
        (Phase.AWAITING_GOOGLE_APP, ["flex_page_a"], ["google_app"]),
        (Phase.AWAITING_FLEX_FORM, ["flex_page_a", "google_app"], ["flex_page_b"]),
        (Phase.ACTIVE, ["flex_page_a", "google_app", "flex_page_b"], ["sign_in"]),
        (Phase.VERIFIED, ["flex_page_a", "google_app", "flex_page_b", "sign_in"], []),
        (Phase.DRIFTED, [], []),
    ],
)
def test_steps_are_marked_by_what_was_observed(phase, done, waiting):
    handoff = build_handoff(facts(phase))

    assert done == [step.id for step in handoff.steps if step.done]
    assert waiting == [step.id for step in handoff.steps if step.waiting]


EVERY_WAY = [
    {},
    {"generation": Generation.LEGACY},
    {"migration": Way.MODIFY},
    {"migration": Way.CREATE},
]


@pytest.mark.parametrize("changes", EVERY_WAY)
@pytest.mark.parametrize("known", [True, False])
def test_every_field_has_its_trap_in_one_line(changes, known):
    unknown = {} if known else {"sp": None, "certificate": "", "app_description": "For Flex"}
    steps = build_handoff(facts(**changes, **unknown)).steps
    back = revert_to_legacy(
        ACCOUNT,
        Way.MODIFY,
        derive_sp_settings(Generation.LEGACY, ACCOUNT, None, "acme-falcon-1234"),
    )

    for step in [*steps, back]:
        for screen in step.screens:
            for field in screen.fields:
                assert field.trap, (step.id, field.label)
                assert "\n" not in field.trap


@pytest.mark.parametrize("changes", EVERY_WAY)
@pytest.mark.parametrize("phase", [phase for phase in Phase if phase is not Phase.DRIFTED])
def test_a_done_step_says_by_what_it_was_seen(phase, changes):
    proof = "ada@acme.example signed in" if phase is Phase.VERIFIED else ""
    handoff = build_handoff(facts(phase, **changes, connection=CONNECTION, proof=proof))

    assert [] == [step.id for step in handoff.steps if step.done and not step.seen]
    assert [] == [step.id for step in handoff.steps if not step.done and step.seen + step.unseen]


@pytest.mark.parametrize(
    ("known", "seen", "unseen"),
    [
        ({"app_seen": "the app is in the admin log"}, "and the app is in the admin log", ""),
        ({}, "is there", "admin log does not tell of one named Twilio Flex yet"),
        ({"app_not_checked": "no right to reports"}, "is there", "(no right to reports)"),
    ],
)
def test_the_metadata_file_is_no_proof_of_the_app(known, seen, unseen):
    """DOWNLOAD METADATA comes before FINISH, and the log lags."""
    step = build_handoff(facts(Phase.AWAITING_FLEX_FORM, **known)).steps[1]

    assert step.seen.endswith(seen)
    assert unseen in step.unseen
    assert bool(unseen) == bool(step.unseen)


def test_a_sign_in_shows_the_app_whatever_the_log_says():
    step = build_handoff(facts(Phase.VERIFIED, proof="ada@acme.example signed in")).steps[1]

    assert "the sign-in shows the app" in step.seen
    assert "" == step.unseen


@pytest.mark.parametrize("changes", EVERY_WAY)
def test_twilios_steps_have_a_straight_link_and_the_clicks(changes):
    endpoints = Endpoints(base="http://127.0.0.1:8765")
    steps = build_handoff(facts(**changes, endpoints=endpoints)).steps

    for step in steps:
        if step.console != "Twilio Console":
            assert step.shortcut is None
            continue
        assert step.shortcut is not None
        assert f"{endpoints.base}/console.twilio.com/us1/" in step.shortcut.link
        assert ACCOUNT == step.shortcut.account == step.path[0]
        assert step.path[4:] == step.shortcut.path


def test_popup_is_ticked_only_if_wanted():
    def kind(popup: bool) -> Kind:
        step = build_handoff(facts(login_popup=popup)).steps[2]
        return next(f.kind for f in step.screens[1].fields if f.label == "Login using popup")

    assert Kind.TICK is kind(True)
    assert Kind.LEAVE is kind(False)


def test_each_console_is_visited_as_somebody():
    known = {
        "google_domain": "acme.example",
        "google_customer": "C01sandbx",
        "people_in": "`stacks/acme.prod/roles.csv`",
    }
    steps = {one.id: one.account for one in build_handoff(facts(**known)).steps}

    assert "As an administrator of `acme.example`" in steps["google_app"]
    assert "customer id under Account > Account settings is `C01sandbx`" in steps["google_app"]
    assert "As one of the people in `stacks/acme.prod/roles.csv`." == steps["sign_in"]


def test_a_customer_without_an_id_of_its_own_is_named_by_its_domain():
    known = {"google_domain": "acme.example", "google_customer": "my_customer"}
    steps = {one.id: one.account for one in build_handoff(facts(**known)).steps}

    assert "As an administrator of `acme.example`." == steps["google_app"]
    assert "As one of the people who have roles here." == steps["sign_in"]


def test_it_survives_json():
    handoff = build_handoff(facts())

    assert handoff == type(handoff).model_validate_json(json.dumps(handoff.model_dump(mode="json")))


# From legacy to enhanced SSO ----------------------------------------------------------------------


def ids(handoff, mark: str = "") -> list[str]:
    return [step.id for step in handoff.steps if not mark or getattr(step, mark)]


@pytest.mark.parametrize("way", list(Way))
def test_a_migration_is_twilios_wizard(way):
    handoff = build_handoff(facts(Phase.AWAITING_FLEX_FORM, migration=way))

    assert [
        "migration_begin",
        "migration_google",
        "migration_flex",
        "sign_in",
        "migration_finish",
    ] == ids(handoff)
    begin, google, flex = handoff.steps[:3]
    assert "Start setup" == begin.path[-1]
    assert ("I have updated my identity provider", "on") in values(handoff, flex.id)
    labels = [field.label for screen in google.screens for field in screen.fields]
    assert ("App name" in labels) == (way is Way.CREATE)
    assert {"ACS URL", "Entity ID"} <= set(labels)
    titles = [screen.title for screen in flex.screens]
    assert ("Enter identity provider data" in titles) == (way is Way.CREATE)


@pytest.mark.parametrize(
    ("phase", "waiting"),
    [
        (Phase.AWAITING_CONNECTION, ["migration_begin"]),
        (Phase.AWAITING_GOOGLE_APP, ["migration_google"]),
        (Phase.AWAITING_FLEX_FORM, ["migration_google", "migration_flex"]),
        (Phase.ACTIVE, ["sign_in", "migration_finish"]),
        (Phase.VERIFIED, []),
        (Phase.DRIFTED, []),
    ],
)
def test_what_waits_on_the_way_to_enhanced_sso(phase, waiting):
    assert waiting == ids(build_handoff(facts(phase, migration=Way.MODIFY)), "waiting")


def test_a_stack_on_legacy_sso_shows_its_own_form_whatever_was_begun():
    handoff = build_handoff(facts(generation=Generation.LEGACY, migration=Way.CREATE))

    assert ["google_app", "flex_form", "sign_in"] == ids(handoff)
