"""Google's room served alone on loopback, and Google's own client against it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import google_auth_httplib2
import httplib2
import pytest
from google.oauth2 import service_account
from googleapiclient import discovery  # noqa: TID251  the vendor's client is the judge here
from googleapiclient.discovery_cache import get_static_doc  # noqa: TID251

from sandbox.google import room
from sandbox.world import Options, World
from tests.sandbox.google.browser import Browser
from tests.servers import one_room, served

CUSTOMER = "C01testing"
SCOPE = "https://www.googleapis.com/auth/"
SCOPES = (
    "admin.directory.user",
    "admin.directory.userschema",
    "admin.directory.group.readonly",
    "admin.directory.group.member",
    "admin.reports.audit.readonly",
)
WORKSPACE: dict[str, Any] = {
    "customer_id": CUSTOMER,
    "domain": "acme.example",
    "admin": "admin@acme.example",
    "users": [
        {"email": "ada@acme.example", "full_name": "Ada Lovelace", "org_unit": "/Support"},
        {"email": "grace@acme.example", "full_name": "Grace Hopper"},
        {"email": "emmy@acme.example", "full_name": "Emmy Noether", "suspended": True},
    ],
    "groups": [
        {
            "email": "agents@acme.example",
            "name": "agent",
            "members": ["grace@acme.example", "night@acme.example"],
        },
        {
            "email": "night@acme.example",
            "name": "night",
            "members": ["ada@acme.example", "emmy@acme.example", "temp@elsewhere.example"],
        },
    ],
    "schemas": [
        {
            "schemaName": "HR",
            "displayName": "HR",
            "fields": [{"fieldName": "Badge", "displayName": "Badge", "fieldType": "STRING"}],
        },
        {
            "schemaName": "Flex_Details",
            "displayName": "Flex Details",
            "fields": [
                {
                    "fieldName": "Roles",
                    "displayName": "Roles",
                    "fieldType": "STRING",
                    "multiValued": True,
                    "readAccessType": "ADMINS_AND_SELF",
                },
                {"fieldName": "Full_Name", "displayName": "Full Name", "fieldType": "STRING"},
                {"fieldName": "Since", "displayName": "Since", "fieldType": "DATE"},
                {"fieldName": "Lead", "displayName": "Lead", "fieldType": "BOOL"},
                {"fieldName": "Seat", "displayName": "Seat", "fieldType": "INT64"},
                {"fieldName": "Backup", "displayName": "Backup", "fieldType": "EMAIL"},
            ],
        },
    ],
    "values": {"ada@acme.example": {"HR": {"Badge": "B-1815"}}},
}

Client = Callable[..., Any]


@pytest.fixture(scope="session")
def google_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with served(tmp_path_factory.mktemp("google"), one_room(room)) as world:
        yield world


@pytest.fixture
def world(google_server: World) -> World:
    """A freshly planted Workspace with default options."""
    google_server.options = Options()
    google_server.set_clock(0)
    google_server.next_login_faults.clear()
    google_server.store.clear()
    with google_server.store.transaction():
        room.plant(google_server, WORKSPACE)
    return google_server


def key_file(world: World, customer: str = CUSTOMER) -> Path:
    return world.state_dir / "credentials" / f"google-{customer}.json"


@pytest.fixture
def client(world: World) -> Client:
    """`client("directory_v1", subject=…, scopes=…)`: google-api-python-client, unmodified."""

    def build(
        api: str = "directory_v1",
        subject: str | None = "admin@acme.example",
        scopes: tuple[str, ...] = SCOPES,
        customer: str = CUSTOMER,
    ) -> Any:
        document = json.loads(get_static_doc("admin", api))
        root = f"{world.base}/admin.googleapis.com/"
        document |= {"rootUrl": root, "mtlsRootUrl": root, "baseUrl": root}
        credentials = service_account.Credentials.from_service_account_file(
            key_file(world, customer), scopes=[SCOPE + s for s in scopes], subject=subject
        )
        http = google_auth_httplib2.AuthorizedHttp(credentials, http=httplib2.Http(timeout=10))
        return discovery.build_from_document(document, http=http)

    return build


@pytest.fixture
def directory(client: Client) -> Any:
    """The Directory API as the administrator."""
    return client()


@pytest.fixture
def browser(world: World) -> Iterator[Browser]:
    with Browser(world.base) as opened:
        yield opened
