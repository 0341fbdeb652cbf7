"""admin.googleapis.com/admin/reports/v1: activities.list, for the applications saml and admin.

Other applications that Google knows answer an empty list.
"""

from __future__ import annotations

import operator
import re
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING, Any

from sandbox.google import activities, errors, paging, users
from sandbox.google.contract import discovery_document
from sandbox.google.service import Api, Context, Operation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Document = dict[str, Any]

KEPT_SECONDS = 180 * 86400
EVENTS = {
    "saml": {"login_success", "login_failure"},
    "admin": {
        "CREATE_SAML2_SERVICE_PROVIDER_CONFIG",
        "DELETE_SAML2_SERVICE_PROVIDER_CONFIG",
        "CHANGE_SAML2_SERVICE_PROVIDER_CONFIG_ACS_ENDPOINT",
        "CHANGE_SAML2_SERVICE_PROVIDER_CONFIG_ENTITY_ID",
        "CREATE_APPLICATION_SETTING",
        "CHANGE_APPLICATION_SETTING",
        "DELETE_APPLICATION_SETTING",
        "TOGGLE_SERVICE_ENABLED",
    },
}

_FILTER = re.compile(r"([A-Za-z0-9_]+)(==|<>|<=|>=|<|>)(.*)")
_OPERATORS: dict[str, Callable[[str, str], bool]] = {
    "==": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def list_activities(context: Context) -> Document:
    """Newest first. An event name that the application does not have fails the whole call."""
    world, params = context.world, context.params
    _check(context)
    limit = int(params.get("maxResults", "1000"))
    found = list(islice(_matching(context), limit + 1))
    page = found[:limit]
    answer: Document = {"kind": "admin#reports#activities", "etag": paging.etag_of(page)}
    if page:
        answer["items"] = [activities.shown(activity) for activity in page]
    if len(found) > limit:
        answer["nextPageToken"] = paging.write(world, page[-1]["_key"])
    return answer


def _check(context: Context) -> None:
    params = context.params
    if params.get("customerId", context.customer) not in {context.customer, "my_customer"}:
        raise errors.not_authorized()
    if params["applicationName"] not in _application_names():
        raise errors.invalid("applicationName")
    name = params.get("eventName")
    if name and name not in EVENTS.get(params["applicationName"], {name}):
        raise errors.bad_request(f"Event name {name} not found in manifest.")
    if params.get("filters") and not name:
        raise errors.bad_request("filters need an eventName.")
    if (
        params["userKey"] != "all"
        and users.find(context.world, context.customer, params["userKey"]) is None
    ):
        raise errors.invalid("userKey")


def _application_names() -> set[str]:
    described = discovery_document("admin.reports_v1")["resources"]["activities"]["methods"]["list"]
    return set(described["parameters"]["applicationName"]["enum"])


def _matching(context: Context) -> Iterator[Document]:
    world, params = context.world, context.params
    start, end = _range(context)
    tests = [_filter(text) for text in params.get("filters", "").split(",") if text]
    after = paging.read(world, params.get("pageToken"))
    for activity in activities.newest_first(
        world, context.customer, params["applicationName"], after
    ):
        if not start <= activity["_time"] <= end or not _is_by(context, activity):
            continue
        event = activity["events"][0]
        if params.get("eventName", event["name"]) != event["name"]:
            continue
        values = {p["name"]: p["value"] for p in event["parameters"]}
        if all(test(values) for test in tests):
            yield activity


def _range(context: Context) -> tuple[float, float]:
    """Start and end in seconds: what was asked, what is still kept, what has already arrived."""
    now = context.world.clock.now().timestamp()
    start = _moment(context, "startTime", now - KEPT_SECONDS)
    end = _moment(context, "endTime", now)
    if start > end:
        raise errors.invalid("startTime")
    return max(start, now - KEPT_SECONDS), min(end, now - context.world.options.reports_delay)


def _moment(context: Context, name: str, default: float) -> float:
    text = context.params.get(name)
    if not text:
        return default
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise errors.invalid(name) from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _is_by(context: Context, activity: Document) -> bool:
    key = context.params["userKey"]
    actor = activity["actor"]
    return key == "all" or key.lower() in {actor["email"].lower(), actor["profileId"]}


def _filter(text: str) -> Callable[[dict[str, str]], bool]:
    found = _FILTER.fullmatch(text.strip())
    if not found:
        raise errors.invalid("filters")
    name, sign, wanted = found.groups()
    compare = _OPERATORS[sign]
    return lambda values: name in values and compare(values[name], wanted)


API = Api(
    "admin.reports_v1",
    [
        Operation(
            "reports.activities.list",
            list_activities,
            note="saml and admin (custom SAML apps) only; text of the eventName error inferred",
        )
    ],
)
