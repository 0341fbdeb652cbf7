"""Partial responses: the grammar of the `fields` parameter."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.google import fields
from sandbox.google.errors import GoogleError

WHOLE: Any = {
    "token": "t",
    "users": [{"id": "1", "name": {"full": "A", "given": "B"}}, {"id": "2"}],
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("token", {"token": "t"}),
        ("users/id", {"users": [{"id": "1"}, {"id": "2"}]}),
        ("users(id,name/full)", {"users": [{"id": "1", "name": {"full": "A"}}, {"id": "2"}]}),
        (
            "token, users ( name )",
            {"token": "t", "users": [{"name": WHOLE["users"][0]["name"]}, {}]},
        ),
        ("*", WHOLE),
        ("absent", {}),
    ],
)
def test_a_selection_picks(text: str, expected: Any) -> None:
    assert fields.pick(WHOLE, fields.parse(text)) == expected


@pytest.mark.parametrize("text", ["", "a,", "a(b", "a(b))", "a//b", ",a", "a b(", "a[0]"])
def test_a_broken_selection_is_400(text: str) -> None:
    with pytest.raises(GoogleError) as caught:
        fields.parse(text)

    assert (caught.value.status, caught.value.reason) == (400, "invalidParameter")
