"""docs/reference/saml-attacks.md: the hostile responses, and why each is refused."""

from __future__ import annotations

from sandbox.twilio.rejected import SENTENCES
from tools.reference.page import code, head, table
from tools.torture.saml import Vector, vectors

TITLES = {
    "wrapping": "Wrapping: the signed part is there, something else stands in its place",
    "signature": "Signature: missing, forged, weak, or with more in it than belongs there",
    "meaning": "Meaning: genuinely signed, but not for this door, this moment or this person",
    "encoding": "Encoding: refused before anybody looks for a signature",
}
INTRO = """
Made fresh with keys of their own in each run, and brought to both doors that know Flex's rules and
share no code: the sandbox's Flex, and `./flexsso explain`. Each must be refused for the reason that
stands here, and `explain` names that reason before any other; `make torture ARGS="--only saml"`
counts them, and beside them a replay, a certificate that has ended, a response of 850 kB, a deflate
bomb and a person without roles. Tests hold an assertion of another connection, certificates that
have not begun, and mutants drawn by Hypothesis.
"""


def render() -> str:
    """The page: a table for each kind."""
    source = "`tests/sandbox/twilio/attacks.py`"
    parts = [head("Hostile SAML responses", source), INTRO]
    for group, title in TITLES.items():
        rows = [_row(vector) for vector in vectors() if vector.group == group]
        parts.append(f"\n## {title}\n\n" + table(("response", "reason", "in words"), rows))
    return "".join(parts)


def _row(vector: Vector) -> tuple[str, str, str]:
    about = (vector.attack.__doc__ or "").splitlines()[0] if vector.attack.__doc__ else ""
    told = vector.name if not about else f"{vector.name}: {about}"
    return told, code(vector.reason), SENTENCES[vector.reason]
