"""A run that is killed between its write to Flex and the state: what was before us is not lost."""

from __future__ import annotations

import pytest

from models.errors import FlexSsoError
from providers.failures import PartialState
from providers.twilio import flex_configuration
from providers.twilio.configuration_note import ConfigurationNote
from providers.twilio.flex_configuration import FlexConfigurationProvider
from tests.providers.vendor import ENHANCED, Vendor

WANTED = {"account_sid": ENHANCED, "runtime_domain": "acme-falcon-1234", "login_popup": True}


class KilledError(BaseException):
    """kill -9, as far as Python can play it."""


@pytest.fixture
def provider(configured) -> FlexConfigurationProvider:
    return configured(FlexConfigurationProvider)


@pytest.fixture
def vendor(pretend_world) -> Vendor:
    found = Vendor(pretend_world.base, pretend_world.state_dir)
    found.flex_configuration({"public_attributes": {"theme": "dark", "loginPopup": False}})
    return found


def killed_after_the_write(provider, monkeypatch) -> None:
    def dies(_api):
        raise KilledError

    with monkeypatch.context() as context:
        context.setattr(flex_configuration, "_read_back", dies)
        with pytest.raises(KilledError):
            provider.create(WANTED)


def test_the_next_run_takes_over_what_was_before(provider, vendor, monkeypatch):
    killed_after_the_write(provider, monkeypatch)
    assert {"theme": "dark", "loginPopup": True} == vendor.flex_configuration()["public_attributes"]

    made = provider.create(WANTED)
    provider.delete(made.id, made.outs)

    assert {"theme": "dark", "loginPopup": False} == (
        vendor.flex_configuration()["public_attributes"]
    )


def test_a_note_of_another_value_is_not_believed(provider, vendor, monkeypatch, settings):
    killed_after_the_write(provider, monkeypatch)
    vendor.flex_configuration({"public_attributes": {"loginPopup": False}})

    made = provider.create({**WANTED, "login_popup": False})

    assert not made.outs["changed"]


def test_after_a_destroy_nothing_is_remembered(provider, vendor, settings):
    made = provider.create(WANTED)
    provider.delete(made.id, made.outs)

    assert {} == ConfigurationNote.of(settings, ENHANCED).left_behind(live=True)


def test_the_note_is_for_this_user_only(settings):
    note = ConfigurationNote.of(settings, ENHANCED)
    note.write(before=None, written=True)

    assert 0o600 == note._path.stat().st_mode & 0o777
    assert 0o700 == note._path.parent.stat().st_mode & 0o777


@pytest.mark.parametrize("content", ["", "[]", "{", "null", '{"before": true}', '"x"'])
def test_a_damaged_note_says_nothing(settings, content):
    note = ConfigurationNote.of(settings, ENHANCED)
    note.write(before=None, written=True)
    note._path.write_text(content)

    assert {} == note.left_behind(live=True)


def test_a_lost_answer_leaves_a_state_that_knows_what_was_before(provider, vendor, pretend_world):
    fault = {"host": "flex-api.twilio.com", "method": "POST", "times": 99, "status": 503}
    pretend_world.faults[:] = [{**fault, "after_effect": True}]

    with pytest.raises(PartialState) as partial:
        provider.create(WANTED)

    assert (True, False) == (partial.value.outs["changed"], partial.value.outs["before"])


def test_a_definite_no_leaves_no_state(provider, vendor, pretend_world):
    pretend_world.faults[:] = [{"method": "POST", "times": 99, "status": 403}]

    with pytest.raises(FlexSsoError, match="Twilio answered 403"):
        provider.create(WANTED)
