"""Changes at random: to bytes, and to what JSON can hold."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from tools.torture.hostile_config import JUNK

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator

TOKENS = (
    b"<",
    b">",
    b"&",
    b'"',
    b"\0",
    b"\xff",
    b"<!DOCTYPE x>",
    b"]]>",
    b"<!--",
    b"idpid=",
    b",",
    b"\n",
    b"{",
    b"[",
    b"}",
    b"\\u0000",
    b"\\ud800",
    b"1e999",
)
ODD = (
    *JUNK.values(),
    10**400,
    -(2**63) - 1,
    1e308,
    "\u202e",
    "-0",
    {"value": {"value": []}},
    [None],
)
LETTERS = "aA0 @.-_=,;:/\\\"'<>{}[]\0\n\r\t\x1b\x7f\u00e9\u0430\u200b\u202e\U0001f600\ud800"
DEEPEST = 60


def mutated(content: bytes, draw: random.Random) -> bytes:
    """One to eight changes: a byte, a token put in, a part cut out, doubled or moved."""
    data = bytearray(content)
    for _ in range(draw.randint(1, 8)):
        at, to = sorted(draw.randrange(len(data) + 1) for _ in range(2))
        kind = draw.randrange(4)
        if kind == 0 and at < len(data):
            data[at] = draw.randrange(256)
        elif kind == 1:
            data[at:at] = draw.choice(TOKENS)
        elif kind == 2:
            del data[at : min(to, at + 40)]
        else:
            data[at:at] = data[at : min(to, at + 200)]
    return bytes(data)


def reshaped(tree: Any, draw: random.Random) -> Any:
    """One to four changes of what JSON holds: a value, a key gone, put in or moved."""
    whole = {"": copy.deepcopy(tree)}
    for _ in range(draw.randint(1, 4)):
        holder, key = draw.choice(list(_places(whole)))
        kind = draw.randrange(6)
        if kind == 0 and holder is not whole:
            del holder[key]
        elif kind == 1 and isinstance(holder, dict):
            holder[_text(draw)] = _value(draw)
        elif kind == 2:
            other, at = draw.choice(list(_places(whole)))
            holder[key] = copy.deepcopy(other[at])
        elif kind == 3 and isinstance(holder[key], str):
            holder[key] = _respelt(holder[key], draw)
        else:
            holder[key] = _value(draw)
    return whole[""]


def _places(node: Any) -> Iterator[tuple[Any, Any]]:
    """(what holds it, its key) of all values, from the outside in."""
    items = node.items() if isinstance(node, dict) else list(enumerate(node))
    for key, value in items:
        yield node, key
        if isinstance(value, dict | list):
            yield from _places(value)


def _value(draw: random.Random) -> Any:
    kind = draw.randrange(4)
    if kind == 0:
        return _text(draw)
    if kind == 1:
        return draw.choice([-1, 1]) * draw.getrandbits(draw.randint(1, 80))
    odd = copy.deepcopy(draw.choice(ODD))  # later changes may go into it
    return _nested(odd, draw.randrange(DEEPEST), draw) if kind == 2 else odd


def _nested(value: Any, levels: int, draw: random.Random) -> Any:
    for _ in range(levels):
        value = [value] if draw.randrange(2) else {_text(draw): value}
    return value


def _text(draw: random.Random) -> str:
    return "".join(draw.choice(LETTERS) for _ in range(draw.randrange(12)))


def _respelt(text: str, draw: random.Random) -> str:
    at = draw.randrange(len(text) + 1)
    return text[:at] + draw.choice(LETTERS) * draw.randrange(3) + text[at + draw.randrange(2) :]
