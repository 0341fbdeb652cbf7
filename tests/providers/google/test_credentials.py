"""Credentials without a key, in a pretend world, and what is said when they don't work."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from google.auth.exceptions import RefreshError

from models.endpoints import Endpoints
from models.errors import CredentialsError, ImpersonationError, UnreachableError
from models.tenant import Credentials, GoogleCredentials
from providers.google.credentials import credentials_of, refused
from providers.google.directory_api import DirectoryApi
from providers.settings import Settings
from sandbox import seed
from sandbox.google.service_accounts import address_of
from sandbox.world import World

CUSTOMER, ADMIN = "C01sandbx", "admin@acme.example"


@pytest.fixture
def signed_in(pretend_world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """A shell in which somebody has signed in with gcloud, and in which there is no key."""
    monkeypatch.delenv("GOOGLE_APPLICATION_CREDENTIALS", raising=False)
    monkeypatch.setenv("CLOUDSDK_CONFIG", str(pretend_world.state_dir / "gcloud" / CUSTOMER))
    for key in (pretend_world.state_dir / "credentials").glob("google-*.json"):
        key.unlink()
    return pretend_world


def settings(world: World, admin: str | None = ADMIN) -> Settings:
    account = GoogleCredentials(service_account=address_of(CUSTOMER))
    return Settings(
        endpoints=Endpoints(base=world.base),
        credentials=Credentials(google=account),
        google_admin=admin,
    )


@pytest.mark.parametrize("admin", [ADMIN, None])
def test_calls_and_batches_work_without_a_key(signed_in, admin):
    directory = DirectoryApi(settings(signed_in, admin), CUSTOMER, writes=True)

    made = directory.insert_schema("Flex", "Flex", [{"fieldName": "A", "displayName": "A"} | TEXT])
    done = directory.update_people("Flex", {"ada@acme.example": {"A": "1"}})

    assert "Flex" == made["schemaName"]
    assert {"ada@acme.example": {"A": "1"}} == done


TEXT = {"fieldType": "STRING"}


def test_a_token_that_is_good_for_longer_than_there_are_dates(pretend_world):
    """What google-auth raises then is none of its own errors; another one is asked for."""
    body = {"access_token": "ya29.x", "token_type": "Bearer", "expires_in": 10**40}
    pretend_world.faults[:] = [{"host": "oauth2.googleapis.com", "status": 200, "body": body}]
    key = pretend_world.state_dir / "credentials" / f"google-{CUSTOMER}.json"
    given = Settings(
        endpoints=Endpoints(base=pretend_world.base),
        credentials=Credentials(google=GoogleCredentials(file=str(key))),
        google_admin=ADMIN,
    )

    schemas = DirectoryApi(given, CUSTOMER).schemas()

    assert ["HR"] == [one["schemaName"] for one in schemas]


def test_nobody_is_signed_in(pretend_world, monkeypatch, tmp_path):
    monkeypatch.setenv("CLOUDSDK_CONFIG", str(tmp_path))
    monkeypatch.setenv("NO_GCE_CHECK", "true")
    monkeypatch.delenv("GOOGLE_APPLICATION_CREDENTIALS", raising=False)

    with pytest.raises(CredentialsError, match="gcloud auth application-default login"):
        credentials_of(settings(pretend_world), ("admin.directory.user",))


def test_whoever_may_not_sign_is_told_the_role(signed_in):
    policy = signed_in.store.get("google_iam", address_of(CUSTOMER))
    assert policy is not None
    policy["token_creators"] = []
    signed_in.store.put("google_iam", address_of(CUSTOMER), policy)

    with pytest.raises(ImpersonationError) as caught:
        next(DirectoryApi(settings(signed_in), CUSTOMER).people("HR"))

    assert "iam.serviceAccounts.signJwt" in caught.value.what
    assert "roles/iam.serviceAccountTokenCreator" in caught.value.hint


def iam(code: int, **more: Any) -> RefreshError:
    body = {"error": {"code": code, "message": "M", "status": "S", **more}}
    return RefreshError("Unable to acquire impersonated credentials", json.dumps(body))


@pytest.mark.parametrize(
    ("error", "kind", "hint"),
    [
        (iam(403), ImpersonationError, "serviceAccountTokenCreator"),
        (iam(403, details=[{"reason": "SERVICE_DISABLED"}]), ImpersonationError, "services enable"),
        (iam(401), ImpersonationError, "sign in again"),
        (iam(503), UnreachableError, "try again"),
        (iam(429), UnreachableError, "try again"),
        (RefreshError("Unable to", "<html>"), UnreachableError, "try again"),
        (
            RefreshError(
                "invalid_grant: Token has been expired or revoked.", {"error": "invalid_grant"}
            ),
            CredentialsError,
            "sign in again",
        ),
        (
            RefreshError("unauthorized_client: no", {"error": "unauthorized_client"}),
            CredentialsError,
            "Manage Domain Wide Delegation",
        ),
        (RefreshError("x", {"error": "invalid_grant"}), CredentialsError, "tenant.google.admin"),
    ],
)
def test_each_refusal_has_its_way_out(error, kind, hint):
    ours = refused(error, "listing people")

    assert kind is type(ours)
    assert hint in ours.hint
    assert "while listing people" in ours.what


READ_ONLY = ("admin.directory.user.readonly", "admin.directory.userschema.readonly")


def test_looking_takes_the_read_only_scopes_alone(signed_in):
    """What preview and refresh call is let through where nothing else was delegated."""
    google = [seed.DEFAULT["google"][0] | {"delegated_scopes": list(READ_ONLY)}]
    seed.plant(signed_in, seed.DEFAULT | {"google": google})
    looks = DirectoryApi(settings(signed_in), CUSTOMER)
    writes = DirectoryApi(settings(signed_in), CUSTOMER, writes=True)

    assert "HR" == (looks.find_schema("HR", "HR") or {})["schemaName"]
    assert [person for person in looks.people("HR") if person.values]
    with pytest.raises(CredentialsError):
        writes.find_schema("HR", "HR")


def test_a_key_and_an_account_without_one_exclude_each_other(tmp_path: Path):
    with pytest.raises(ValueError, match="not both"):
        GoogleCredentials(file=str(tmp_path), service_account=address_of(CUSTOMER))
