"""accounts.google.com: sign-in and the SAML identity provider.

GET, POST /o/saml2/idp?idpid=…          SP-initiated: an AuthnRequest comes in
GET       /o/saml2/initsso?idpid=…&spid=…   IdP-initiated: an app is opened
GET, POST /signin/identifier            who are you?
GET       /Logout                       forget this browser
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from starlette.applications import Starlette
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from sandbox.google import authn_request, customers, login_faults, pages, sessions
from sandbox.google.sso import Refusal, SsoRequest, sign_on
from sandbox.parity import Parity

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.types import ASGIApp

    from sandbox.world import World

HOST = "accounts.google.com"
SIGN_IN = f"https://{HOST}/signin/identifier"

PARITY = [
    Parity("GET", HOST, "/o/saml2/idp", "documented", "HTTP-Redirect; Response like real samples"),
    Parity("POST", HOST, "/o/saml2/idp", "documented", "HTTP-POST; Response like real samples"),
    Parity("GET", HOST, "/o/saml2/initsso", "documented", "RelayState is the app's Start URL"),
    Parity(
        "GET",
        HOST,
        "/signin/identifier",
        "inferred",
        "account chooser, or an e-mail address; no password",
    ),
    Parity("POST", HOST, "/signin/identifier", "inferred", "suspended users are refused"),
    Parity("GET", HOST, "/Logout", "inferred"),
]


class Idp:
    """Handlers of the routes."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def idp(self, request: Request) -> Response:
        """An AuthnRequest by redirect, by form, or one that waited for a sign-in."""
        fields = await self._fields(request)
        customer = request.query_params.get("idpid", "")
        if "SAMLRequest" not in fields or customers.get(self._world, customer) is None:
            return _error_page(Refusal(403, "not_a_saml_app", "Not a SAML app."), customer, fields)
        try:
            asked = authn_request.decode(
                fields["SAMLRequest"], deflated=fields.get("binding") != "POST"
            )
        except authn_request.MalformedRequestError as error:
            refusal = Refusal(400, "malformed_request", f"Malformed SAMLRequest: {error}.")
            return _error_page(refusal, customer, fields)
        again = self._resumable(customer, fields)
        wanted = SsoRequest(customer, asked, None, fields.get("RelayState", ""))
        return self._answer(request, wanted, again, fields)

    async def initsso(self, request: Request) -> Response:
        """An app is opened from Google's side."""
        query = dict(request.query_params)
        customer = query.get("idpid", "")
        if customers.get(self._world, customer) is None:
            return _error_page(Refusal(403, "not_a_saml_app", "Not a SAML app."), customer, query)
        wanted = SsoRequest(
            customer,
            None,
            query.get("spid", ""),
            query.get("RelayState", ""),
            force_authn=query.get("forceauthn") == "true",
        )
        return self._answer(request, wanted, "/o/saml2/initsso?" + urlencode(query), query)

    async def ask_who(self, request: Request) -> Response:
        """The account chooser; for a browser that knows nobody, or on wish, the sign-in page."""
        target = request.query_params.get("continue", "")
        known = sessions.accounts(self._world, request)
        if known and "another" not in request.query_params:
            return pages.page("accounts", accounts=known, target=target, action=SIGN_IN)
        return _sign_in_page(target, "", "")

    async def sign_in(self, request: Request) -> Response:
        """An e-mail address was typed, or chosen."""
        form = await pages.limited_form(request)
        target, email = form.get("continue", ""), form.get("email", "").strip().lower()
        safe = target if target.startswith("/o/saml2/") else "/signin/identifier"
        response = RedirectResponse(safe, 303)
        try:
            sessions.sign_in(self._world, email, request, response)
        except sessions.SignInRefusedError as refusal:
            return _sign_in_page(target, email, str(refusal))
        return response

    async def log_out(self, _request: Request) -> Response:
        """Forget this browser's session; who it was stays in the account chooser."""
        response = RedirectResponse("/signin/identifier", 303)
        response.delete_cookie(sessions.COOKIE, path="/")
        return response

    async def _fields(self, request: Request) -> dict[str, str]:
        query = dict(request.query_params)
        if request.method == "POST":
            return query | await pages.limited_form(request) | {"binding": "POST"}
        waiting = self._world.store.get("google_waiting", query.get("waiting", ""))
        return query | {"binding": "Redirect"} | (waiting or {})

    def _resumable(self, customer: str, fields: dict[str, str]) -> str:
        """A path that brings the same AuthnRequest again, after a sign-in."""
        kept: dict[str, Any] = {
            k: fields[k] for k in ("SAMLRequest", "RelayState", "binding") if k in fields
        }
        key = secrets.token_urlsafe(16)
        self._world.store.put("google_waiting", key, kept)
        return f"/o/saml2/idp?idpid={quote(customer)}&waiting={key}"

    def _answer(
        self, request: Request, wanted: SsoRequest, again: str, fields: dict[str, str]
    ) -> Response:
        session = sessions.current(self._world, request)
        if wanted.needs_sign_in(self._world, session):
            return RedirectResponse(f"/signin/identifier?continue={quote(again, safe='')}", 303)
        try:
            posted = sign_on(self._world, wanted, session)
        except Refusal as refusal:
            return _error_page(refusal, wanted.customer, fields, again)
        except login_faults.UnknownFaultError as error:
            return Response(f"Sandbox: {error}\n", 400, media_type="text/plain")
        return pages.page("auto_post", action=pages.link(posted.acs_url), fields=posted.fields)


def _sign_in_page(target: str, email: str, error: str) -> Response:
    return pages.page("sign_in", target=target, email=email, error=error, action=SIGN_IN)


def _error_page(
    refusal: Refusal, customer: str, fields: dict[str, Any], again: str = ""
) -> Response:
    details = f"idpid={customer}"
    for name in ("SAMLRequest", "RelayState", "spid"):
        if fields.get(name):
            details += f" {name}={fields[name]}"
    retry = f"{SIGN_IN}?continue={quote(again, safe='')}" if again else ""
    context = {"error": refusal.error, "text": refusal.text, "details": details, "retry": retry}
    return pages.page("error", refusal.status, **context)


async def _too_large(_request: Request, _error: Exception) -> Response:
    refusal = Refusal(413, "request_too_large", "The form is larger than 256 kB.")
    return _error_page(refusal, "", {})


def create_app(world: World) -> ASGIApp:
    """The identity provider."""
    idp = Idp(world)
    return Starlette(
        routes=[
            Route("/o/saml2/idp", idp.idp, methods=["GET", "POST"]),
            Route("/o/saml2/initsso", idp.initsso),
            Route("/signin/identifier", idp.ask_who),
            Route("/signin/identifier", idp.sign_in, methods=["POST"]),
            Route("/Logout", idp.log_out),
        ],
        exception_handlers={pages.FormTooLargeError: _too_large},
    )
