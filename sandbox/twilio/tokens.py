"""Who is signed in: access tokens, refresh tokens and the one-time codes that lead to them.

A real token is a JWE that only Twilio can read; here it is random text. Store kinds: "flex_session"
by access token, "flex_refresh" by refresh token, "flex_code" by code. A session is

    {"account_sid", "connection", "generation", "identity", "name_id", "email", "full_name",
     "roles", "worker_sid", "workspace_sid", "flex_user_sid", "flex_instance_sid", "realm_user_id",
     "signed_in_at", "expires_at", "ends_at": epoch seconds or null, "refresh_token"}
"""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sandbox.clock import rfc3339

if TYPE_CHECKING:
    from starlette.requests import Request

    from sandbox.world import World

Session = dict[str, Any]

TTL = 3600
CODE_TTL = 300
COOKIE = "flex_session"
_TOKEN_INFO = (
    "account_sid",
    "flex_instance_sid",
    "flex_user_sid",
    "identity",
    "name_id",
    "realm_user_id",
    "roles",
    "worker_sid",
)


def issue(world: World, session: Session) -> tuple[str, Session]:
    """An access token for the session, and the session as it is from now on."""
    now = world.clock.now().timestamp()
    ends_at = session.get("ends_at")
    refresh_token = session.get("refresh_token") or secrets.token_urlsafe(32)
    expires_at = now + TTL if ends_at is None else min(now + TTL, ends_at)
    made = session | {"refresh_token": refresh_token, "expires_at": expires_at}
    token = secrets.token_urlsafe(48)
    world.store.put("flex_session", token, made)
    world.store.put("flex_refresh", refresh_token, made)
    return token, made


def session_of(world: World, token: str) -> Session | None:
    """The session of an access token that is still good."""
    session = world.store.get("flex_session", token)
    if session is None or session["expires_at"] <= world.clock.now().timestamp():
        return None
    return session


def session_of_request(world: World, request: Request) -> Session | None:
    """By `Authorization: Bearer <access token>`, or by the cookie."""
    scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
    token = bearer if scheme.lower() == "bearer" else request.cookies.get(COOKIE, "")
    return session_of(world, token)


def refresh(world: World, refresh_token: str) -> tuple[str, Session] | None:
    """A new access token for the same session; None if the refresh token is unknown or over."""
    session = world.store.get("flex_refresh", refresh_token)
    ended = session is not None and (session.get("ends_at") or float("inf"))
    if session is None or ended <= world.clock.now().timestamp():
        return None
    return issue(world, session)


def forget(world: World, token: str) -> None:
    """Log out."""
    session = world.store.get("flex_session", token)
    if session is not None:
        world.store.delete("flex_session", token)
        world.store.delete("flex_refresh", session["refresh_token"])


def issue_code(world: World, session: Session, login: dict[str, Any]) -> str:
    """A code for what this login began with (code challenge, nonce, redirect address)."""
    code = secrets.token_urlsafe(32)
    until = world.clock.now().timestamp() + CODE_TTL
    world.store.put("flex_code", code, {"session": session, "login": login, "until": until})
    return code


def take_code(world: World, code: str) -> tuple[Session, dict[str, Any]] | None:
    """Session and login of a code, once and within five minutes."""
    found = world.store.get("flex_code", code)
    world.store.delete("flex_code", code)
    if found is None or found["until"] < world.clock.now().timestamp():
        return None
    return found["session"], found["login"]


def token_info(session: Session) -> dict[str, Any]:
    """The keys that OAuth/Tokens and Tokens/Info share."""
    expiration = rfc3339(datetime.fromtimestamp(session["expires_at"], UTC))
    return {name: session[name] for name in _TOKEN_INFO} | {"expiration": expiration}
