"""Legacy SSO at iam.twilio.com/v1/Accounts/AC…, and its older twin preview.twilio.com/iam/….

The connection's radio button "TWILIO SSO URL" says which of the two is the ACS URL.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from starlette.responses import JSONResponse, RedirectResponse, Response

from sandbox.twilio import accounts, callback, forms, saml_signature, tokens, trust
from sandbox.twilio.claims import ClaimsError
from sandbox.twilio.credentials import authenticated
from sandbox.twilio.endpoints import Endpoint, application, parity
from sandbox.twilio.errors import (
    BAD_TOKEN,
    INVALID_TOKEN,
    NO_CERTIFICATE,
    SAML_REJECTED,
    UNTRUSTED_DOMAIN,
    TwilioError,
    invalid,
    not_found,
)
from sandbox.twilio.rejected import RejectedError
from sandbox.twilio.saml_log import rejected as log_rejected
from sandbox.twilio.services import PREVIEW_ENDPOINT, Services

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.requests import Request
    from starlette.types import ASGIApp

    from sandbox.twilio.accounts import Account, Connection
    from sandbox.world import World

IAM_HOST = "iam.twilio.com"
PREVIEW_HOST = "preview.twilio.com"


_STRICT = (
    "strict SAML; 401 with code 70004 as quoted in public; inferred: a login begun at the identity"
    " provider lands on a trusted RelayState, else on the default redirect URL"
)


def _endpoints(prefix: str) -> list[Endpoint]:
    metadata = "404: no published sample says what it holds"
    return [
        Endpoint("POST", f"{prefix}/authenticate", "authenticate", "seen in a real client"),
        Endpoint("POST", f"{prefix}/saml2", "saml2", "seen in a real client", _STRICT),
        Endpoint("GET", f"{prefix}/saml2/metadata", "metadata", "inferred", metadata),
        Endpoint("POST", f"{prefix}/Tokens/refresh", "refresh", "seen in a real client"),
        Endpoint("POST", f"{prefix}/Tokens/validate", "validate", "seen in a real client"),
    ]


IAM_ENDPOINTS = _endpoints("/v1/Accounts/{account_sid}")
PREVIEW_ENDPOINTS = [*_endpoints("/iam/Accounts/{account_sid}"), PREVIEW_ENDPOINT]
PARITY = [*parity(IAM_HOST, IAM_ENDPOINTS), *parity(PREVIEW_HOST, PREVIEW_ENDPOINTS)]


class Legacy(Services):
    """Handlers of the endpoints of both hosts."""

    async def authenticate(self, request: Request) -> Response:
        asked = await forms.json_object(request)
        account = self._account(request)
        location = authenticate(self._world, account, asked)
        return JSONResponse({"location": location})

    async def saml2(self, request: Request) -> Response:
        account = self._account(request)
        connection = accounts.legacy_in_use(self._world.store, account)
        form = await forms.form(request)
        try:
            arrival = callback.arrive(self._world, account, connection, form)
        except RejectedError as error:
            log_rejected(self._world, error.code, error.message)
            message = f"authentication failed: {error.message}"
            raise TwilioError(401, SAML_REJECTED, message) from None
        except ClaimsError as error:
            log_rejected(self._world, str(error.code), error.why)
            raise TwilioError(400, error.code, error.message) from None
        target = _target(account, connection, arrival, form.get("RelayState", ""))
        return RedirectResponse(self._with_token(target, arrival), 303)

    async def metadata(self, request: Request) -> Response:
        raise not_found(request.scope["path"])

    async def refresh(self, request: Request) -> Response:
        asked = await forms.json_object(request)
        session = tokens.session_of(self._world, str(asked.get("token", "")))
        if session is None or session["account_sid"] != request.path_params["account_sid"]:
            raise TwilioError(401, BAD_TOKEN, "The token is not valid")
        token, session = tokens.issue(self._world, session)
        return JSONResponse(tokens.token_info(session) | {"token": token})

    async def validate(self, request: Request) -> Response:
        account = authenticated(self._world, request)
        asked = await forms.json_object(request)
        session = tokens.session_of(self._world, str(asked.get("token", "")))
        path_sid = request.path_params["account_sid"]
        if session is None or not session["account_sid"] == account.account_sid == path_sid:
            answer = {"valid": False, "code": INVALID_TOKEN, "message": "Invalid Access Token"}
            return JSONResponse(answer)
        info = tokens.token_info(session)
        wanted = ("expiration", "realm_user_id", "identity", "roles", "worker_sid")
        good = {"valid": True, "code": 0, "message": None}
        return JSONResponse(good | {name: info[name] for name in wanted})

    def _account(self, request: Request) -> Account:
        account = accounts.find_account(self._world.store, request.path_params["account_sid"])
        if account is None:
            raise not_found(request.scope["path"])
        return account

    def _with_token(self, target: str, arrival: callback.Arrival) -> str:
        token, session = tokens.issue(self._world, arrival.session)
        query = [
            ("Token", token),
            ("Identity", session["identity"]),
            *(("Roles", role) for role in session["roles"]),
            ("Expiration", tokens.token_info(session)["expiration"]),
            ("flexUserSid", session["flex_user_sid"]),
        ]
        return f"{target}{'&' if '?' in target else '?'}{urlencode(query)}"


def authenticate(world: World, account: Account, asked: dict[str, Any]) -> str:
    """Where a legacy login goes, for {"products": ["flex"], "resource": URL}.

    Raises TwilioError 403 (code 70251) without a usable certificate, 400 (code 70002) for a
    resource that is not trusted.
    """
    connection = accounts.legacy_in_use(world.store, account)
    if asked.get("products") != ["flex"] or not isinstance(asked.get("resource"), str):
        raise invalid('products must be ["flex"], and resource a URL')
    try:
        saml_signature.pinned_certificate(connection.certificate)
    except RejectedError:
        realm = "JB" + account.account_sid[2:]
        message = f"no valid certificate for identity realm {realm}"
        raise TwilioError(403, NO_CERTIFICATE, message) from None
    if not trust.is_trusted(account, connection, asked["resource"]):
        raise TwilioError(400, UNTRUSTED_DOMAIN, f"Untrusted domain {asked['resource']}")
    login = {"redirect_url": asked["resource"]}
    return callback.begin(world, connection, secrets.token_urlsafe(24), login)


def _target(
    account: Account, connection: Connection, arrival: callback.Arrival, relay_state: str
) -> str:
    """Where a login began; if at the provider, a trusted RelayState or the default redirect."""
    if arrival.login is not None:
        return str(arrival.login["redirect_url"])
    if trust.is_trusted(account, connection, relay_state):
        return relay_state
    return connection.default_redirect_url or account.login_link


def _app(endpoints: Sequence[Endpoint], world: World) -> ASGIApp:
    return application(endpoints, Legacy(world))


def create_iam_app(world: World) -> ASGIApp:
    """The application of iam.twilio.com."""
    return _app(IAM_ENDPOINTS, world)


def create_preview_app(world: World) -> ASGIApp:
    """The application of preview.twilio.com."""
    return _app(PREVIEW_ENDPOINTS, world)
