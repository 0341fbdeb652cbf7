"""Who calls: an API key with its secret, or an Account SID with its auth token, over HTTP Basic."""

from __future__ import annotations

import base64
import binascii
import json
import os
import secrets
from typing import TYPE_CHECKING

from sandbox.twilio.accounts import all_accounts
from sandbox.twilio.errors import UNAUTHENTICATED, TwilioError

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.requests import Request

    from sandbox.twilio.accounts import Account
    from sandbox.world import World


def basic(request: Request) -> tuple[str, str]:
    """User and password of the Authorization header, empty if there is none that can be read.

    @twilio/flex-sdk writes a stray ")" behind the base64 text; it is let through, as Twilio does.
    """
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return "", ""
    try:
        text = base64.b64decode(value.strip().removesuffix(")"), validate=True).decode()
    except (ValueError, binascii.Error):
        return "", ""
    user, _, password = text.partition(":")
    return user, password


def authenticated(world: World, request: Request) -> Account:
    """The account whose credentials came along. Raises TwilioError 401 (code 20003)."""
    user, password = basic(request)
    for account in all_accounts(world.store):
        for name, secret in (
            (account.api_key, account.api_secret),
            (account.account_sid, account.auth_token),
        ):
            # Bytes, since compare_digest takes only ASCII as text.
            if user == name and secrets.compare_digest(password.encode(), secret.encode()):
                return account
    raise TwilioError(401, UNAUTHENTICATED, "Authenticate")


def write_file(world: World, account: Account) -> Path:
    """The API key's file, for this user's eyes only; returns its path."""
    folder = world.state_dir / "credentials"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"twilio-{account.account_sid}.json"
    content = {
        "account_sid": account.account_sid,
        "api_key": account.api_key,
        "api_secret": account.api_secret,
    }
    path.unlink(missing_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        json.dump(content, file, indent=2)
    return path
