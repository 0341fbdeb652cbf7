"""What `verify` prints, hides and ends with."""

from __future__ import annotations

import pytest

from cli import verify as command
from cli.verify_view import HIDDEN, as_json, as_text, mask_emails, redacted, sentence, verdict
from models.errors import FlexSsoError, TenantConfigError, UnreachableError
from models.finding import ExitCode, Finding, Part, Report, Result, Who, compared


def report(*findings: Finding) -> Report:
    return Report(stack="acme.prod", phase="active", findings=list(findings))


GOOD = compared("sso_url", "https://x", "https://x")
WRONG = compared("acs_url", "https://x/1", "https://x/2", who=Who.GOOGLE_ADMIN, where="Apps > A")
WAITS = Finding(check="sign_in", result=Result.NOT_CHECKED, note="Sign in once.", waits=True)
BLIND = Finding(check="roles", result=Result.NOT_CHECKED, note="no answer", blind=True)
STALE = Finding(
    part=Part.EVIDENCE,
    check="worker.roles",
    result=Result.DRIFT,
    person="ada@acme.example",
    personal=True,
    expected="agent",
    observed="admin",
    warning=True,
)


@pytest.mark.parametrize(
    ("findings", "code"),
    [
        ([GOOD], ExitCode.GOOD),
        ([GOOD, STALE], ExitCode.GOOD),
        ([GOOD, WAITS], ExitCode.WAITS),
        ([WAITS, BLIND], ExitCode.COULD_NOT_LOOK),
        ([WAITS, BLIND, WRONG], ExitCode.WRONG),
    ],
)
def test_exit_codes(findings, code):
    assert code == report(*findings).exit_code
    assert int(code) == as_json(report(*findings))["exit_code"]


def test_the_first_failing_step_says_what_who_and_where():
    expected = "acs_url: it is https://x/2, should be https://x/1 → Google admin, Apps > A"

    assert expected == sentence(report(WAITS, WRONG).first_failing)
    assert verdict(report(GOOD)) == "All good."


def test_what_has_no_expected_value_is_not_said_to_need_one():
    failed = compared("failed_sign_in", "", "app_not_enabled_for_user").model_copy(
        update={"result": Result.DRIFT, "note": "The app is OFF."}
    )

    assert "failed_sign_in: it is app_not_enabled_for_user (The app is OFF.)" == sentence(failed)


def test_the_first_line_says_of_when_the_phase_is():
    assert "acme.prod: active at its last `up` or refresh" == as_text(report(WRONG)).splitlines()[0]


def test_a_hint_that_is_everywhere_is_said_in_one_row_and_with_the_verdict():
    blind = [BLIND.model_copy(update={"check": one, "hint": "is it up?"}) for one in "abc"]

    *rows, last = as_text(report(*blind)).splitlines()

    assert ["  not checked  a: no answer (is it up?)"] == [row for row in rows if "is it" in row]
    assert "  not checked  c: no answer" in rows
    assert last.endswith("First: a: no answer (is it up?)")
    assert {"is it up?"} == {one["hint"] for one in as_json(report(*blind))["findings"]}


def test_what_is_hidden_comes_with_the_option_that_shows_it():
    assert f"{HIDDEN}: --show-values shows it" in as_text(redacted(report(STALE)))
    assert "--show-values" not in as_text(redacted(report(GOOD)))


def test_differing_characters_are_marked():
    lines = as_text(report(WRONG)).splitlines()

    at = lines.index(next(line for line in lines if "observed https://x/2" in line))
    assert lines[at].index("2") == lines[at + 1].index("^")
    assert 1 == lines[at + 1].count("^")


def test_what_was_not_shown_is_no_match():
    assert Result.NOT_CHECKED is compared("acs_url", "https://x", "").result


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("roles of ada.lovelace+1@acme.example, please", "roles of a…@acme.example, please"),
        ("a@b.example and grace@acme.example", "a…@b.example and g…@acme.example"),
        ("urn:flex:JQ00 https://x/o/saml2?idpid=C0", "urn:flex:JQ00 https://x/o/saml2?idpid=C0"),
    ],
)
def test_addresses_of_people_are_masked(text, shown):
    assert shown == mask_emails(text)


