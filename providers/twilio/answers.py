"""Twilio's answers, taken apart with care: a proxy or a cut connection can change any of them.

Whatever is not of the documented shape is an UnreachableError, as if nobody had answered.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from models.errors import UnreachableError

HINT = "does a proxy or a sign-in page of the network stand in between? Then try again"


def json_object(text: str, doing: str) -> dict[str, Any]:
    """The JSON object that an answer is."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise _unusable(f"was cut or no JSON while {doing}") from None
    if not isinstance(found, dict):
        raise _unusable(f"is no JSON object while {doing}")
    return found


def objects(answer: Mapping[str, Any], key: str, what: str) -> list[dict[str, Any]]:
    """The list of objects under a key; absent and null are an empty one."""
    found = answer.get(key)
    if found is None:
        return []
    if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
        raise _unusable(f"has no list of objects in {key}, where {what} should be")
    return found


def an_object(answer: Mapping[str, Any], key: str) -> dict[str, Any]:
    """The object under a key; absent and null are an empty one."""
    found = answer.get(key)
    if not isinstance(found, dict | None):
        raise _unusable(f"has no object in {key}")
    return found or {}


def a_text(answer: Mapping[str, Any], key: str) -> str:
    """The text under a key that is always there."""
    found = answer.get(key)
    if not isinstance(found, str):
        raise _unusable(f"has no text in {key}")
    return found


def json_text(answer: Mapping[str, Any], key: str) -> dict[str, Any]:
    """The object under a key that holds JSON as text; absent, null and empty are an empty one."""
    found = a_text(answer, key) if answer.get(key) else "{}"
    return json_object(found, f"reading {key}")


def a_time(answer: Mapping[str, Any], key: str) -> datetime:
    """The aware time under a key, as RFC 3339."""
    try:
        found = datetime.fromisoformat(str(answer.get(key)))
    except ValueError:
        raise _unusable(f"has no time in {key}") from None
    if found.tzinfo is None:
        raise _unusable(f"has a time without its zone in {key}")
    return found


def _unusable(what: str) -> UnreachableError:
    return UnreachableError(f"Twilio's answer {what}", hint=HINT)
