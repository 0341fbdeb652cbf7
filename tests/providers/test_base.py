"""The base of all providers: check and diff, offline, with a preview's unknowns."""

from __future__ import annotations

from typing import ClassVar

import pytest
from pulumi.output import Unknown
from pydantic import Field

from models.errors import NotFoundError
from providers.base import PROVIDER_KEY, Inputs, Outs, Provider, same


class DeskInputs(Inputs):
    town: str
    lamps: list[str] = Field(default_factory=list)
    note: str | None = None


class DeskProvider(Provider[DeskInputs]):
    inputs = DeskInputs
    replace_on: ClassVar[frozenset[str]] = frozenset({"town"})

    def wants_a_look(self, olds: Outs) -> bool:
        return bool(olds.get("pending"))

    def create_it(self, wanted: DeskInputs) -> tuple[str, Outs]:
        raise NotFoundError(f"no desk in {wanted.town}", hint="build one")


OLDS = {"town": "Rome", "lamps": ["a", "b"], PROVIDER_KEY: "p"}


@pytest.mark.parametrize(
    ("olds", "news", "changes", "replaces"),
    [
        ({}, {}, False, []),
        ({}, {"lamps": ["b", "a"]}, False, []),
        ({}, {"lamps": ["b"]}, True, []),
        ({}, {"town": "Oslo"}, True, ["town"]),
        ({}, {"town": Unknown()}, True, ["town"]),
        ({}, {"lamps": ["a", Unknown()]}, True, []),
        ({}, {PROVIDER_KEY: "q"}, True, []),
        ({"pending": "x"}, {}, True, []),
        ({"note": "x"}, {}, True, []),
        ({"note": ""}, {}, False, []),
        ({"computed": 1}, {}, False, []),
    ],
)
def test_diff_compares_wishes_with_what_was_last_seen(olds, news, changes, replaces):
    result = DeskProvider().diff("id", {**OLDS, **olds}, {**OLDS, **news})

    assert (changes, replaces) == (result.changes, result.replaces)


def test_check_normalises():
    result = DeskProvider().check({}, {"town": "Rome"})

    assert {"town": "Rome", "lamps": []} == result.inputs
    assert [] == result.failures


def test_check_reports_every_mistake():
    result = DeskProvider().check({}, {"town": 4, "colour": "red"})

    assert {"town", "colour"} == {failure.reason.split(":")[0] for failure in result.failures}


def test_check_lets_unknowns_of_a_preview_pass():
    news = {"town": Unknown(), "lamps": ["a"]}

    assert news == DeskProvider().check({}, news).inputs


def test_without_an_engine_errors_stay_errors():
    with pytest.raises(NotFoundError, match="no desk in Rome"):
        DeskProvider().create({"town": "Rome", PROVIDER_KEY: "p"})


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        ({"a": None, "b": 1}, {"b": 1.0}, True),
        ({"a": ["x", "y"]}, {"a": ["y", "x"]}, True),
        ([{"a": 1}, {"a": 2}], [{"a": 2}, {"a": 1}], False),
        ({}, None, True),
        (False, None, False),
        ("x", ["x"], False),
    ],
)
def test_equality_is_the_vendors(one, other, equal):
    assert equal is same(one, other)
