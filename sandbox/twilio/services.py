"""services.twilio.com: discovery, the begin and the end of an enhanced login; and its twin
preview.twilio.com/Flex/Tokens. Shapes as @twilio/flex-sdk sends and reads them.

Store kind: "flex_login" by a random key: what a login began with.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from starlette.responses import JSONResponse, RedirectResponse, Response

from sandbox.twilio import accounts, forms, pages, tokens, trust
from sandbox.twilio.endpoints import Endpoint, application, parity
from sandbox.twilio.errors import BAD_TOKEN, UNTRUSTED_DOMAIN, TwilioError, invalid

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.types import ASGIApp

    from sandbox.twilio.accounts import Account, Connection
    from sandbox.twilio.tokens import Session
    from sandbox.world import World

HOST = "services.twilio.com"
URL = f"https://{HOST}/v1/Flex"
AUTHORIZE = "https://login.flex.us1.twilio.com/authorize"

ENDPOINTS = [
    Endpoint(
        "GET",
        "/v1/Flex/Authentication/Config",
        "config",
        "seen in a real client",
        "inferred: [] for an unknown or legacy account; inactive connections are listed (switch)",
    ),
    Endpoint(
        "GET",
        "/v1/Flex/Authorize",
        "authorize",
        "seen in a real client",
        "inferred: the error bodies for an unknown connection and an untrusted redirectUrl",
    ),
    Endpoint(
        "GET",
        "/v1/Flex/Authentication/Callback",
        "callback",
        "inferred",
        "takes the code of login.flex.us1 on to the redirectUrl",
    ),
    Endpoint("POST", "/v1/Flex/OAuth/Tokens", "oauth_tokens", "seen in a real client"),
]
PREVIEW_ENDPOINT = Endpoint(
    "POST", "/Flex/Tokens", "preview_tokens", "seen in a real client", "hosted Flex UI's exchange"
)
PARITY = parity(HOST, ENDPOINTS)


class Services:
    """Handlers of the endpoints."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def config(self, request: Request) -> Response:
        return JSONResponse({"config_list": config_list(self._world, dict(request.query_params))})

    async def authorize(self, request: Request) -> Response:
        return RedirectResponse(authorize(self._world, dict(request.query_params)), 302)

    async def callback(self, request: Request) -> Response:
        """The login named by `state` goes on where it began, with its code."""
        key, code = request.query_params.get("state", ""), request.query_params.get("code", "")
        login = self._world.store.get("flex_login", key)
        if login is None:
            raise invalid("Unknown state")
        if login["redirect_url"] == trust.SDK_CALLBACK:
            return pages.page("done", code=code)
        query = {"code": code} | ({"state": login["state"]} if login["state"] else {})
        joint = "&" if "?" in login["redirect_url"] else "?"
        return RedirectResponse(f"{login['redirect_url']}{joint}{urlencode(query)}", 302)

    async def oauth_tokens(self, request: Request) -> Response:
        asked = await forms.json_object(request)
        grant = asked.get("grant_type")
        if grant == "AuthorizationCode":
            token, session = exchange_code(self._world, asked)
        elif grant == "RefreshToken":
            token, session = _refreshed(self._world, asked)
        else:
            raise invalid("grant_type must be AuthorizationCode or RefreshToken")
        return JSONResponse(_token_answer(token, session))

    async def preview_tokens(self, request: Request) -> Response:
        form = await forms.form(request)
        named = {"code": "AuthCode", "code_verifier": "CodeVerifier", "nonce": "Nonce"}
        if form.get("ClientId") != client_id(self._world):
            raise invalid("Unknown ClientId")
        asked = {key: form.get(name, "") for key, name in named.items()}
        token, session = exchange_code(self._world, asked)
        return JSONResponse(tokens.token_info(session) | {"token": token})


