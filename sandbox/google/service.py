"""One call of a Google API from its URL to its answer, whether it came alone or in a batch.

Order: known URL, token, scope, administrator and privilege, quota, published description, then the
operation.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sandbox.google import contract, customers, errors, fields, privileges, quota, tokens

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sandbox.parity import Mark
    from sandbox.world import World

Document = dict[str, Any]


@dataclass(frozen=True)
class Call:
    """An HTTP request to an API, or a part of a batch. Header names are lower case."""

    http_method: str
    path: str
    query: dict[str, str]
    headers: Mapping[str, str]
    content: bytes = b""


@dataclass(frozen=True)
class Answer:
    """Status, headers and JSON body (None: no body; a fault's may be plain text)."""

    status: int
    body: Document | str | None
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Context:
    """What an operation works with: `params` holds path and query parameters together."""

    world: World
    caller: tokens.Caller
    params: dict[str, str]
    body: Document

    @property
    def customer(self) -> str:
        """The caller's customer id."""
        return self.caller.customer


@dataclass(frozen=True)
class Operation:
    """One row of an API's table: the method's id, what does it, how well it is founded."""

    id: str
    act: Callable[[Context], Document | None]
    mark: Mark = "discovery"
    note: str = ""


class Api:
    """One discovery document and the operations of it that the sandbox has."""

    def __init__(self, name: str, operations: list[Operation]) -> None:
        self.methods = contract.methods(name)
        self.operations = {operation.id: operation for operation in operations}

    def route(self, call: Call) -> tuple[contract.Method, dict[str, str]] | None:
        """The method that `call` means, with its path parameters; implemented ones first."""
        ids = [*self.operations, *(i for i in self.methods if i not in self.operations)]
        for method_id in ids:
            method = self.methods[method_id]
            if method.http_method != call.http_method:
                continue
            found = method.path_parameters(call.path)
            if found is not None:
                return method, found
        return None


def answer(world: World, apis: list[Api], call: Call) -> Answer:
    """Carry out `call` on the API whose URL it is."""
    try:
        for api in apis:
            routed = api.route(call)
            if routed:
                return _carry_out(world, api, call, *routed)
        raise errors.unknown_url()
    except errors.GoogleError as error:
        return Answer(error.status, error.body(), error.headers)


def _carry_out(
    world: World, api: Api, call: Call, method: contract.Method, path: dict[str, str]
) -> Answer:
    who = tokens.caller(world, call.headers.get("authorization"))
    if not who.scopes & set(method.scopes):
        raise errors.insufficient_scopes(list(method.scopes))
    if not who.is_admin:
        raise errors.not_authorized()
    privileges.check(_privileges(world, who), method.id)
    quota.take(world, who.customer)
    method.check_query(call.query)
    body = _body(call, method)
    operation = api.operations.get(method.id)
    if operation is None:
        raise errors.not_emulated(method.id)
    result = operation.act(Context(world, who, {**call.query, **path}, body))
    return _shape(result, call)


def _privileges(world: World, who: tokens.Caller) -> list[str] | None:
    """Those of the administrator's role; None for a super administrator's."""
    found: list[str] | None = (customers.get(world, who.customer) or {}).get("privileges")
    return found


def _body(call: Call, method: contract.Method) -> Document:
    if method.body_check is None:
        return {}
    try:
        body = json.loads(call.content)
    except ValueError:
        raise errors.parse_error() from None
    method.check_body(body)
    return body if isinstance(body, dict) else {}


def _shape(result: Document | None, call: Call) -> Answer:
    if result is None:
        return Answer(204, None)
    etag = result.get("etag", "")
    headers = {"ETag": etag} if etag else {}
    if etag and call.http_method == "GET" and call.headers.get("if-none-match") == etag:
        return Answer(304, None, headers)
    if "fields" in call.query:
        result = fields.pick(result, fields.parse(call.query["fields"]))
    return Answer(200, result, headers)
