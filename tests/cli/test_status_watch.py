"""What `status --watch` says of changes, and what it does when a look fails."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from cli.status_watch import SHOWN, Watch, differences, screen
from models.errors import FlexSsoError

NOON = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)


def looking(*answers: Any) -> Watch:
    queue = list(answers)

    def look() -> dict[str, Any]:
        answer = queue.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return dict(answer)

    return Watch(look)


def text(facts: dict[str, Any]) -> str:
    return f"{facts['status']}"


def test_each_difference_has_both_values():
    before = {"status": "active", "proof": {"time": None}, "role_counts": {"agent": 2}}
    after = {"status": "verified", "proof": {"time": "today"}, "role_counts": {"admin": 1}}

    assert differences(before, after) == [
        "status: active → verified",
        "proof.time: - → today",
        "role_counts.admin: - → 1",
        "role_counts.agent: 2 → -",
    ]


def test_nothing_new_is_nothing_to_show():
    watch = looking({"status": "active"}, {"status": "active"})

    assert not watch.again(NOON)
    assert screen(watch, text) == "active"


def test_changes_are_kept_on_the_screen_with_their_time():
    watch = looking({"status": "a"}, {"status": "b"}, {"status": "b"}, {"status": "c"})

    assert [watch.again(NOON) for _ in range(3)] == [True, False, True]
    assert screen(watch, text).splitlines()[-2:] == [
        "    12:00:00  status: a → b",
        "    12:00:00  status: b → c",
    ]


def test_only_the_last_changes_are_shown():
    watch = looking(*({"status": str(number)} for number in range(30)))

    for _ in range(29):
        watch.again(NOON)
    assert screen(watch, text).count("→") == SHOWN


def test_a_look_that_fails_is_said_and_the_next_one_goes_on():
    locked = FlexSsoError("Pulumi: the state can't be read")
    watch = looking({"status": "a"}, locked, {"status": "a"})

    assert watch.again(NOON)
    assert "can't look   Pulumi: the state can't be read" in screen(watch, text)
    assert watch.again(NOON)
    assert screen(watch, text) == "a"


def test_the_first_look_must_succeed():
    with pytest.raises(FlexSsoError):
        looking(FlexSsoError("no stack"))
