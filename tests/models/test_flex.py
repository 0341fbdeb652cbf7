"""Flex's own rules: roles, derived addresses, identities, UI versions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.flex import (
    FlexRole,
    Generation,
    derive_sp_settings,
    lint_role,
    lint_roles,
    login_link,
    ui_version_at_least,
    warn_roles,
    worker_name_problem,
)

ACCOUNT = "AC" + "5a" * 16
CONNECTION = "JQ" + "ab" * 16


@pytest.mark.parametrize("role", list(FlexRole))
def test_flexs_own_roles_are_right(role):
    assert lint_role(role.value) is None


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("administrator", "admin"),
        ("Administrator", "admin"),
        ("Agent", "agent"),
        ("AGENT", "agent"),
        ("agents", "agent"),
        (" agent", "agent"),
        ("user", "agent"),
        ("flex_admin", "admin"),
        ("Supervisor", "supervisor"),
        ("supervisors", "supervisor"),
        ("manager", "supervisor"),
        ("WFO.Full_Access", "wfo.full_access"),
        ("wfo-team-leader", "wfo.team_leader"),
        ("quality_manager", "wfo.quality_manager"),
        ("Dashboard Viewer", "wfo.dashboard_viewer"),
    ],
)
def test_a_near_miss_is_told_the_right_word(text, meant):
    problem = lint_role(text)

    assert (f"Flex has no role '{text}'", f"write {meant}") == problem


@pytest.mark.parametrize("text", ["boss", "", "wfo.", "wfo.boss", "agent,supervisor"])
def test_another_word_is_told_all_roles(text):
    problem = lint_role(text)

    assert problem is not None
    assert problem[1].startswith("one of agent, supervisor, admin, wfo.full_access")


@pytest.mark.parametrize("text", ["flex.readonlyadmin", "flex.readteams", "Flex.ReadTeams"])
def test_roles_of_the_console_are_refused_with_the_reason(text):
    problem = lint_role(text)

    assert problem is not None
    assert "can't come by SSO" in problem[0]
    assert "Twilio Console" in problem[1]


NO_BASE_ROLE = "there is no base role, so Flex refuses the login (error 45050)"


@pytest.mark.parametrize(
    ("roles", "problems"),
    [
        (["agent"], []),
        (["agent", "supervisor", "admin"], []),
        (["supervisor", "wfo.team_leader"], []),
        (["agent", "admin", "wfo.data_analyst"], []),
        (["agent", "wfo.team_leader"], ["wfo.team_leader does nothing for an agent"]),
        (["wfo.team_leader"], [NO_BASE_ROLE]),
        ([], [NO_BASE_ROLE]),
        (["boss", "agent"], ["Flex has no role 'boss'"]),
        (["Agent"], ["Flex has no role 'Agent'"]),
        (["boss", "wfo.team_leader"], ["Flex has no role 'boss'"]),
        (
            ["boss", "agent", "wfo.team_leader"],
            ["Flex has no role 'boss'", "wfo.team_leader does nothing for an agent"],
        ),
    ],
)
def test_roles_of_one_person_are_judged_together(roles, problems):
    assert problems == [what for what, _ in lint_roles(roles)]


@pytest.mark.parametrize(
    ("roles", "warned"),
    [
        (["supervisor"], True),
        (["agent", "admin"], True),
        (["agent"], False),
        (["supervisor", "wfo.team_leader"], False),
        (["admin", "wfo.full_access"], False),
    ],
)
def test_full_access_by_default_is_warned_of(roles, warned):
    assert warned is any("wfo.full_access" in what for what, _ in warn_roles(roles))


def test_enhanced_addresses_come_from_the_connection():
    sp = derive_sp_settings(Generation.ENHANCED, ACCOUNT, CONNECTION, "acme-falcon-1234")

    assert sp is not None
    assert f"https://login.flex.us1.twilio.com/login/callback?connection={CONNECTION}" == sp.acs_url
    assert f"urn:flex:{CONNECTION}" == sp.entity_id
    assert "https://flex.twilio.com/acme-falcon-1234" == sp.start_url


@pytest.mark.parametrize("connection", [None, CONNECTION])
def test_legacy_addresses_come_from_the_account(connection):
    sp = derive_sp_settings(Generation.LEGACY, ACCOUNT, connection, "acme-falcon-1234")

    assert sp is not None
    assert f"https://iam.twilio.com/v1/Accounts/{ACCOUNT}/saml2" == sp.acs_url
    assert f"https://iam.twilio.com/v1/Accounts/{ACCOUNT}/saml2/metadata" == sp.entity_id
    assert "https://flex.twilio.com/acme-falcon-1234" == sp.start_url


@pytest.mark.parametrize("connection", [None, ""])
def test_enhanced_addresses_are_not_known_without_a_connection(connection):
    assert derive_sp_settings(Generation.ENHANCED, ACCOUNT, connection, "acme") is None


@pytest.mark.parametrize("domain", ["iris-macaw-7585", "iris-macaw-7585.twil.io"])
def test_the_login_link_takes_both_spellings_of_the_domain(domain):
    assert "https://flex.twilio.com/iris-macaw-7585" == login_link(domain)


def test_an_address_that_is_too_long_for_a_worker():
    fits = "a" * 51 + "@acme.example"

    assert 64 == len(fits)
    assert worker_name_problem(fits) is None
    problem = worker_name_problem(f"a{fits}")
    assert problem is not None
    assert "has 65 characters" in problem[0]


@pytest.mark.parametrize(
    ("range_string", "wanted", "reached"),
    [
        ("2.n", "2.5", True),
        ("2.x.auto", "2.7", True),
        ("2.x", "2.5", True),
        ("2.*", "2.5", True),
        ("2", "2.5", True),
        ("^2.0.0", "2.5", True),
        ("~2.0.0", "2.5", False),
        ("~2.5.0", "2.5", True),
        ("~2.5.0", "2.5.3", True),
        ("2.5.n", "2.5.3", True),
        ("2.11.0", "2.5", True),
        ("2.5.0", "2.5", True),
        ("2.4.9", "2.5", False),
        ("2.5.2", "2.5.3", False),
        ("1.x.auto", "2.5", False),
        ("1.n", "2.0", False),
        ("3.0.0", "2.5", True),
        (" 2.11.0 ", "2.5", True),
        ("", "2.5", None),
        ("latest", "2.5", None),
        (">=2.5", "2.5", None),
        ("2.0.0 - 2.9.0", "2.5", None),
        ("2.0.0-beta.1", "2.5", None),
    ],
)
def test_ui_version_ranges(range_string, wanted, reached):
    assert reached is ui_version_at_least(range_string, wanted)


@given(major=st.integers(0, 9), minor=st.integers(0, 99), patch=st.integers(0, 99))
def test_a_version_is_at_least_itself_and_no_more(major, minor, patch):
    version = f"{major}.{minor}.{patch}"

    assert ui_version_at_least(version, version) is True
    assert ui_version_at_least(version, f"{major}.{minor}.{patch + 1}") is False
