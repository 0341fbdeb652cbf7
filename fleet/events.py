"""The engine's event log of one call, read into what a fleet wants to know.

A line is one JSON object, `{"sequence", "timestamp", "<kind>Event": {…}}`
(`apitype.EngineEvent` of the engine).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from fleet.result import Change
from models.phase import Phase

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

STACK = "pulumi:pulumi:Stack"
OURS = "pulumi-python:dynamic/"
RECORDS = (f"{OURS}google:SamlApp", f"{OURS}twilio:FlexSso")
"""Records of consoles: until verified, each `up` looks at them again, which plans an update."""
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""What the engine writes where a preview can't know a value."""
QUIET = {"same", "refresh", "read"}


class Story(NamedTuple):
    """One engine call.

    `outputs` are the stack's, without those that a preview can't know; `phase` is theirs or, in a
    preview, the last known one; `errors` is what the engine complained of; `drift` what the
    records tell of the consoles; `last_login` (RFC 3339) the sign-in that made it verified.
    """

    outputs: dict[str, Any]
    phase: str
    changes: tuple[Change, ...]
    errors: tuple[str, ...]
    drift: tuple[str, ...]
    last_login: str = ""


def read_events(log: Path) -> Story:
    """Read the log. An absent one tells of nothing: the engine ended before it began."""
    if not log.exists():
        return Story({}, "", (), (), ())
    with log.open(encoding="utf-8") as lines:
        return story_of(json.loads(line) for line in lines if line.endswith("\n"))


def story_of(events: Iterable[dict[str, Any]]) -> Story:
    """What the events tell."""
    outputs: dict[str, Any] = {}
    changes: list[Change] = []
    errors: list[str] = []
    drift: list[str] = []
    last_phase = last_login = ""
    for event in events:
        if diagnostic := event.get("diagnosticEvent"):
            if diagnostic["severity"] == "error":
                errors.append(_plain(diagnostic["message"]))
        elif step := event.get("resOutputsEvent"):
            meta = step["metadata"]
            if meta["type"] == STACK:
                outputs = _known((meta.get("new") or {}).get("outputs") or outputs)
            last_phase = _phase(meta) or last_phase
            last_login = _last_login(meta) or last_login
            drift += _record_drift(meta)
        elif (step := event.get("resourcePreEvent")) and (change := _change(step["metadata"])):
            changes.append(change)
    phase = str(outputs.get("status") or last_phase)
    once = tuple(dict.fromkeys(errors)), tuple(dict.fromkeys(drift))
    return Story(outputs, phase, tuple(changes), *once, last_login)


def differences(story: Story) -> tuple[str, ...]:
    """What a look with refresh found different: consoles, and whatever an `up` would put right."""
    planned = (str(one) for one in story.changes if f"{OURS}{one.resource}" not in RECORDS)
    return tuple(dict.fromkeys([*story.drift, *planned]))


def _known(outputs: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in outputs.items() if value != UNKNOWN}


def _phase(meta: dict[str, Any]) -> str:
    """What the record of Flex's form says, before the call if not after it."""
    if meta["type"] != RECORDS[1]:
        return ""
    for side in (meta.get("new") or {}, meta.get("old") or {}):
        status = (side.get("outputs") or {}).get("status")
        if status in set(Phase):
            return str(status)
    return ""


def _last_login(meta: dict[str, Any]) -> str:
    """When somebody's sign-in was last proved by both sides."""
    if meta["type"] != RECORDS[1]:
        return ""
    outputs = (meta.get("new") or meta.get("old") or {}).get("outputs") or {}
    proof = outputs.get("proof")
    return str(proof.get("time") or "") if isinstance(proof, dict) else ""


def _change(meta: dict[str, Any]) -> Change | None:
    if meta["op"] in QUIET or not meta["type"].startswith(OURS):
        return None
    keys = tuple(sorted(set(meta.get("diffs") or ()) - {"__provider"}))
    resource = meta["type"].removeprefix(OURS)
    return Change(resource=resource, operation=meta["op"], keys=keys)


def _record_drift(meta: dict[str, Any]) -> Iterator[str]:
    """Drift that a record of ours tells of itself, in its outputs."""
    if meta["type"] not in RECORDS:
        return
    seen = (meta.get("new") or {}).get("outputs") or {}
    is_drifted = seen.get("status") in {None, Phase.DRIFTED.value}
    for one in (seen.get("drift") or []) if is_drifted else []:
        if isinstance(one, dict):
            name = meta["type"].removeprefix(OURS)
            yield f"{name}: {one.get('field')} is {one.get('observed')}, not {one.get('recorded')}"


def _plain(message: str) -> str:
    return message.strip().removeprefix("error: ").strip()