def config_list(world: World, query: dict[str, str]) -> list[dict[str, Any]]:
    """The connections that fit all of the query; an empty value is an absent one."""
    asked = {name: value for name, value in query.items() if value}
    if not asked.keys() & {"AccountSid", "FlexInstanceSid", "RuntimeDomain", "SSOProfileSid"}:
        raise invalid("AccountSid, FlexInstanceSid, RuntimeDomain or SSOProfileSid is required")
    app_type = asked.get("AppType", "SinglePageApp")
    return [
        {
            "account_sid": account.account_sid,
            "instance_sid": account.flex_instance_sid,
            "connection_name": connection.name,
            "client_id": client_id(world),
            "active": connection.active,
            "app_type": app_type,
        }
        for account in accounts.all_accounts(world.store)
        for connection in accounts.connections_of(world.store, account.account_sid)
        if not connection.is_legacy
        and _fits(account, connection, asked)
        and (connection.active or world.options.lists_inactive_connections)
    ]


def authorize(world: World, query: dict[str, str]) -> str:
    """Where a login goes from here. Raises TwilioError 400."""
    connection = accounts.find_connection(world.store, query.get("ssoProfileSid", ""))
    if connection is None or not connection.active:
        raise invalid("ssoProfileSid names no active SSO connection")
    account = accounts.find_account(world.store, connection.account_sid)
    redirect_url = query.get("redirectUrl") or trust.SDK_CALLBACK
    if account is None or not trust.is_trusted(account, connection, redirect_url):
        raise TwilioError(400, UNTRUSTED_DOMAIN, f"Untrusted redirect URL {redirect_url}")
    if not query.get("codeChallenge") or not query.get("nonce"):
        raise invalid("codeChallenge and nonce are required")
    key = secrets.token_urlsafe(24)
    login = {
        "connection": connection.name,
        "redirect_url": redirect_url,
        "nonce": query["nonce"],
        "code_challenge": query["codeChallenge"],
        "state": query.get("state", ""),
    }
    world.store.put("flex_login", key, login)
    onward = {
        "response_type": "code",
        "client_id": client_id(world),
        "connection": connection.name,
        "redirect_uri": trust.SDK_CALLBACK,
        "state": key,
    }
    return f"{AUTHORIZE}?{urlencode(onward)}"


def exchange_code(world: World, asked: dict[str, Any]) -> tuple[str, Session]:
    """Access token and session for {"code", "code_verifier", "nonce", "sso_profile_sid"?}.

    Raises TwilioError 400; a code is used up by the first try, right or wrong.
    """
    found = tokens.take_code(world, str(asked.get("code", "")))
    if found is None:
        raise invalid("The code is unknown, used or too old")
    session, login = found
    if challenge(str(asked.get("code_verifier", ""))) != login["code_challenge"]:
        raise invalid("code_verifier does not fit the code challenge")
    if asked.get("nonce") != login["nonce"]:
        raise invalid("nonce is not the one of the login")
    if asked.get("sso_profile_sid", login["connection"]) != login["connection"]:
        raise invalid("sso_profile_sid is not the one of the login")
    return tokens.issue(world, session)


def challenge(verifier: str) -> str:
    """S256 of PKCE: base64url of the SHA-256, without padding."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def client_id(world: World) -> str:
    """One for all accounts, made at the first use."""
    known = world.store.get("flex_client", "id")
    if known is None:
        known = {"client_id": secrets.token_urlsafe(24)}
        world.store.put("flex_client", "id", known)
    return str(known["client_id"])


def _fits(account: Account, connection: Connection, asked: dict[str, str]) -> bool:
    values = {
        "AccountSid": account.account_sid,
        "FlexInstanceSid": account.flex_instance_sid,
        "RuntimeDomain": account.runtime_domain,
        "SSOProfileSid": connection.name,
    }
    return all(
        asked[name].removesuffix(".twil.io") == value
        for name, value in values.items()
        if name in asked
    )


def _refreshed(world: World, asked: dict[str, Any]) -> tuple[str, Session]:
    found = tokens.refresh(world, str(asked.get("refresh_token", "")))
    if found is None or asked.get("sso_profile_sid", "") not in {"", found[1]["connection"]}:
        raise TwilioError(401, BAD_TOKEN, "The refresh token is not valid")
    return found


def _token_answer(token: str, session: Session) -> dict[str, Any]:
    info = tokens.token_info(session)
    return {
        "access_token": token,
        "refresh_token": session["refresh_token"],
        "token_info": info,
        "access_token_expires_at": info["expiration"],
    }


def create_app(world: World) -> ASGIApp:
    """The application of services.twilio.com."""
    return application(ENDPOINTS, Services(world))
