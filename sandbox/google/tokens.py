"""oauth2.googleapis.com: access tokens for service accounts (RFC 7523), and who bears one.

Store: kind "google_key", key the private_key_id:
    {"customer", "client_email", "client_id", "public_key" (PEM), "scopes": granted by domain-wide
     delegation, "is_admin": an admin role on the service account itself}
kind "google_token", key SHA-256 of the token: {"customer", "email", "scopes", "is_robot", "ends"}.

The times in an assertion are held against real time, not the pretend world's: the client that
wrote them lives outside.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from sandbox.google import errors, users

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sandbox.world import World

GRANT_TYPE = "urn:ietf:params:oauth:grant-type:jwt-bearer"
AUDIENCES = ("https://oauth2.googleapis.com/token", "https://www.googleapis.com/oauth2/v4/token")
LIFETIME = 3600
SKEW = 300

_UNAUTHORIZED = (
    "Client is unauthorized to retrieve access tokens using this method,"
    " or client not authorized for any of the scopes requested."
)
_UNTIMELY = (
    "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe."
    " Check your iat and exp values in the JWT claim."
)


class GrantError(Exception):
    """The token endpoint's refusal: {"error", "error_description"}."""

    def __init__(self, status: int, error: str, description: str) -> None:
        super().__init__(description)
        self.status = status
        self.body = {"error": error, "error_description": description}


@dataclass(frozen=True)
class Caller:
    """Who makes a call: an administrator acted for, or the service account itself."""

    customer: str
    email: str
    scopes: frozenset[str]
    is_robot: bool
    is_admin: bool


def grant(world: World, form: Mapping[str, Any]) -> dict[str, Any]:
    """A token for a signed assertion. Raises GrantError."""
    header, claims, signed, signature = _parts(str(form.get("assertion", "")))
    key = _key(world, header, claims)
    _check_signature(key, header, signed, signature)
    _check_times(world, claims)
    if claims.get("aud") not in (*AUDIENCES, f"{world.base}/oauth2.googleapis.com/token"):
        raise GrantError(400, "invalid_grant", "Invalid JWT: audience is not this endpoint.")
    scopes = str(claims.get("scope", "")).split()
    if not scopes:
        raise GrantError(400, "invalid_scope", "Empty or missing scope not allowed.")
    email = _subject(world, key, claims.get("sub"), scopes)
    return issue(world, key["customer"], email, scopes, is_robot=email == key["client_email"])


def caller(world: World, authorization: str | None) -> Caller:
    """Who bears the token of an Authorization header. Raises 401."""
    if not authorization:
        raise errors.login_required()
    scheme, _, bearer = authorization.partition(" ")
    found = world.store.get("google_token", _digest(bearer.strip()))
    if scheme.lower() != "bearer" or not found or _real_now(world) > found["ends"]:
        raise errors.invalid_credentials()
    return Caller(
        customer=found["customer"],
        email=found["email"],
        scopes=frozenset(found["scopes"]),
        is_robot=found["is_robot"],
        is_admin=_is_admin(world, found),
    )


def _is_admin(world: World, found: dict[str, Any]) -> bool:
    if found["is_robot"]:
        keys = world.store.page("google_key")
        return any(k["is_admin"] for k in keys if k["client_email"] == found["email"])
    user = users.find(world, found["customer"], found["email"])
    return bool(user and user["isAdmin"] and not user["suspended"])


def _subject(world: World, key: dict[str, Any], subject: Any, scopes: list[str]) -> str:
    if not subject or subject == key["client_email"]:
        return str(key["client_email"])
    if users.find(world, key["customer"], str(subject)) is None:
        raise GrantError(400, "invalid_grant", "Invalid email or User ID")
    if not set(scopes) <= set(key["scopes"]):
        raise GrantError(401, "unauthorized_client", _UNAUTHORIZED)
    return str(subject)


def issue(
    world: World, customer: str, email: str, scopes: list[str], *, is_robot: bool
) -> dict[str, Any]:
    """An access token for somebody who was let in."""
    bearer = "ya29.sandbox-" + secrets.token_urlsafe(48)
    document = {
        "customer": customer,
        "email": email,
        "scopes": scopes,
        "is_robot": is_robot,
        "ends": _real_now(world) + LIFETIME,
    }
    world.store.put("google_token", _digest(bearer), document)
    return {"access_token": bearer, "expires_in": LIFETIME - 1, "token_type": "Bearer"}


def _parts(assertion: str) -> tuple[dict[str, Any], dict[str, Any], bytes, bytes]:
    try:
        head, body, tail = assertion.split(".")
        header, claims = json.loads(_unbase64(head)), json.loads(_unbase64(body))
        signature = _unbase64(tail)
    except (ValueError, binascii.Error):
        raise GrantError(400, "invalid_request", "Bad Request") from None
    if not isinstance(header, dict) or not isinstance(claims, dict):
        raise GrantError(400, "invalid_request", "Bad Request")
    return header, claims, f"{head}.{body}".encode(), signature


def _key(world: World, header: dict[str, Any], claims: dict[str, Any]) -> dict[str, Any]:
    key = world.store.get("google_key", str(header.get("kid", "")))
    if key and claims.get("iss") == key["client_email"]:
        return key
    if any(k["client_email"] == claims.get("iss") for k in world.store.page("google_key")):
        raise GrantError(400, "invalid_grant", "Invalid JWT Signature.")
    raise GrantError(400, "invalid_grant", "Invalid grant: account not found")


def _check_signature(
    key: dict[str, Any], header: dict[str, Any], signed: bytes, signature: bytes
) -> None:
    public = load_pem_public_key(key["public_key"].encode())
    try:
        if header.get("alg") != "RS256" or not isinstance(public, rsa.RSAPublicKey):
            raise InvalidSignature
        public.verify(signature, signed, padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature:
        raise GrantError(400, "invalid_grant", "Invalid JWT Signature.") from None


def _check_times(world: World, claims: dict[str, Any]) -> None:
    now = _real_now(world)
    issued, ends = claims.get("iat"), claims.get("exp")
    timely = (
        isinstance(issued, int | float)
        and isinstance(ends, int | float)
        and issued <= now + SKEW
        and now - SKEW <= ends <= issued + LIFETIME + SKEW
    )
    if not timely:
        raise GrantError(400, "invalid_grant", _UNTIMELY)


def _real_now(world: World) -> float:
    return (world.clock.now() - world.clock.offset).timestamp()


def _digest(bearer: str) -> str:
    return hashlib.sha256(bearer.encode()).hexdigest()


def _unbase64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
