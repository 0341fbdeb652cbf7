"""taskrouter.twilio.com: the workspace of a Flex account and its workers. It routes no tasks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse, Response

from sandbox.twilio import configuration, forms, workers
from sandbox.twilio.credentials import authenticated
from sandbox.twilio.endpoints import Endpoint, application, parity
from sandbox.twilio.errors import (
    INVALID_PARAMETER,
    PRECONDITION_FAILED,
    TwilioError,
    not_found,
)
from sandbox.twilio.paging import page

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.types import ASGIApp

    from sandbox.twilio.accounts import Account
    from sandbox.world import World

Document = dict[str, Any]

HOST = "taskrouter.twilio.com"
_WORKSPACE = "/v1/Workspaces/{workspace_sid}"
_WORKER = _WORKSPACE + "/Workers/{sid}"
_IF_MATCH = "If-Match; the text of its refusal is inferred"
_LIST_PARAMETERS = frozenset({"FriendlyName", "PageSize", "Page", "PageToken"})

ENDPOINTS = [
    Endpoint("GET", _WORKSPACE, "workspace", "published spec", "the Flex workspace only"),
    Endpoint(
        "GET",
        _WORKSPACE + "/Workers",
        "list_workers",
        "published spec",
        "of the filters, FriendlyName",
    ),
    Endpoint("POST", _WORKSPACE + "/Workers", "create", "published spec", "always offline"),
    Endpoint("GET", _WORKER, "fetch", "published spec"),
    Endpoint("POST", _WORKER, "update", "published spec", "If-Match; the text of 412 is inferred"),
    Endpoint(
        "DELETE", _WORKER, "delete", "published spec", "If-Match; the text of 412 is inferred"
    ),
]

PARITY = parity(HOST, ENDPOINTS)


class TaskRouter:
    """Handlers, each named for the API's operation."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def workspace(self, request: Request) -> Response:
        account = self._account(request)
        url = f"{workers.URL}/{account.workspace_sid}"
        offline = self._offline_activity(account)
        made = configuration.read(self._world, account.account_sid)["date_created"]
        return JSONResponse(
            {
                "sid": account.workspace_sid,
                "account_sid": account.account_sid,
                "friendly_name": "Flex Task Assignment",
                "date_created": made,
                "date_updated": made,
                "default_activity_name": "Offline",
                "default_activity_sid": offline,
                "timeout_activity_name": "Offline",
                "timeout_activity_sid": offline,
                "event_callback_url": None,
                "events_filter": None,
                "multi_task_enabled": True,
                "prioritize_queue_order": "FIFO",
                "url": url,
                "links": {"workers": f"{url}/Workers"},
            }
        )

    async def list_workers(self, request: Request) -> Response:
        account = self._account(request)
        query = dict(request.query_params)
        unknown = sorted(query.keys() - _LIST_PARAMETERS)
        if unknown:
            what = f"The sandbox does not filter workers by {', '.join(unknown)}"
            raise TwilioError(400, INVALID_PARAMETER, what)
        found = workers.all_of(self._world, account.workspace_sid)
        if "FriendlyName" in query:
            named = workers.find(self._world, account.workspace_sid, query["FriendlyName"])
            found = [named] if named else []
        shown = [self._shown(account, worker) for worker in found]
        url = f"{workers.URL}/{account.workspace_sid}/Workers"
        return JSONResponse(page(shown, "sid", query, url, "workers"))

    async def create(self, request: Request) -> Response:
        account, form = self._account(request), await forms.form(request)
        attributes = _attributes(form.get("Attributes", "{}"))
        made = workers.create(self._world, account, form.get("FriendlyName", ""), attributes)
        return self._answer(account, made, 201)

    async def fetch(self, request: Request) -> Response:
        account = self._account(request)
        return self._answer(account, self._worker(account, request))

    async def update(self, request: Request) -> Response:
        account, form = self._account(request), await forms.form(request)
        worker = self._worker(account, request)
        _check_version(request, worker)
        changes: Document = {}
        if "Attributes" in form:
            changes["attributes"] = _attributes(form["Attributes"])
        if "FriendlyName" in form:
            changes["friendly_name"] = self._free_name(worker, form["FriendlyName"])
        return self._answer(account, workers.change(self._world, worker, **changes))

    async def delete(self, request: Request) -> Response:
        worker = self._worker(self._account(request), request)
        _check_version(request, worker)
        workers.delete(self._world, worker)
        return Response(status_code=204)

    def _account(self, request: Request) -> Account:
        """The caller's account, if the workspace is its own."""
        account = authenticated(self._world, request)
        if request.path_params["workspace_sid"] != account.workspace_sid:
            raise not_found(request.scope["path"])
        return account

    def _worker(self, account: Account, request: Request) -> Document:
        return workers.get(self._world, account.workspace_sid, request.path_params["sid"])

    def _free_name(self, worker: Document, name: str) -> str:
        holder = workers.find(self._world, worker["workspace_sid"], name)
        if not 0 < len(name) <= workers.NAME_LIMIT or (holder and holder["sid"] != worker["sid"]):
            raise TwilioError(400, INVALID_PARAMETER, f"FriendlyName {name} is taken or invalid")
        return name

    def _answer(self, account: Account, worker: Document, status: int = 200) -> Response:
        headers = {"ETag": _etag(worker)}
        return JSONResponse(self._shown(account, worker), status, headers=headers)

    def _shown(self, account: Account, worker: Document) -> Document:
        return workers.shown(worker, self._offline_activity(account))

    def _offline_activity(self, account: Account) -> str:
        document = configuration.read(self._world, account.account_sid)
        return str(document["taskrouter_offline_activity_sid"])


def create_app(world: World) -> ASGIApp:
    """The API."""
    return application(ENDPOINTS, TaskRouter(world))


def _attributes(text: str) -> Document:
    found = forms.parse_object(text)
    if found is None:
        raise TwilioError(400, INVALID_PARAMETER, "Attributes must be a JSON object")
    return found


def _etag(worker: Document) -> str:
    return f'"{worker["version"]}"'


def _check_version(request: Request, worker: Document) -> None:
    wanted = request.headers.get("if-match")
    if wanted not in {None, "*", _etag(worker), _etag(worker).strip('"')}:
        raise TwilioError(412, PRECONDITION_FAILED, "The worker has changed in the meantime")
