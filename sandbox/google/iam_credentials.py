"""iamcredentials.googleapis.com: signing and tokens for a service account, without its key.

Requests are checked against Google's discovery document. Store: kind "google_iam", key the
account's e-mail address:
    {"customer", "token_creators": who has roles/iam.serviceAccountTokenCreator on it,
     "api_enabled": the IAM Service Account Credentials API of its project}
kind "google_managed_key", key the same: {"key_id", "private_key"}: the key pair that Google keeps
itself, made at the first use. Its public half is an ordinary "google_key".
"""

from __future__ import annotations

import base64
import json
import re
import secrets
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from starlette.applications import Starlette
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.google import contract, errors, tokens
from sandbox.parity import Parity

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request
    from starlette.types import ASGIApp

    from sandbox.world import World

HOST = "iamcredentials.googleapis.com"
METHODS = "iamcredentials.projects.serviceAccounts."
SCOPES = {"https://www.googleapis.com/auth/cloud-platform", "https://www.googleapis.com/auth/iam"}
LONGEST_JWT = 12 * 3600
LONGEST_TOKEN = 3600

_ACCOUNT = "/v1/projects/-/serviceAccounts/{email}"
_ORDER = "API enabled, then permission (the order is inferred); no delegation chains"
PARITY = [
    Parity("POST", HOST, f"{_ACCOUNT}:{verb}", "discovery", _ORDER)
    for verb in ("signJwt", "generateAccessToken")
]

Document = dict[str, Any]


class IamError(Exception):
    """A refusal: {"error": {"code", "message", "status", "details"?}}."""

    def __init__(self, code: int, status: str, message: str, reason: str = "", **about: str):
        super().__init__(message)
        self.code = code
        error: Document = {"code": code, "message": message, "status": status}
        if reason:
            kind = "type.googleapis.com/google.rpc.ErrorInfo"
            info = {"@type": kind, "reason": reason, "metadata": about}
            domain = "iam.googleapis.com" if reason.startswith("IAM_") else "googleapis.com"
            error["details"] = [info | {"domain": domain}]
        self.body = {"error": error}


def plant(world: World, customer: str, email: str, creators: list[str], *, enabled: bool) -> None:
    """Say who may sign as the account, and whether its project has the API."""
    document = {"customer": customer, "token_creators": creators, "api_enabled": enabled}
    world.store.put("google_iam", email, document)


def create_app(world: World) -> ASGIApp:
    """The two methods that keyless delegation uses."""

    def answering(verb: str, act: Callable[[World, str, Document], Document]) -> Route:
        async def endpoint(request: Request) -> Response:
            try:
                email = request.path_params["email"]
                return JSONResponse(act(world, email, await _body(world, request, verb, email)))
            except IamError as refusal:
                return JSONResponse(refusal.body, refusal.code)

        path = f"/v1/projects/{{project}}/serviceAccounts/{{email}}:{verb}"
        return Route(path, endpoint, methods=["POST"])

    return Starlette(
        routes=[answering("signJwt", sign_jwt), answering("generateAccessToken", access_token)]
    )


def sign_jwt(world: World, email: str, body: Document) -> Document:
    """Sign the claims of `payload` with the account's system-managed key."""
    try:
        claims = json.loads(body.get("payload") or "")
    except ValueError:
        claims = None
    if not isinstance(claims, dict):
        raise _invalid("Invalid JWT: payload is not a JSON object.")
    ends = claims.get("exp")
    if ends is not None and not (
        isinstance(ends, int) and time.time() <= ends <= time.time() + LONGEST_JWT
    ):
        raise _invalid("Invalid JWT: exp must be within 12 hours.")
    key = _managed_key(world, email)
    header = {"alg": "RS256", "kid": key["key_id"], "typ": "JWT"}
    signed = f"{_base64(json.dumps(header).encode())}.{_base64(body['payload'].encode())}"
    private = load_pem_private_key(key["private_key"].encode(), None)
    assert isinstance(private, rsa.RSAPrivateKey)  # noqa: S101  as _managed_key made it
    signature = private.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256())
    return {"keyId": key["key_id"], "signedJwt": f"{signed}.{_base64(signature)}"}


