"""An error body as part of a sentence: now and then a server answers with a whole web page."""

from __future__ import annotations

import re

LIMIT = 200
_NOT_SHOWN = re.compile(r"<(script|style)\b.*?(</\1\s*>|\Z)", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"<[^<>]{0,2000}>")
_NOT_SHOWABLE = re.compile(  # nor what turns the direction of text, or can't be seen
    r"[^\x20-\x7e\u00a0-\u200a\u2010-\u2027\u2030-\u205e\u2070-\ud7ff\ue000-\ufdff\ufe10-\ufefe\uff00-\ufffd]+"
)


def plain(body: str, limit: int = LIMIT) -> str:
    """One line of at most `limit` characters, without tags and control characters."""
    text = _TAG.sub(" ", _NOT_SHOWN.sub(" ", body[:20_000]))
    return " ".join(_NOT_SHOWABLE.sub(" ", text).split())[:limit]
