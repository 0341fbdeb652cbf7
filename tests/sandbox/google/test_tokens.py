"""The token endpoint: a service account's assertion is verified for real."""

from __future__ import annotations

import json
import stat
import time
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from google.auth import crypt, jwt
from google.auth.exceptions import RefreshError
from google.auth.transport.requests import Request
from google.oauth2 import service_account

from sandbox.google import room
from sandbox.world import World
from tests.sandbox.google.conftest import CUSTOMER, SCOPE, WORKSPACE, key_file

ADMIN = "admin@acme.example"
UNTIMELY = "Invalid JWT: Token must be a short-lived token"


def ask(world: World, key: dict[str, str] | None = None, **claims: Any) -> tuple[int, Any]:
    """Status and body for an assertion that differs from a good one by `claims` and `key`."""
    held = json.loads(key_file(world).read_text()) | (key or {})
    now = int(time.time())
    good = {
        "iss": held["client_email"],
        "sub": ADMIN,
        "scope": SCOPE + "admin.directory.user",
        "aud": "https://oauth2.googleapis.com/token",
        "iat": now,
        "exp": now + 3600,
    }
    signer = crypt.RSASigner.from_service_account_info(held)
    assertion = jwt.encode(signer, good | claims).decode()
    return post(world, assertion)


def post(world: World, assertion: str) -> tuple[int, Any]:
    form = {"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": assertion}
    answer = httpx.post(f"{world.base}/oauth2.googleapis.com/token", data=form)
    return answer.status_code, answer.json()


def test_the_key_file_is_private_and_works_with_google_auth(world: World) -> None:
    assert stat.S_IMODE(key_file(world).stat().st_mode) == 0o600
    credentials = service_account.Credentials.from_service_account_file(
        key_file(world), scopes=[SCOPE + "admin.directory.user"], subject=ADMIN
    )
    credentials.refresh(Request())

    assert credentials.valid


def test_a_good_assertion_gets_a_bearer_token(world: World) -> None:
    status, body = ask(world)

    assert (status, body["token_type"]) == (200, "Bearer")
    assert body["expires_in"] > 3000


@pytest.mark.parametrize(
    ("claims", "status", "error", "text"),
    [
        ({"aud": "https://elsewhere.example/token"}, 400, "invalid_grant", "audience"),
        ({"iss": "stranger@x.iam.gserviceaccount.com"}, 400, "invalid_grant", "account not found"),
        ({"iat": 1_000_000, "exp": 1_003_600}, 400, "invalid_grant", UNTIMELY),
        ({"exp": 99_999_999_999}, 400, "invalid_grant", UNTIMELY),
        ({"exp": None}, 400, "invalid_grant", UNTIMELY),
        ({"scope": ""}, 400, "invalid_scope", "Empty or missing scope"),
        ({"sub": "nobody@acme.example"}, 400, "invalid_grant", "Invalid email or User ID"),
        ({"scope": SCOPE + "drive"}, 401, "unauthorized_client", "Client is unauthorized"),
    ],
)
def test_wrong_claims_are_refused(
    world: World, claims: dict[str, Any], status: int, error: str, text: str
) -> None:
    answered, body = ask(world, **claims)

    assert (answered, body["error"]) == (status, error)
    assert text in body["error_description"]


def test_another_key_under_the_same_id_is_refused(world: World) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()

    status, body = ask(world, {"private_key": pem})
    expected = {"error": "invalid_grant", "error_description": "Invalid JWT Signature."}
    assert (status, body) == (400, expected)


@pytest.mark.parametrize("assertion", ["", "a.b.c", "e30.e30", "W10.W10.eA"])
def test_what_is_no_assertion_is_refused(world: World, assertion: str) -> None:
    assert post(world, assertion)[0] == 400


def test_a_scope_that_was_not_delegated_fails_the_whole_token(world: World) -> None:
    room.plant(
        world,
        WORKSPACE
        | {"customer_id": "C02other", "admin": "root@b.example", "users": [], "groups": []}
        | {"values": {}, "delegated_scopes": ["admin.directory.user"]},
    )
    credentials = service_account.Credentials.from_service_account_file(
        key_file(world, "C02other"),
        scopes=[SCOPE + "admin.directory.user", SCOPE + "admin.directory.userschema"],
        subject="root@b.example",
    )

    with pytest.raises(RefreshError, match="unauthorized_client"):
        credentials.refresh(Request())


def test_an_assertion_stays_good_when_the_pretend_worlds_clock_moves(world: World) -> None:
    world.set_clock(5 * 365 * 86400)

    assert ask(world)[0] == 200


def test_the_store_holds_no_token_and_no_private_key_of_the_account(world: World) -> None:
    _, body = ask(world)
    kept = json.dumps(world.store.page("google_token") + world.store.page("google_key"))

    assert CUSTOMER in kept
    assert body["access_token"] not in kept
    assert "PRIVATE KEY" not in kept
