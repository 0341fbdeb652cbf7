"""Reports API activities.list: what its parameters select and refuse."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from googleapiclient.errors import HttpError  # noqa: TID251

from sandbox.clock import rfc3339_ms
from sandbox.google import activities
from sandbox.world import World
from tests.sandbox.google.conftest import CUSTOMER, Client

ADA = "ada@acme.example"
GRACE = "grace@acme.example"


@pytest.fixture
def log(world: World) -> World:
    """Four logins, a minute apart: ada, grace, ada, ada (who fails)."""
    names = ["login_success"] * 3 + ["login_failure"]
    for minute, (actor, name) in enumerate(zip([ADA, GRACE, ADA, ADA], names, strict=True)):
        world.set_clock(60 * minute)
        parameters = {"application_name": "Flex", "initiated_by": "sp" if minute else "idp"}
        event = {"type": "login", "name": name, "parameters": parameters}
        activities.record(world, CUSTOMER, "saml", actor, event)
    return world


def minutes(client: Client, log: World, user: str = "all", **query: Any) -> list[int]:
    """Which of the four logins are found, newest first, by their minute."""
    reports = client("reports_v1")
    arguments = {"userKey": user, "applicationName": "saml"} | query
    request = reports.activities().list(**arguments)
    found: list[str] = []
    while request is not None:
        page = request.execute()
        found += [item["id"]["time"] for item in page.get("items", [])]
        request = reports.activities().list_next(request, page)
    kept = sorted(a["id"]["time"] for a in log.store.page("google_activity"))
    return [kept.index(time) for time in found]


def moment(log: World, minute: float) -> str:
    start = log.clock.now() - log.clock.offset
    return rfc3339_ms(start + timedelta(minutes=minute))


def test_activities_come_newest_first_through_pages(client: Client, log: World) -> None:
    assert minutes(client, log, maxResults=3) == [3, 2, 1, 0]


@pytest.mark.parametrize(
    ("user", "query", "expected"),
    [
        (ADA, {}, [3, 2, 0]),
        (GRACE, {}, [1]),
        ("all", {"eventName": "login_failure"}, [3]),
        ("all", {"eventName": "login_success", "filters": "initiated_by==idp"}, [0]),
        ("all", {"eventName": "login_success", "filters": "initiated_by<>idp"}, [2, 1]),
        ("all", {"eventName": "login_success", "filters": "application_name==Other"}, []),
        ("all", {"applicationName": "drive"}, []),
        ("all", {"customerId": CUSTOMER, "applicationName": "admin"}, []),
    ],
)
def test_parameters_select(
    client: Client, log: World, user: str, query: dict[str, str], expected: list[int]
) -> None:
    assert minutes(client, log, user, **query) == expected


def test_start_and_end_time_bound_the_list(client: Client, log: World) -> None:
    start, end = moment(log, 0.5), moment(log, 2.5)

    assert minutes(client, log, startTime=start) == [3, 2, 1]
    assert minutes(client, log, startTime=start, endTime=end) == [2, 1]


def test_what_is_older_than_180_days_is_gone(client: Client, log: World) -> None:
    log.set_clock(180 * 86400 + 90)

    assert minutes(client, log) == [3, 2]


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"eventName": "login_sideways"}, 400),
        ({"startTime": "2026-13-01T00:00:00Z"}, 400),
        ({"startTime": "2026-02-01T00:00:00Z", "endTime": "2026-01-01T00:00:00Z"}, 400),
        ({"filters": "initiated_by==idp"}, 400),
        ({"eventName": "login_success", "filters": "initiated_by=idp"}, 400),
        ({"maxResults": 1001}, 400),
        ({"userKey": "nobody@acme.example"}, 400),
        ({"customerId": "C0another"}, 403),
    ],
)
def test_wrong_parameters_are_refused(
    client: Client, log: World, query: dict[str, Any], status: int
) -> None:
    with pytest.raises(HttpError) as caught:
        minutes(client, log, **query)

    assert caught.value.resp.status == status


def test_the_directorys_scope_does_not_open_the_reports(client: Client, world: World) -> None:
    reports = client("reports_v1", scopes=("admin.directory.user",))
    with pytest.raises(HttpError) as caught:
        reports.activities().list(userKey="all", applicationName="saml").execute()

    assert caught.value.error_details[0]["reason"] == "insufficientPermissions"


def test_an_activity_names_its_actor(client: Client, log: World) -> None:
    request = client("reports_v1").activities().list(userKey=GRACE, applicationName="saml")
    (item,) = request.execute()["items"]

    assert item["actor"]["email"] == GRACE
    assert item["id"]["applicationName"] == "saml"
    assert item["events"][0]["type"] == "login"
    assert not [name for name in item if name.startswith("_")]
