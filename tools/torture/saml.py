"""Hostile SAML responses, made fresh, at both doors: the sandbox's Flex, and `flexsso explain`.

Each has to be refused for its own reason: one that is refused for another proves nothing. The list
is that of `tests.sandbox.twilio.attacks`.
"""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from models.finding import Result
from models.saml_input import SamlInputError
from sandbox.twilio import room
from tests.models.saml_door import Door, wrong
from tests.sandbox.twilio import attacks
from tests.sandbox.twilio.idp import Idp
from tests.sandbox.twilio.service_provider import ServiceProvider
from tests.servers import one_room, served
from tools.torture.figure import Figure, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator

NEEDS_MEMORY = "in_response_to"
"""Only Flex knows which requests it sent: `explain` says that it can't tell."""

NO_INPUT = frozenset({"missing", "not_base64"})


class Vector(NamedTuple):
    """One hostile response, and the code of the reason why nobody may believe it."""

    group: str
    name: str
    attack: attacks.Attack
    reason: str


def vectors() -> Iterator[Vector]:
    """All of them."""
    for group, listed in (("wrapping", attacks.WRAPPING), ("signature", attacks.SIGNATURE)):
        for attack, reason in listed.items():
            yield Vector(group, attack.__name__.replace("_", " "), attack, reason)
    for attack, reason in attacks.SEMANTICS:
        yield Vector("meaning", attack.__name__.replace("_", " "), attack, reason)
    for name, attack, reason in attacks.ENCODING:
        yield Vector("encoding", name, attack, reason)


def saml(_scope: Scope) -> Figure:
    """All vectors at both doors, in the short run too: they take seconds."""
    figure = Figure("hostile SAML responses at two doors, each refused for its own reason")
    with tempfile.TemporaryDirectory() as name, served(Path(name), one_room(room)) as world:
        flex = ServiceProvider(world, Idp())
        door = Door(flex.provider)
        with flex.http:
            for vector in vectors():
                figure.add(f"Flex: {vector.name}", at_flex(flex, vector))
                figure.add(f"explain: {vector.name}", at_explain(door, vector))
            flex.world.options.requires_signed_response = True
            figure.add("a genuine one", "" if _lets_ada_in(flex) else f"refused: {flex.reason()}")
    return figure


def at_flex(flex: ServiceProvider, vector: Vector) -> str:
    """What is wrong with how the sandbox's Flex takes it; empty if nothing is."""
    flex.world.options.requires_signed_response = vector.group != "wrapping"
    flex.post(vector.attack(flex))
    if flex.world.store.page("worker"):
        return "somebody was let in"
    seen = flex.reason()
    return "" if seen == vector.reason else f"refused for {seen or 'nothing'}, not {vector.reason}"


def at_explain(door: Door, vector: Vector) -> str:
    """What is wrong with what `explain` says of it."""
    try:
        explanation = door.explain(vector.attack(door), at=datetime.now(UTC))
    except SamlInputError:
        return "" if vector.reason in NO_INPUT else "is no input"
    found = wrong(explanation)
    if vector.reason == NEEDS_MEMORY:
        unknown = explanation.findings[-1].result is Result.NOT_CHECKED
        return "" if unknown else "claims to know which requests were sent"
    if vector.group == "signature" and explanation.trusted:
        return "is trusted"
    return "" if vector.reason in found else f"finds {found}, not {vector.reason}"


def _lets_ada_in(flex: ServiceProvider) -> bool:
    flex.post(flex.signed())
    return [one["friendly_name"] for one in flex.world.store.page("worker")] == ["ada@acme.example"]
