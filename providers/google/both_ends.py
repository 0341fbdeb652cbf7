"""A directory's pages, read from both ends at once until they meet.

A page's token is in the page before, so one list can only be read page after page. Two lists can be
read side by side: people by primary e-mail, and the same backwards. They meet in the middle, after
half the time and at most two calls more.

That they have met is believed only if both are sorted as we sort, and if the people on whom they
agree are the last of either. If not, because somebody was added or deleted meanwhile or because
Google sorts otherwise, the list from the front goes on to its end, as if there were no other.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator

Page = dict[str, Any]


class Fetch(Protocol):
    """Fetches the page of that token (None: the first) in that order: a `Users` answer."""

    def __call__(self, order: str, token: str | None) -> Page: ...  # noqa: D102


class End:
    """How far the list is read from one end: `emails` in its order."""

    def __init__(self, order: str) -> None:
        self.order = order
        self.emails: list[str] = []
        self.token: str | None = None
        self.is_over = False

    def add(self, page: Page) -> None:
        """Take what the next page holds."""
        self.emails += [user["primaryEmail"] for user in page.get("users", [])]
        self.token = page.get("nextPageToken")
        self.is_over = not self.token

    @property
    def is_sorted(self) -> bool:
        """As the reference says of `sortOrder`: by e-mail, ignoring case."""
        descending = self.order == "DESCENDING"
        return self.emails == sorted(self.emails, key=str.lower, reverse=descending)


def from_both_ends(fetch: Fetch) -> Iterator[dict[str, Any]]:
    """Every user once, in no order. `fetch` is called by two threads.

    The first page is asked for alone: most directories have no second. Next pages are on their way
    while the users of these are worked on.
    """
    front, back = End("ASCENDING"), End("DESCENDING")
    seen: set[str] = set()
    with ThreadPoolExecutor(2) as pool:
        coming = [(front, pool.submit(fetch, front.order, None))]
        while coming:
            pages = [(end, page.result()) for end, page in coming]
            for end, page in pages:
                end.add(page)
            coming = [
                (end, pool.submit(fetch, end.order, end.token)) for end in unread(front, back)
            ]
            for _, page in pages:
                fresh = [user for user in page.get("users", []) if user["primaryEmail"] not in seen]
                seen.update(user["primaryEmail"] for user in fresh)
                yield from fresh


def unread(front: End, back: End) -> list[End]:
    """The ends to go on from: none if all is read."""
    if front.is_over or back.is_over:
        return []
    if not (front.is_sorted and back.is_sorted):
        return [front]
    common = set(front.emails).intersection(back.emails)
    if not common:
        return [front, back]
    last, first = front.emails[-len(common) :], back.emails[-len(common) :]
    return [] if last == first[::-1] else [front]
