"""A moment of fuzzing at each door, and that each door's judge can find something."""

from __future__ import annotations

import random

import pytest

from models import stack
from providers import webhook
from providers.google import answers
from tools.torture import fuzz
from tools.torture.figure import Figure
from tools.torture.mutation import ODD, mutated, reshaped

pytestmark = pytest.mark.xdist_group("torture")

DOORS = ["metadata", "roles.csv", "configuration", "webhook", "vendors' answers"]


def draw():
    return random.Random(3)  # noqa: S311  a draw, no secret


@pytest.fixture(scope="module")
def doors():
    with fuzz.targets() as found:
        yield found


@pytest.mark.parametrize("door", DOORS)
def test_nothing_changed_at_random_crashes_hangs_or_misleads(doors, door):
    figure = Figure("")

    assert fuzz.share(figure, door, doors[door], draw()) >= 1
    assert [] == figure.wrong


def crash(*_args, **_options):
    raise KeyError("x")


@pytest.mark.parametrize(
    ("door", "module", "name"),
    [
        ("metadata", stack, "parse_idp_metadata"),
        ("roles.csv", stack, "parse_roles_csv"),
        ("configuration", stack.Tenant, "model_validate"),
        ("webhook", webhook, "plain"),
        ("vendors' answers", answers, "misfit_of"),
    ],
)
def test_a_crash_behind_each_door_is_found_out(doors, door, module, name, monkeypatch):
    monkeypatch.setattr(module, name, crash)

    chance = draw()
    wrong = [doors[door](chance)[1] for _ in range(12)]

    assert any("KeyError" in one for one in wrong), wrong


def test_what_does_not_end_is_found_out(monkeypatch):
    monkeypatch.setattr(fuzz, "HANG_SECONDS", 0.05)
    monkeypatch.setattr(fuzz, "SHARE_SECONDS", 0)
    figure = Figure("")

    def forever(_draw):
        while True:
            pass

    assert 1 == fuzz.share(figure, "webhook", forever, draw())
    assert ["webhook: '': had not ended after 0 s"] == figure.wrong


def test_changes_are_drawn_and_leave_the_original_alone():
    tree = {"people": [{"email": "ada@acme.example"}], "mode": "additive"}
    chance, odd = draw(), repr(ODD)
    changed = [reshaped(tree, chance) for _ in range(1000)]

    assert odd == repr(ODD)
    assert {"people": [{"email": "ada@acme.example"}], "mode": "additive"} == tree
    assert sum(one != tree for one in changed) > 750
    assert len({mutated(b"email,roles\n", chance) for _ in range(200)}) > 150
