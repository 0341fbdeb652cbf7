"""Lists in pages, as Twilio's v1 APIs show them: a key with records, and `meta` with addresses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from sandbox.twilio.errors import INVALID_PARAMETER, TwilioError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Document = dict[str, Any]

DEFAULT_SIZE = 50
LARGEST_SIZE = 1000


def page(
    records: list[Document], sid: str, query: Mapping[str, str], url: str, key: str
) -> Document:
    """One page of `records`, whose field `sid` sorts them and makes the page token.

    `query` is that of the request: PageSize (1 to 1000) and PageToken; other parameters are
    carried on into the addresses. Raises TwilioError 400.
    """
    size = _size(query.get("PageSize", str(DEFAULT_SIZE)))
    after = query.get("PageToken", "").removeprefix("PA")
    number = int(query["Page"]) if query.get("Page", "").isdecimal() else 0
    rest = sorted((one for one in records if one[sid] > after), key=lambda one: str(one[sid]))
    shown = rest[:size]
    address = _addresses(url, {**query, "PageSize": str(size)})
    has_more = len(rest) > size
    meta = {
        "page": number,
        "page_size": size,
        "first_page_url": address(0, ""),
        "previous_page_url": None,
        "url": address(number, query.get("PageToken", "")),
        "next_page_url": address(number + 1, f"PA{shown[-1][sid]}") if has_more else None,
        "key": key,
    }
    return {"meta": meta, key: shown}


def _size(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= LARGEST_SIZE:
        raise TwilioError(400, INVALID_PARAMETER, f"PageSize must be 1 to {LARGEST_SIZE}")
    return int(text)


def _addresses(url: str, query: Mapping[str, str]) -> Callable[[int, str], str]:
    kept = {name: text for name, text in query.items() if name not in {"Page", "PageToken"}}

    def address(number: int, token: str) -> str:
        more = {"Page": str(number)} | ({"PageToken": token} if token else {})
        return f"{url}?{urlencode(kept | more)}"

    return address
