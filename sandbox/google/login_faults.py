"""Faults of the next login: what may be wrong with a Response, set at /_sandbox/next-login.

Some change what is said (before it is signed), some how it is signed, one what was signed.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sandbox.google import certificates, saml_response
from sandbox.google.authn_request import SAML

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.google.saml_response import Login
    from sandbox.world import World


class UnknownFaultError(Exception):
    """No fault has this name; the text lists those that exist."""


def respond(world: World, customer: str, login: Login, fault: str | None) -> Any:
    """The Response for `login`, with `fault` in it if one is named."""
    if fault is None:
        return saml_response.success(login)
    if fault in _SAID:
        return saml_response.success(_SAID[fault](login))
    if fault in _KEYS:
        return saml_response.success(_KEYS[fault](world, customer, login))
    if fault == "tampered":
        return _tampered(saml_response.success(login))
    known = sorted([*_SAID, *_KEYS, "tampered"])
    raise UnknownFaultError(f"unknown fault {fault!r}; known: {', '.join(known)}")


def _without(name: str) -> Callable[[Login], Login]:
    return lambda login: login.with_changes(
        attributes={k: v for k, v in login.attributes.items() if k.lower() != name}
    )


def _later(**delta: int) -> Callable[[Login], Login]:
    return lambda login: login.with_changes(now=login.now + timedelta(**delta))


def _empty_roles(login: Login) -> Login:
    return login.with_changes(attributes={**login.attributes, "roles": []})


_SAID: dict[str, Callable[[Login], Login]] = {
    "wrong_issuer": lambda login: login.with_changes(issuer=login.issuer + "x"),
    "wrong_audience": lambda login: login.with_changes(audience="urn:flex:somebody-else"),
    "wrong_recipient": lambda login: login.with_changes(acs_url=login.acs_url + "x"),
    "unsolicited": lambda login: login.with_changes(in_response_to=""),
    "unknown_request": lambda login: login.with_changes(in_response_to=saml_response.new_id()),
    "expired": _later(hours=-1),
    "not_yet_valid": _later(hours=1),
    "unsigned": lambda login: login.with_changes(signed=False),
    "assertion_signed": lambda login: login.with_changes(signed_response=False),
    "missing_roles": _without("roles"),
    "empty_roles": _empty_roles,
    "full_name_missing": _without("full_name"),
    "email_missing": _without("email"),
    "missing_name_id": lambda login: login.with_changes(name_id=""),
}


def _other_key(world: World, _customer: str, login: Login) -> Login:
    """A stranger's key, with the genuine certificate beside the signature."""
    return login.with_changes(key=certificates.make(world)["key"])


def _second_certificate(world: World, customer: str, login: Login) -> Login:
    """Google signs with the customer's other certificate; one is made if there is only one."""
    held = certificates.all_of(world, customer)
    other = next((c for c in held if c["certificate"] != login.certificate), None)
    other = other or certificates.add(world, customer)
    return login.with_changes(key=other["key"], certificate=other["certificate"])


_KEYS: dict[str, Callable[[World, str, Login], Login]] = {
    "other_key": _other_key,
    "second_certificate": _second_certificate,
}


def _tampered(response: Any) -> Any:
    name_id = next(response.iter(f"{{{SAML}}}NameID"))
    name_id.text = "mallory@" + name_id.text.partition("@")[2]
    return response
