"""Whatever JSON comes, the Directory API answers in Google's words and never breaks."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.google import api, room, service
from sandbox.store import Store
from sandbox.world import World
from tests.sandbox.google.conftest import CUSTOMER, SCOPE, SCOPES, WORKSPACE

ROOT = "/admin/directory/v1"
SCHEMAS = f"{ROOT}/customer/{CUSTOMER}/schemas"
CALLS = [
    ("POST", SCHEMAS),
    ("PUT", f"{SCHEMAS}/Flex_Details"),
    ("PATCH", f"{SCHEMAS}/Flex_Details"),
    ("PUT", f"{ROOT}/users/ada@acme.example"),
    ("POST", f"{ROOT}/users"),
    ("POST", f"{ROOT}/groups/agents@acme.example/members"),
]
NAMES = st.sampled_from(
    [
        "schemaName", "displayName", "fields", "fieldName", "fieldType", "multiValued", "name",
        "readAccessType", "customSchemas", "Flex_Details", "Roles", "Full_Name", "value", "type",
        "primaryEmail", "email", "role", "password", "givenName", "familyName", "suspended", "x",
    ]
)  # fmt: skip
LEAVES = st.none() | st.booleans() | st.integers() | st.sampled_from(
    ["STRING", "A", "a b", "", "work", "new@acme.example", "ADMINS_AND_SELF"]
)  # fmt: skip
BODIES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4)
)

TEXTS = st.sampled_from(
    [None, "", "A", "a b", "STRING", "DATE", "ADMINS_AND_SELF", "new@acme.example"]
)
FLAGS = st.none() | st.booleans()
FIELD = st.fixed_dictionaries(
    {},
    optional={
        "fieldName": TEXTS,
        "displayName": TEXTS,
        "fieldType": TEXTS,
        "readAccessType": TEXTS,
        "multiValued": FLAGS,
        "indexed": FLAGS,
    },
)
SCHEMA = st.fixed_dictionaries(
    {},
    optional={
        "schemaName": TEXTS,
        "displayName": TEXTS,
        "fields": st.none() | st.lists(st.none() | FIELD, max_size=3),
    },
)
USER = st.fixed_dictionaries(
    {},
    optional={
        "primaryEmail": TEXTS,
        "name": st.none() | st.fixed_dictionaries({}, optional={"givenName": TEXTS}),
        "password": TEXTS,
        "suspended": FLAGS,
        "archived": FLAGS,
        "orgUnitPath": TEXTS,
        "customSchemas": st.none() | st.dictionaries(NAMES, st.none() | BODIES, max_size=2),
    },
)


class _Undone(Exception):  # noqa: N818  ends a transaction
    pass


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """`asked((method, path, body), …)`: answers as the administrator, then all is undone."""
    world = World(base="http://127.0.0.1:1", state_dir=Path(tmp_path_factory.mktemp("any")))
    world.store = Store()
    world.options.directory_quota_per_minute = 10**9
    room.plant(world, WORKSPACE)
    headers = {"authorization": f"Bearer {_bearer(world)}"}

    def ask(*calls: tuple[str, str, Any]) -> list[service.Answer]:
        answers: list[service.Answer] = []
        with contextlib.suppress(_Undone), world.store.transaction():
            for method, path, body in calls:
                call = service.Call(method, path, {}, headers, json.dumps(body).encode())
                answers.append(service.answer(world, api.APIS, call))
            raise _Undone
        return answers

    return ask


def _bearer(world: World) -> str:
    from sandbox.google import tokens  # noqa: PLC0415

    scopes = [SCOPE + scope for scope in SCOPES]
    issued = tokens.issue(world, CUSTOMER, "admin@acme.example", scopes, is_robot=False)
    return str(issued["access_token"])


@settings(max_examples=600, deadline=None)
@given(call=st.sampled_from(CALLS), body=BODIES | SCHEMA | USER)
def test_any_body_gets_an_answer(asked: Any, call: tuple[str, str], body: Any) -> None:
    (answer,) = asked((*call, body))

    assert answer.status in {200, 400, 404, 409, 413}
    if answer.status != 200:
        assert answer.body["error"]["code"] == answer.status


@settings(max_examples=200, deadline=None)
@given(values=st.dictionaries(st.sampled_from(["Roles", "Full_Name", "Lead", "Zip"]), BODIES))
def test_any_values_are_kept_or_refused_whole(asked: Any, values: dict[str, Any]) -> None:
    path = f"{ROOT}/users/grace@acme.example"
    body = {"customSchemas": {"Flex_Details": values}}
    before, answer, after = asked(("GET", path, None), ("PUT", path, body), ("GET", path, None))

    assert answer.status in {200, 400, 413}
    assert answer.status == 200 or after.body == before.body
