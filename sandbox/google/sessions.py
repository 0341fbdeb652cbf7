"""Who is signed in to Google in a browser: the cookie `google_session`.

Store: kind "google_session", key the cookie's value, value {"customer", "email", "at": seconds}.
The cookie `google_accounts` has the addresses that ever signed in there, for the account chooser.
"""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

from sandbox.google import users

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from sandbox.world import World

Document = dict[str, Any]

COOKIE = "google_session"
ACCOUNTS = "google_accounts"
MOST_ACCOUNTS = 10
FRESH_SECONDS = 30


class SignInRefusedError(Exception):
    """The text is what the sign-in page says."""


def current(world: World, request: Request) -> Document | None:
    """The session of this browser, if its user is still there and not suspended."""
    cookie = request.cookies.get(COOKIE)
    session = world.store.get("google_session", cookie) if cookie else None
    if session is None:
        return None
    user = users.find(world, session["customer"], session["email"])
    return session if user and not user["suspended"] else None


def accounts(world: World, request: Request) -> list[Document]:
    """Who signed in with this browser and is still there, the last one first."""
    session = current(world, request) or {}
    known = []
    for email in _addresses(request):
        user = users.find(world, users.customer_of(world, email) or "", email)
        if user is not None:
            signed_in = user["primaryEmail"] == session.get("email")
            known.append({"email": email, "name": user["name"]["fullName"], "signed_in": signed_in})
    return known


def _addresses(request: Request) -> list[str]:
    found = unquote(request.cookies.get(ACCOUNTS, "")).split(" ")
    return [email for email in found if email][:MOST_ACCOUNTS]


def is_fresh(world: World, session: Document) -> bool:
    """True if the user has signed in just now, as ForceAuthn wants it."""
    return bool(world.clock.now().timestamp() - session["at"] < FRESH_SECONDS)


def signed_in_at(session: Document) -> datetime:
    """The moment of the sign-in."""
    return datetime.fromtimestamp(session["at"], UTC)


def sign_in(world: World, email: str, request: Request, response: Response) -> None:
    """Begin a session for `email` and give `response` its cookies. Raises SignInRefusedError."""
    customer = users.customer_of(world, email)
    user = users.find(world, customer, email) if customer else None
    if user is None:
        raise SignInRefusedError("Couldn't find your Google Account")
    if user["suspended"]:
        raise SignInRefusedError("Your account has been suspended. Contact your administrator.")
    cookie = secrets.token_urlsafe(32)
    session = {
        "customer": customer,
        "email": user["primaryEmail"],
        "at": world.clock.now().timestamp(),
    }
    world.store.put("google_session", cookie, session)
    response.set_cookie(COOKIE, cookie, httponly=True, samesite="lax", path="/")
    others = [one for one in _addresses(request) if one != user["primaryEmail"]]
    listed = quote(" ".join([user["primaryEmail"], *others]))
    response.set_cookie(ACCOUNTS, listed, httponly=True, samesite="lax", path="/")
