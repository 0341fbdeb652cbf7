"""Which app of the admin log is ours, and what the log says of it now."""

from typing import NamedTuple

import pytest

from models.app_history import (
    CHANGE_ACS,
    CHANGE_ENTITY_ID,
    CREATE,
    DELETE,
    ENTITY_ID,
    GONE,
    our_app,
)

OURS, TYPO, OTHERS = "urn:flex:JQ1", "urn:flex:JQl", "urn:flex:JQ2"
ACS = "https://login.flex.us1.twilio.com/login/callback?connection=JQ1"


class Event(NamedTuple):
    name: str
    time: str
    actor: str
    parameters: dict[str, str]


def event(name: str, entity_id: str, old: str = "", new: str = "") -> Event:
    values = {"OLD_VALUE": old, "NEW_VALUE": new} if new else {}
    return Event(
        name, "2026-11-25T00:00:00Z", "admin@acme.example", {ENTITY_ID: entity_id, **values}
    )


def entity_change(old: str, new: str) -> Event:
    return event(CHANGE_ENTITY_ID, new, old, new)


@pytest.mark.parametrize(
    ("events", "observed"),
    [
        ([], None),
        ([event(CREATE, OURS)], {"sp_entity_id": OURS}),
        (
            [event(CREATE, OURS), event(CHANGE_ACS, OURS, "x", ACS)],
            {"acs_url": ACS, "sp_entity_id": OURS},
        ),
        ([event(CHANGE_ACS, OURS, "x", ACS)], {"acs_url": ACS}),
        ([event(CREATE, OURS), event(DELETE, OURS)], {"sp_entity_id": GONE}),
        ([event(CREATE, OURS), event(DELETE, OURS), event(CREATE, OURS)], {"sp_entity_id": OURS}),
        ([event(CREATE, TYPO)], {"sp_entity_id": TYPO}),
        ([event(CREATE, TYPO), entity_change(TYPO, OURS)], {"sp_entity_id": OURS}),
        ([event(CREATE, OURS), entity_change(OURS, TYPO)], {"sp_entity_id": TYPO}),
        (
            [event(CREATE, OURS), event(CHANGE_ACS, TYPO, "x", ACS), entity_change(OURS, TYPO)],
            {"acs_url": ACS, "sp_entity_id": TYPO},
        ),
        ([event(CREATE, OURS), event(CREATE, OTHERS)], {"sp_entity_id": OURS}),
        (
            [event(CREATE, OTHERS), event(CREATE, OURS), event(CHANGE_ACS, OTHERS, "x", "y")],
            {"sp_entity_id": OURS},
        ),
        ([event(CREATE, OTHERS), event(CREATE, TYPO)], None),
        (
            [event(CREATE, OURS), entity_change(OURS, TYPO), entity_change(TYPO, OURS)],
            {"sp_entity_id": OURS},
        ),
    ],
)
def test_our_app(events, observed):
    app = our_app(events, OURS)

    assert observed == (app.observed if app else None)


def test_a_change_without_its_value_names_who_made_it():
    told = Event(CHANGE_ACS, "t", "eve@acme.example", {ENTITY_ID: OURS})

    assert {"acs_url": "(changed by eve@acme.example)"} == our_app([told], OURS).observed
