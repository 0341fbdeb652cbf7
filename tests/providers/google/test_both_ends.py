"""Two lists that run towards each other: everybody is found, whatever happens in between."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import UnreachableError
from providers.google.both_ends import Page, from_both_ends

SIZE = 3


class Directory:
    """Sorted people in pages of three; `meanwhile` happens before the answer of that number."""

    def __init__(self, emails: list[str], **meanwhile: Callable[[list[str]], object]) -> None:
        self.emails = emails
        self.calls = 0
        self._meanwhile = {int(name.strip("_")): does for name, does in meanwhile.items()}
        self._lock = threading.Lock()

    def fetch(self, order: str, token: str | None) -> Page:
        with self._lock:
            self.calls += 1
            self._meanwhile.get(self.calls, lambda emails: None)(self.emails)
            return self._page(order == "DESCENDING", token)

    def _page(self, descending: bool, token: str | None) -> Page:
        found = self.sorted(descending)
        return first_page(
            [one for one in found if not token or (one < token if descending else one > token)]
        )

    def sorted(self, descending: bool) -> list[str]:
        return sorted(self.emails, reverse=descending)

    def read(self) -> list[str]:
        return [user["primaryEmail"] for user in from_both_ends(self.fetch)]


def first_page(rest: list[str]) -> Page:
    page: Page = {"users": [{"primaryEmail": one} for one in rest[:SIZE]]} if rest else {}
    return page | ({"nextPageToken": rest[SIZE - 1]} if len(rest) > SIZE else {})


def people(count: int) -> list[str]:
    return [f"p{n:03d}" for n in range(count)]


@pytest.mark.parametrize("count", range(32))
def test_everybody_is_read_once_with_hardly_a_call_more(count: int) -> None:
    directory = Directory(people(count))

    assert people(count) == sorted(directory.read())
    pages = max(1, math.ceil(count / SIZE))
    assert pages <= directory.calls <= (pages if pages == 1 else pages + 2)


def test_both_ends_are_asked_side_by_side() -> None:
    """Each waits in its answer for the other to be asked."""
    directory, together = Directory(people(20)), threading.Barrier(2, timeout=10)

    def fetch(order: str, token: str | None) -> Page:
        if (order, token) != ("ASCENDING", None):
            together.wait()
        return directory.fetch(order, token)

    assert 20 == len(list(from_both_ends(fetch)))


@given(st.integers(4, 40), st.integers(2, 12), st.data())
def test_who_stays_is_found_though_others_come_and_go(count: int, when: int, data: Any) -> None:
    """The list is complete for those who were there from the first call to the last."""
    gone = data.draw(st.sampled_from(people(count)))
    new = data.draw(st.sampled_from([f"{one}+" for one in people(count)]))

    def change(emails: list[str]) -> None:
        emails.remove(gone)
        emails.append(new)

    read = Directory(people(count), **{f"_{when}": change}).read()

    assert len(set(read)) == len(read)
    assert {*people(count)} - {gone} <= {*read} <= {*people(count), new}


class Otherwise(Directory):
    """Sorts by the last letter first, and so in that of the two orders, or in both."""

    def __init__(self, emails: list[str], *orders: bool) -> None:
        super().__init__(emails)
        self._orders = orders

    def _page(self, descending: bool, token: str | None) -> Page:
        found = self.sorted(descending)
        if descending in self._orders:
            found.sort(key=lambda one: one[::-1], reverse=descending)
        return first_page(found[found.index(token) + 1 if token else 0 :])


@pytest.mark.parametrize("count", range(40))
def test_nobody_is_missed_where_google_sorts_in_its_own_way(count: int) -> None:
    assert people(count) == sorted(Otherwise(people(count), False, True).read())


@pytest.mark.parametrize("count", range(15, 40))
@pytest.mark.parametrize("descending", [True, False])
def test_orders_that_do_not_fit_each_other_are_noticed(count: int, descending: bool) -> None:
    assert people(count) == sorted(Otherwise(people(count), descending).read())


def test_an_error_of_either_end_is_an_error() -> None:
    def fails(emails: list[str]) -> None:
        raise UnreachableError("Google: no answer", hint="try again")

    for number in range(1, 5):
        with pytest.raises(UnreachableError):
            Directory(people(20), **{f"_{number}": fails}).read()
