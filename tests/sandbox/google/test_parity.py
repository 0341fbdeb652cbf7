"""The parity table tells the truth about which endpoints there are."""

from __future__ import annotations

from typing import get_args

import httpx

from sandbox import parity
from sandbox.google import room
from sandbox.hosts import GOOGLE_HOSTS
from sandbox.world import World


def test_every_row_is_of_a_served_host_with_a_known_mark(world: World) -> None:
    assert {row.host for row in room.PARITY} == set(room.hosts(world)) == GOOGLE_HOSTS
    assert {row.mark for row in room.PARITY} <= set(get_args(parity.Mark))
    assert len({(r.method, r.host, r.path) for r in room.PARITY}) == len(room.PARITY)


def test_every_row_is_an_endpoint(world: World) -> None:
    """None is answered like an unknown URL or method, though token and object are missing."""
    for row in room.PARITY:
        path = row.path.replace("{spid}", "1")
        answer = httpx.request(row.method, f"{world.base}/{row.host}{path}")
        assert answer.text not in {"Not Found", "Method Not Allowed"}, row


def test_the_page_lists_every_row() -> None:
    page = parity.render(room.PARITY)

    assert all(f"| {row.method} | `{row.path}` | {row.mark} |" in page for row in room.PARITY)