def access_token(world: World, email: str, body: Document) -> Document:
    """A token of the account itself: it acts for nobody."""
    scopes = body.get("scope") or []
    lifetime = re.fullmatch(r"(\d{1,6})s", body.get("lifetime") or "3600s")
    if not scopes:
        raise _invalid("Scope not provided.")
    if not lifetime or not 0 < int(lifetime[1]) <= LONGEST_TOKEN:
        raise _invalid("The access token lifetime cannot exceed 3600s.")
    customer = _policy(world, email)["customer"]
    issued = tokens.issue(world, customer, email, scopes, is_robot=True)
    ends = datetime.fromtimestamp(time.time() + int(lifetime[1]), UTC)
    return {
        "accessToken": issued["access_token"],
        "expireTime": ends.strftime("%Y-%m-%dT%H:%M:%SZ"),
    }


# What is checked before a method does anything ---------------------------------------------------


async def _body(world: World, request: Request, verb: str, email: str) -> Document:
    """The body, once caller, permission, API and shape are in order."""
    caller = _caller(world, request.headers.get("authorization"))
    _check_permission(world, caller, verb, email)
    if request.path_params["project"] != "-":
        raise _invalid("The project ID must be the wildcard character -.")
    try:
        body = json.loads(await request.body())
        contract.methods("iamcredentials.v1")[METHODS + verb].check_body(body)
    except ValueError:
        raise _invalid("Invalid JSON payload received.") from None
    except errors.GoogleError as error:
        raise _invalid(error.message) from None
    if body.get("delegates"):
        raise IamError(501, "UNIMPLEMENTED", "The sandbox has no delegation chains.")
    return {key: value for key, value in body.items() if value is not None}


def _caller(world: World, authorization: str | None) -> tokens.Caller:
    try:
        caller = tokens.caller(world, authorization)
    except errors.GoogleError as error:
        what = f"Request had invalid authentication credentials. {error.message}."
        raise IamError(401, "UNAUTHENTICATED", what) from None
    if not caller.scopes & SCOPES:
        what = "Request had insufficient authentication scopes."
        raise IamError(403, "PERMISSION_DENIED", what, "ACCESS_TOKEN_SCOPE_INSUFFICIENT")
    return caller


def _check_permission(world: World, caller: tokens.Caller, verb: str, email: str) -> None:
    policy = world.store.get("google_iam", email)
    if policy and not policy["api_enabled"]:
        raise IamError(
            403,
            "PERMISSION_DENIED",
            "IAM Service Account Credentials API has not been used in project"
            f" {_project(email)} before or it is disabled. Enable it by visiting"
            f" https://console.developers.google.com/apis/api/{HOST}/overview?project="
            f"{_project(email)} then retry. If you enabled this API recently, wait a few minutes"
            " for the action to propagate to our systems and retry.",
            "SERVICE_DISABLED",
            service=HOST,
            consumer=f"projects/{_project(email)}",
        )
    if policy is None or caller.email not in policy["token_creators"]:
        permission = "signJwt" if verb == "signJwt" else "getAccessToken"
        raise IamError(
            403,
            "PERMISSION_DENIED",
            f"Permission 'iam.serviceAccounts.{permission}' denied on resource"
            " (or it may not exist).",
            "IAM_PERMISSION_DENIED",
            permission=f"iam.serviceAccounts.{permission}",
        )


def _policy(world: World, email: str) -> Document:
    found = world.store.get("google_iam", email)
    assert found is not None  # noqa: S101  who has no policy has no permission
    return found


def _invalid(message: str) -> IamError:
    return IamError(400, "INVALID_ARGUMENT", message)


def _project(email: str) -> str:
    return email.partition("@")[2].removesuffix(".iam.gserviceaccount.com")


def _managed_key(world: World, email: str) -> Document:
    found = world.store.get("google_managed_key", email)
    if found:
        return found
    key, key_id = (
        rsa.generate_private_key(public_exponent=65537, key_size=2048),
        secrets.token_hex(20),
    )
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    account = next(k for k in world.store.page("google_key") if k["client_email"] == email)
    world.store.put("google_key", key_id, account | {"public_key": public.decode()})
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    made = {"key_id": key_id, "private_key": private}
    world.store.put("google_managed_key", email, made)
    return made


def _base64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
