"""Keyless sign-in, with google-auth as the judge: a login, IAM's signature, a delegated token."""

from __future__ import annotations

import json
import stat
import time
from pathlib import Path
from typing import Any

import google.auth
import httpx
import pytest
from google.auth import impersonated_credentials
from google.auth.exceptions import RefreshError
from google.auth.transport.requests import Request

from sandbox.google import room
from sandbox.google.service_accounts import address_of
from sandbox.world import World
from tests.sandbox.google.conftest import CUSTOMER, SCOPE, WORKSPACE

ACCOUNT = address_of(CUSTOMER)
ADMIN = "admin@acme.example"
PREFIX = "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/"


class Moved(Request):
    """google-auth's addresses are fixed; this is the one thing that is moved."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self.base = world.base

    def __call__(self, url: str, *args: Any, **kwargs: Any) -> Any:
        return super().__call__(url.replace("https:/", self.base), *args, **kwargs)


def login(world: World) -> Path:
    return world.state_dir / "gcloud" / CUSTOMER / "application_default_credentials.json"


@pytest.fixture
def here(world: World, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Application default credentials, as google-auth finds them."""
    monkeypatch.delenv("GOOGLE_APPLICATION_CREDENTIALS", raising=False)
    monkeypatch.setenv("CLOUDSDK_CONFIG", str(login(world).parent))
    return google.auth.default(scopes=[SCOPE + "cloud-platform"])[0]


def keyless(here: Any, subject: str | None = ADMIN, account: str = ACCOUNT) -> Any:
    scopes = [SCOPE + "admin.directory.user.readonly"]
    return impersonated_credentials.Credentials(
        here, target_principal=account, target_scopes=scopes, subject=subject
    )


def users(world: World, bearer: str) -> int:
    url = f"{world.base}/admin.googleapis.com/admin/directory/v1/users?customer={CUSTOMER}"
    return httpx.get(url, headers={"Authorization": f"Bearer {bearer}"}).status_code


def replant(world: World, **changes: Any) -> None:
    world.store.clear()
    room.plant(world, WORKSPACE | changes)


@pytest.mark.parametrize("subject", [ADMIN, None])
def test_google_auth_works_as_the_account_without_its_key(world, here, subject):
    credentials = keyless(here, subject)

    credentials.refresh(Moved(world))

    assert 200 == users(world, credentials.token)
    assert stat.S_IMODE(login(world).stat().st_mode) == 0o600


def test_a_delegated_token_has_the_delegated_scopes_only(world, here):
    replant(world, delegated_scopes=["admin.directory.user"])

    with pytest.raises(RefreshError, match="unauthorized_client"):
        keyless(google.auth.default(scopes=[SCOPE + "cloud-platform"])[0]).refresh(Moved(world))


@pytest.mark.parametrize(
    ("changes", "account", "reason"),
    [
        ({"token_creators": []}, ACCOUNT, "IAM_PERMISSION_DENIED"),
        ({"token_creators": [ADMIN]}, ACCOUNT, "IAM_PERMISSION_DENIED"),
        ({"iam_credentials_enabled": False}, ACCOUNT, "SERVICE_DISABLED"),
        ({}, "nobody@x.iam.gserviceaccount.com", "IAM_PERMISSION_DENIED"),
    ],
)
def test_who_may_not_sign_is_told_why(world, monkeypatch, changes, account, reason):
    replant(world, **changes)
    monkeypatch.setenv("CLOUDSDK_CONFIG", str(login(world).parent))
    here = google.auth.default(scopes=[SCOPE + "cloud-platform"])[0]

    with pytest.raises(RefreshError) as caught:
        keyless(here, account=account).refresh(Moved(world))

    error = json.loads(caught.value.args[1])["error"]
    assert (403, "PERMISSION_DENIED") == (error["code"], error["status"])
    assert reason == error["details"][0]["reason"]


def sign(world: World, here: Any, body: Any, path: str = f"{ACCOUNT}:signJwt") -> tuple[int, str]:
    here.refresh(Moved(world))
    url = (PREFIX + path).replace("https:/", world.base)
    answer = httpx.post(url, headers={"Authorization": f"Bearer {here.token}"}, json=body)
    return answer.status_code, answer.text


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({"payload": "no JSON"}, "not a JSON object"),
        ({"payload": "[]"}, "not a JSON object"),
        ({}, "not a JSON object"),
        ({"payload": json.dumps({"exp": 1})}, "within 12 hours"),
        ({"payload": json.dumps({"exp": time.time() * 2})}, "within 12 hours"),
        ({"payload": "{}", "claims": {}}, "Unknown name"),
    ],
)
def test_what_can_not_be_signed(world, here, body, says):
    status, text = sign(world, here, body)

    assert 400 == status
    assert says in text
    assert '"status":"INVALID_ARGUMENT"' in text


def test_a_project_has_no_place_in_the_address(world, here):
    url = (PREFIX.replace("/-/", "/my-project/") + f"{ACCOUNT}:signJwt").replace(
        "https:/", world.base
    )
    here.refresh(Moved(world))
    answer = httpx.post(url, headers={"Authorization": f"Bearer {here.token}"}, json={})

    assert (400, True) == (answer.status_code, "wildcard" in answer.text)


def test_a_stranger_is_refused(world):
    url = (PREFIX + f"{ACCOUNT}:signJwt").replace("https:/", world.base)

    assert 401 == httpx.post(url, json={"payload": "{}"}).status_code


@pytest.mark.parametrize(
    ("change", "status", "error"),
    [
        ({"refresh_token": "1//other"}, 400, "invalid_grant"),
        ({"client_secret": "other"}, 401, "invalid_client"),
        ({"scope": SCOPE + "admin.directory.user"}, 400, "invalid_scope"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
    ],
)
def test_logins_that_are_refused(world, change, status, error):
    kept = json.loads(login(world).read_text())
    kept.pop("type")
    form = {"grant_type": "refresh_token", **kept, **change}
    answer = httpx.post(f"{world.base}/oauth2.googleapis.com/token", data=form)

    assert (status, error) == (answer.status_code, answer.json()["error"])


def test_the_managed_key_is_made_once_and_never_shown(world, here):
    body = {"payload": "{}"}
    first, second = (json.loads(sign(world, here, body)[1]) for _ in range(2))

    assert first["keyId"] == second["keyId"]
    assert {"keyId", "signedJwt"} == set(first)
