"""Somebody's own login for programs, as `gcloud auth application-default login` leaves it behind.

Store: kind "google_login", key SHA-256 of the refresh token: {"customer", "email", "client_id",
"client_secret"}. The file has the shape and the name that Google's clients look for, so a shell
with CLOUDSDK_CONFIG set to its folder is signed in.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from typing import TYPE_CHECKING, Any

from sandbox.google import tokens
from sandbox.google.customers import new_number

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from sandbox.world import World

GRANT_TYPE = "refresh_token"
FILE = "application_default_credentials.json"
GRANTED = (
    "openid",
    "https://www.googleapis.com/auth/userinfo.email",
    "https://www.googleapis.com/auth/cloud-platform",
)


def plant(world: World, customer: str, email: str) -> Path:
    """Let `email` have signed in; returns the file (mode 0600)."""
    refresh_token = "1//sandbox-" + secrets.token_urlsafe(48)
    login = {
        "client_id": f"{new_number()}-sandbox.apps.googleusercontent.com",
        "client_secret": "sandbox-" + secrets.token_urlsafe(18),
    }
    document = {"customer": customer, "email": email, **login}
    world.store.put("google_login", _digest(refresh_token), document)
    folder = world.state_dir / "gcloud" / customer
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / FILE
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        content = {"type": "authorized_user", "refresh_token": refresh_token, **login}
        json.dump(content, file, indent=2)
    return path


def grant(world: World, form: Mapping[str, Any]) -> dict[str, Any]:
    """A token for a refresh token (RFC 6749, 6). Raises GrantError."""
    login = world.store.get("google_login", _digest(str(form.get("refresh_token", ""))))
    if login is None:
        raise tokens.GrantError(400, "invalid_grant", "Token has been expired or revoked.")
    if any(form.get(name) != login[name] for name in ("client_id", "client_secret")):
        raise tokens.GrantError(401, "invalid_client", "The OAuth client was not found.")
    asked = str(form.get("scope") or "").split() or list(GRANTED)
    if not set(asked) <= set(GRANTED):
        raise tokens.GrantError(400, "invalid_scope", "Bad Request")
    issued = tokens.issue(world, login["customer"], login["email"], asked, is_robot=False)
    return {**issued, "scope": " ".join(asked)}


def _digest(refresh_token: str) -> str:
    return hashlib.sha256(refresh_token.encode()).hexdigest()
