"""flex.twilio.com/<runtime domain>: the hosted Flex, as far as signing in goes.

Nobody signed in: a page with "Log in with SSO", which begins a login as the hosted UI does, with
PKCE (the verifier stays here). Somebody signed in: who it is, and their worker.
Store kind: "flex_pkce" by state: {"account_sid", "connection", "verifier", "nonce"}.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from starlette.responses import RedirectResponse, Response

from sandbox.twilio import accounts, configuration, legacy, pages, services, tokens, workers
from sandbox.twilio.endpoints import Endpoint, application, parity
from sandbox.twilio.errors import NO_CERTIFICATE, TwilioError

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.types import ASGIApp

    from sandbox.twilio.accounts import Account
    from sandbox.world import World

HOST = "flex.twilio.com"
STATE_COOKIE = "flex_state"

_PLAIN = "server-rendered: the hosted UI is an application of scripts, its calls are the same"
ENDPOINTS = [
    Endpoint("GET", "/{runtime_domain}", "landing", "seen in a real client", _PLAIN),
    Endpoint("GET", "/{runtime_domain}/login", "login", "inferred", "stands for a button's script"),
    Endpoint(
        "GET", "/{runtime_domain}/logout", "logout", "inferred", "stands for a button's script"
    ),
]
PARITY = parity(HOST, ENDPOINTS)


class Landing:
    """Handlers of the endpoints."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def landing(self, request: Request) -> Response:
        account = self._account(request)
        if account is None:
            return pages.missing("There is no Flex with this runtime domain.")
        query = request.query_params
        if "error" in query:
            return pages.page("error", 400, code=query["error"], message="Log in failed.", why="")
        if "code" in query:
            return self._finish(request, account)
        if "Token" in query:
            return self._keep_legacy_token(query["Token"], account)
        popup = configuration.has_login_popup(self._world, account.account_sid)
        session = tokens.session_of_request(self._world, request)
        if session is None or session["account_sid"] != account.account_sid:
            return pages.page("flex_sign_in", account=account, popup=popup)
        worker = workers.get(self._world, session["workspace_sid"], session["worker_sid"])
        return pages.page(
            "flex_landing", account=account, session=session, worker=worker, popup=popup
        )

    async def login(self, request: Request) -> Response:
        account = self._account(request)
        if account is None:
            return pages.missing("There is no Flex with this runtime domain.")
        try:
            if account.is_legacy:
                return RedirectResponse(self._begin_legacy(account), 302)
            return self._begin(account)
        except TwilioError as error:
            return _refused(error)

    async def logout(self, request: Request) -> Response:
        account = self._account(request)
        if account is None:
            return pages.missing("There is no Flex with this runtime domain.")
        tokens.forget(self._world, request.cookies.get(tokens.COOKIE, ""))
        return pages.drop_session(RedirectResponse(account.login_link, 303))

    def _begin(self, account: Account) -> Response:
        """Authentication/Config, then Authorize for the connection that is active."""
        listed = services.config_list(self._world, {"AccountSid": account.account_sid})
        active = next((one for one in listed if one["active"]), None)
        if active is None:
            raise TwilioError(
                403, NO_CERTIFICATE, "Invalid SSO Settings: no SSO connection is active"
            )
        verifier, state = secrets.token_urlsafe(48), secrets.token_urlsafe(24)
        query = {
            "redirectUrl": account.login_link,
            "nonce": secrets.token_hex(16),
            "codeChallenge": services.challenge(verifier),
            "state": state,
            "ssoProfileSid": active["connection_name"],
        }
        kept = {
            "account_sid": account.account_sid,
            "sso_profile_sid": query["ssoProfileSid"],
            "code_verifier": verifier,
            "nonce": query["nonce"],
        }
        self._world.store.put("flex_pkce", state, kept)
        response = RedirectResponse(f"{services.URL}/Authorize?{urlencode(query)}", 302)
        response.set_cookie(STATE_COOKIE, state, httponly=True, samesite="lax", path="/")
        return response

    def _begin_legacy(self, account: Account) -> str:
        asked = {"products": ["flex"], "resource": account.login_link}
        return legacy.authenticate(self._world, account, asked)

    def _finish(self, request: Request, account: Account) -> Response:
        """OAuth/Tokens, for a login that this browser began."""
        state = request.query_params.get("state", "")
        kept = self._world.store.get("flex_pkce", state)
        self._world.store.delete("flex_pkce", state)
        same_browser = secrets.compare_digest(
            request.cookies.get(STATE_COOKIE, "").encode(), state.encode()
        )
        if kept is None or not same_browser or kept["account_sid"] != account.account_sid:
            return pages.page(
                "error", 400, code="state", message="This login did not begin here.", why=""
            )
        try:
            token, _ = services.exchange_code(self._world, _exchange(request, kept))
        except TwilioError as error:
            return _refused(error)
        response = pages.keep_session(RedirectResponse(account.login_link, 303), token)
        response.delete_cookie(STATE_COOKIE, path="/")
        return response

    def _keep_legacy_token(self, token: str, account: Account) -> Response:
        session = tokens.session_of(self._world, token)
        if session is None or session["account_sid"] != account.account_sid:
            return pages.page("error", 401, code="Token", message="The token is not valid.", why="")
        return pages.keep_session(RedirectResponse(account.login_link, 303), token)

    def _account(self, request: Request) -> Account | None:
        domain = request.path_params["runtime_domain"]
        return accounts.account_of_domain(self._world.store, domain)


def _exchange(request: Request, kept: dict[str, Any]) -> dict[str, Any]:
    wanted = ("sso_profile_sid", "code_verifier", "nonce")
    return {"code": request.query_params["code"]} | {name: kept[name] for name in wanted}


def _refused(error: TwilioError) -> Response:
    return pages.page("error", error.status, code=error.code, message=error.message, why="")


def create_app(world: World) -> ASGIApp:
    """The application of flex.twilio.com."""
    return application(ENDPOINTS, Landing(world))