def test_a_persons_values_are_hidden():
    hidden = redacted(report(STALE)).findings[0]

    assert (HIDDEN, HIDDEN, "a…@acme.example") == (
        hidden.expected,
        hidden.observed,
        hidden.person,
    )


def test_a_name_that_is_no_address_and_a_quoted_value_are_hidden():
    note = "Flex would refuse: Flex has no role 'boss'; write admin"
    phantom = STALE.model_copy(update={"person": "Ada Lovelace", "note": note})

    hidden = redacted(report(phantom)).findings[0]

    assert ("A…", "Flex would refuse: Flex has no role '…'; write admin") == (
        hidden.person,
        hidden.note,
    )


def test_a_stack_that_cannot_be_read_could_not_be_looked_at(flexsso):
    done = flexsso("verify", "nosuch.stack")

    assert ExitCode.COULD_NOT_LOOK == done.returncode
    assert "" == done.stdout
    assert "no stack named" in done.stderr


def test_of_thousands_of_people_the_first_are_shown():
    many = [STALE.model_copy(update={"person": f"p{n}@acme.example"}) for n in range(10_000)]
    text = as_text(report(GOOD, *many))

    assert "p19@acme.example" in text
    assert "p20@acme.example" not in text
    assert "… worker.roles of 9980 more people (--json)" in text
    assert 10_001 == len(as_json(report(GOOD, *many))["findings"])


class Looks:
    """One report, or failed look, after the other; the last one for ever."""

    def __init__(self, *reports: Report | FlexSsoError) -> None:
        self.left = list(reports)
        self.count = 0

    def __call__(self, *_: object) -> Report:
        self.count += 1
        found = self.left.pop(0) if len(self.left) > 1 else self.left[0]
        if isinstance(found, FlexSsoError):
            raise found
        return found


@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr(command, "PAUSE_SECONDS", 0.01)
    return monkeypatch


def test_waiting_ends_when_all_is_good(impatient, capsys):
    looks = Looks(report(WAITS), report(STALE, WAITS), report(GOOD))
    impatient.setattr(command, "report_of", looks)

    found = command._until_good("acme.prod", frozenset(), 60)

    assert (ExitCode.GOOD, 3) == (found.exit_code, looks.count)
    said = capsys.readouterr()
    assert "waiting, 0:00 of 1:00: It waits for a person. First: sign_in" in said.err
    assert "" == said.out


def test_a_look_that_failed_is_made_again(impatient, capsys):
    looks = Looks(UnreachableError("no answer about ada@acme.example"), report(GOOD))
    impatient.setattr(command, "report_of", looks)

    assert ExitCode.GOOD is command._until_good("acme.prod", frozenset(), 60).exit_code
    assert "waiting, 0:00 of 1:00: no answer about a…@acme.example" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("error", "seconds"), [(UnreachableError("no answer"), 0), (TenantConfigError([]), 60)]
)
def test_what_waiting_does_not_mend_is_raised(impatient, error, seconds):
    looks = Looks(error)
    impatient.setattr(command, "report_of", looks)

    with pytest.raises(type(error)):
        command._until_good("acme.prod", frozenset(), seconds)
    assert 1 == looks.count


def test_waiting_ends_with_the_time(impatient):
    looks = Looks(report(WAITS))
    impatient.setattr(command, "report_of", looks)

    assert ExitCode.WAITS == command._until_good("acme.prod", frozenset(), 0.05).exit_code
    assert looks.count > 1


def test_without_waiting_there_is_one_look(impatient):
    looks = Looks(report(WAITS))
    impatient.setattr(command, "report_of", looks)

    command._until_good("acme.prod", frozenset(), 0)

    assert 1 == looks.count
