"""A world of many tenants, by Google's own client: nobody reaches another's data or quota."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from google.auth.exceptions import RefreshError
from google.oauth2 import service_account
from googleapiclient import discovery  # noqa: TID251  the vendor's client is the judge here
from googleapiclient.discovery_cache import get_static_doc  # noqa: TID251
from googleapiclient.errors import HttpError  # noqa: TID251

from cli import sandbox_server as server
from sandbox.many import account, fleet_seed, workspace
from tests.servers import free_port

QUOTA = 4
SCOPE = "https://www.googleapis.com/auth/admin.directory.user"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("world")


@pytest.fixture(scope="module")
def base(place: Path) -> Iterator[str]:
    """Three tenants, as `./flexsso sandbox up --tenants 3` makes them."""
    running = server.start(place, free_port(), reset=False, tenants=3)
    yield running.address
    server.stop(place, running)


def users(base: str, place: Path, number: int, of: int | None = None) -> Any:
    """Google's client with the key of tenant `number`, acting as the administrator of `of`."""
    owner, subject = workspace(number, 0), workspace(number if of is None else of, 0)
    document = json.loads(get_static_doc("admin", "directory_v1"))
    document["rootUrl"] = f"{base}/admin.googleapis.com/"
    credentials = service_account.Credentials.from_service_account_file(  # type: ignore[no-untyped-call]
        place / "credentials" / f"google-{owner['customer_id']}.json",
        scopes=[SCOPE],
        subject=subject["admin"],
    )
    return discovery.build_from_document(document, credentials=credentials).users()


def configuration(base: str, place: Path, number: int) -> httpx.Response:
    """Flex's configuration by the key of tenant `number`."""
    file = place / "credentials" / f"twilio-{account(number)['account_sid']}.json"
    key = json.loads(file.read_text(encoding="utf-8"))
    address = f"{base}/flex-api.twilio.com/v1/Configuration"
    return httpx.get(address, auth=(key["api_key"], key["api_secret"]))


def ask(people: Any, times: int) -> None:
    for _ in range(times):
        people.list(customer="my_customer").execute()


def test_each_key_opens_its_own_and_no_other(base: str, place: Path) -> None:
    for number in range(3):
        listed = users(base, place, number).list(customer="my_customer").execute()["users"]
        flex = configuration(base, place, number).json()

        assert {f"t{number:04d}.example"} == {
            one["primaryEmail"].partition("@")[2] for one in listed
        }
        assert 4 == len(listed)  # three people and the administrator
        assert account(number)["account_sid"] == flex["account_sid"]
        assert flex["runtime_domain"].startswith(f"t{number:04d}-falcon")
    with pytest.raises(RefreshError):
        users(base, place, 0, of=1).list(customer="my_customer").execute()


def test_each_has_a_quota_of_its_own(base: str, place: Path) -> None:
    """One that has used up its minute is refused; its neighbour is not slowed."""
    seed = fleet_seed(2, people=1, quota=QUOTA)
    httpx.post(f"{base}/_sandbox/reset", json=seed, timeout=60).raise_for_status()
    first, second = users(base, place, 0), users(base, place, 1)
    with pytest.raises(HttpError) as refused:
        ask(first, 10 * QUOTA)

    assert 403 == refused.value.resp.status
    ask(second, 1)
