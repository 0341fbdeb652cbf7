"""flex-api.twilio.com: the Flex Configuration, its public part, Flex users, who a token is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse, Response

from sandbox.twilio import configuration, flex_users, forms, tokens
from sandbox.twilio.accounts import account_of_domain, find_account
from sandbox.twilio.credentials import authenticated, basic
from sandbox.twilio.endpoints import Endpoint, application, parity
from sandbox.twilio.errors import (
    INVALID_TOKEN,
    UNAUTHENTICATED,
    TwilioError,
    forbidden,
    invalid,
    not_found,
)
from sandbox.twilio.paging import page

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request
    from starlette.types import ASGIApp

    from sandbox.twilio.accounts import Account
    from sandbox.world import World

HOST = "flex-api.twilio.com"
_USERS = "/v1/Instances/{instance_sid}/Users"

ENDPOINTS = [
    Endpoint(
        "GET", "/v1/Configuration", "configuration", "published spec", "UiVersion changes nothing"
    ),
    Endpoint(
        "POST",
        "/v1/Configuration",
        "change_configuration",
        "documented",
        "whole keys; which keys are read-only is inferred but for flex_service_instance_sid",
    ),
    Endpoint(
        "GET", "/v1/Configuration/Public", "public", "seen in a real client", "no credentials"
    ),
    Endpoint("GET", _USERS, "users", "documented", "public beta"),
    Endpoint(
        "POST",
        "/v1/Accounts/{account_sid}/Tokens/Info",
        "token_info",
        "seen in a real client",
        "takes the client's stray ')'; what an unknown token gets is inferred",
    ),
]

PARITY = parity(HOST, ENDPOINTS)


class FlexApi:
    """Handlers, one an endpoint."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def configuration(self, request: Request) -> Response:
        account = authenticated(self._world, request)
        return JSONResponse(configuration.read(self._world, account.account_sid))

    async def change_configuration(self, request: Request) -> Response:
        account = authenticated(self._world, request)
        changes = await forms.json_object(request)
        return JSONResponse(configuration.write(self._world, account, changes))

    async def public(self, request: Request) -> Response:
        """By AccountSid or RuntimeDomain; of an account that is unknown, an empty list."""
        account = self._asked_for(request.query_params)
        found = [configuration.public(self._world, account)] if account else []
        url = f"{configuration.URL}/Public"
        return JSONResponse(page(found, "account_sid", request.query_params, url, "configurations"))

    async def users(self, request: Request) -> Response:
        account = authenticated(self._world, request)
        instance = request.path_params["instance_sid"]
        if instance != account.flex_instance_sid:
            raise not_found(request.scope["path"])
        users = flex_users.all_of(self._world, account.account_sid)
        url = f"https://{HOST}/v1/Instances/{instance}/Users"
        return JSONResponse(page(users, "flex_user_sid", request.query_params, url, "users"))

    async def token_info(self, request: Request) -> Response:
        """Of the `Token` in the form; the caller shows a token, or the account's credentials."""
        account_sid = request.path_params["account_sid"]
        self._refuse_strangers(request, account_sid)
        session = tokens.session_of(self._world, (await forms.form(request)).get("Token", ""))
        if session is None or session["account_sid"] != account_sid:
            raise TwilioError(401, INVALID_TOKEN, "Invalid Access Token")
        return JSONResponse(tokens.token_info(session) | {"permissions": []})

    def _asked_for(self, query: Mapping[str, str]) -> Account | None:
        if query.get("AccountSid"):
            return find_account(self._world.store, query["AccountSid"])
        if query.get("RuntimeDomain"):
            return account_of_domain(self._world.store, query["RuntimeDomain"])
        raise invalid("AccountSid or RuntimeDomain is required")

    def _refuse_strangers(self, request: Request, account_sid: str) -> None:
        user, password = basic(request)
        if user != "token":
            caller: Any = authenticated(self._world, request).account_sid
        else:
            caller = (tokens.session_of(self._world, password) or {}).get("account_sid")
        if caller is None:
            raise TwilioError(401, UNAUTHENTICATED, "Authenticate")
        if caller != account_sid:
            raise forbidden("The credentials belong to another account")


def create_app(world: World) -> ASGIApp:
    """The API."""
    return application(ENDPOINTS, FlexApi(world))
