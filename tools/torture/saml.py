"""Hostile SAML responses, made fresh, at both doors: the sandbox's Flex, and `flexsso explain`.

Each has to be refused for its own reason: one that is refused for another proves nothing. The list
is that of `tests.sandbox.twilio.attacks`.
"""

from __future__ import annotations

import base64
import tempfile
import tracemalloc
import zlib
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlencode

from models.finding import Result
from models.saml_input import SamlInputError
from providers.twilio.sign_in_probe import read_authn_request
from sandbox.twilio import room
from tests.models.saml_door import Door, wrong
from tests.sandbox.twilio import attacks
from tests.sandbox.twilio.idp import Idp
from tests.sandbox.twilio.service_provider import ServiceProvider
from tests.servers import one_room, served
from tools.torture.figure import Figure, Scope

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from models.saml_response import Explanation
    from sandbox.world import World

NEEDS_MEMORY = "in_response_to"
"""Only Flex knows which requests it sent: `explain` says that it can't tell."""

NO_INPUT = frozenset({"missing", "not_base64"})
INFLATED = 64_000_000
BOUND = 4_000_000
MANY = [f"wfo.{number:0120}" for number in range(5000)]
"""So many roles make a response of 850 kB."""


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
            for case, verdict in chain(beside(flex, door), ended(world)):
                figure.add(case, verdict)
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
    if vector.group in {"signature", "wrapping"} and explanation.trusted:
        return "is trusted"
    if vector.reason == NEEDS_MEMORY:
        return _left_to_flex(explanation)
    return "" if found[:1] == [vector.reason] else f"finds {found}, not {vector.reason} first"


def _left_to_flex(explanation: Explanation) -> str:
    """What is wrong where only Flex can know: all else must fit, and `explain` must say so."""
    (memory,) = [row for row in explanation.findings if row.check == "replay"]
    if memory.result is not Result.NOT_CHECKED or "begun at Flex" not in memory.note:
        return "claims to know which requests were sent"
    return "" if explanation.trusted and not wrong(explanation) else f"finds {wrong(explanation)}"


def beside(flex: ServiceProvider, door: Door) -> Iterator[tuple[str, str]]:
    """(name, what is wrong) of what is no single response to both doors."""
    huge = flex.signed(attributes=_roles(MANY))
    yield "Flex: 850 kB", "" if flex.post(huge).status_code == 413 else "was read"
    found = wrong(door.explain(door.signed(attributes=_roles(MANY))))
    yield "explain: 850 kB", "" if found == ["too_large"] else f"finds {found}, not too_large"
    yield "probe: a deflate bomb in Flex's request", _bomb()
    nobody = door.explain(door.signed(attributes=_roles([])))
    found = wrong(nobody)
    told = nobody.trusted and "claim roles" in found
    yield "explain: no value for roles", "" if told else f"finds {found}, not claim roles"
    again = flex.signed()
    flex.post(again)
    flex.post(again)
    yield "Flex: replay", "" if flex.reason() == "replay" else f"refused for {flex.reason()}"
    yield "explain: replay", _left_to_flex(door.explain(again_of(door), at=datetime.now(UTC)))


def ended(world: World) -> Iterator[tuple[str, str]]:
    """The same of a connection whose certificate has ended."""
    provider, reason = Idp(certificate_days=(-30, -1)), "certificate_expired"
    flex, door = ServiceProvider(world, provider), Door(provider)
    flex.post(flex.signed())
    yield f"Flex: {reason}", "" if flex.reason() == reason else f"refused for {flex.reason()}"
    found = wrong(door.explain(door.signed(), at=datetime.now(UTC)))
    yield f"explain: {reason}", "" if found[:1] == [reason] else f"finds {found}, not {reason}"


def again_of(door: Door) -> Any:
    """A response that `explain` is shown a second time: it keeps nothing of the first."""
    response = door.signed(in_response_to="_" + "5a" * 16)
    door.explain(response)
    return response


def _roles(values: Iterable[str]) -> str:
    said = "".join(f"<saml2:AttributeValue>{one}</saml2:AttributeValue>" for one in values)
    rest = "".join(
        f'<saml2:Attribute Name="{name}"><saml2:AttributeValue>{value}</saml2:AttributeValue>'
        "</saml2:Attribute>"
        for name, value in (("email", "ada@acme.example"), ("full_name", "Ada"))
    )
    roles = f'<saml2:Attribute Name="roles">{said}</saml2:Attribute>'
    return f"<saml2:AttributeStatement>{rest}{roles}</saml2:AttributeStatement>"


def _bomb() -> str:
    """A SAMLRequest of some kilobytes that inflates to 64 MB: no request, and little memory."""
    packer = zlib.compressobj(9, wbits=-15)
    packed = packer.compress(b"<x>" + b" " * INFLATED) + packer.flush()
    query = urlencode({"idpid": "C01sandbx", "SAMLRequest": base64.b64encode(packed).decode()})
    tracemalloc.start()
    seen = read_authn_request(f"https://accounts.google.com/o/saml2/idp?{query}")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    if peak > BOUND:
        return f"took {peak / 1e6:.0f} MB"
    return "" if seen.why_not and not seen.issuer else "was read"


def _lets_ada_in(flex: ServiceProvider) -> bool:
    flex.post(flex.signed())
    return [one["friendly_name"] for one in flex.world.store.page("worker")] == ["ada@acme.example"]
