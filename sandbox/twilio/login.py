"""login.flex.us1.twilio.com: Flex's identity broker, which speaks SAML to the provider.

/authorize sends people to the connection's Single Sign-On URL; /login/callback is the ACS URL;
/authorize/resume gives the code to whoever began the login.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from starlette.responses import RedirectResponse, Response

from sandbox.twilio import accounts, authn_request, callback, forms, pages, tokens, trust
from sandbox.twilio.claims import ClaimsError
from sandbox.twilio.endpoints import Endpoint, application, parity
from sandbox.twilio.errors import invalid
from sandbox.twilio.rejected import RejectedError

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.types import ASGIApp

    from sandbox.twilio.accounts import Account, Connection
    from sandbox.world import World

HOST = "login.flex.us1.twilio.com"

ENDPOINTS = [
    Endpoint(
        "GET",
        "/authorize",
        "authorize",
        "inferred",
        "302 to the Single Sign-On URL with a deflated AuthnRequest: its content is inferred",
    ),
    Endpoint(
        "POST",
        "/login/callback",
        "login_callback",
        "documented",
        "strict SAML; 302 with a relative Location as seen in a real client; error pages inferred;"
        " IdP-initiated: the documentation contradicts itself for Google (switch)",
    ),
    Endpoint("GET", "/authorize/resume", "resume", "inferred"),
]
PARITY = parity(HOST, ENDPOINTS)


class Login:
    """Handlers of the endpoints."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def authorize(self, request: Request) -> Response:
        key = request.query_params.get("state", "")
        login = self._world.store.get("flex_login", key)
        connection = accounts.find_connection(
            self._world.store, request.query_params.get("connection", "")
        )
        if login is None or connection is None or login["connection"] != connection.name:
            raise invalid("The login that this belongs to is unknown")
        return RedirectResponse(authn_request.send(self._world, connection, key), 302)

    async def login_callback(self, request: Request) -> Response:
        name = request.query_params.get("connection", "")
        form = await forms.form(request)
        try:
            account, connection = self._active(name)
            arrival = callback.arrive(self._world, account, connection, form)
        except (RejectedError, ClaimsError) as error:
            return pages.login_failed(self._world, error)
        if arrival.login is None:
            return self._let_in(account, connection, arrival)
        key = arrival.login["key"]
        self._world.store.put("flex_arrival", key, arrival.session)
        return RedirectResponse(f"/authorize/resume?{urlencode({'state': key})}", 302)

    async def resume(self, request: Request) -> Response:
        key = request.query_params.get("state", "")
        session = self._world.store.get("flex_arrival", key)
        login = self._world.store.get("flex_login", key)
        self._world.store.delete("flex_arrival", key)
        if session is None or login is None:
            raise invalid("The login that this belongs to is unknown")
        code = tokens.issue_code(self._world, session, login)
        query = urlencode({"code": code, "state": key})
        return RedirectResponse(f"{trust.SDK_CALLBACK}?{query}", 302)

    def _active(self, name: str) -> tuple[Account, Connection]:
        connection = accounts.find_connection(self._world.store, name)
        if connection is None or not connection.active:
            raise RejectedError("unknown_connection", f"It was '{name}'.")
        account = accounts.find_account(self._world.store, connection.account_sid)
        if account is None:
            raise RejectedError("unknown_connection", f"It was '{name}'.")
        return account, connection

    def _let_in(
        self, account: Account, connection: Connection, arrival: callback.Arrival
    ) -> Response:
        """A login that began at the provider lands on the default redirect URL."""
        token, _ = tokens.issue(self._world, arrival.session)
        target = connection.default_redirect_url or account.login_link
        return pages.keep_session(RedirectResponse(target, 303), token)


def create_app(world: World) -> ASGIApp:
    """The application of login.flex.us1.twilio.com."""
    return application(ENDPOINTS, Login(world))
