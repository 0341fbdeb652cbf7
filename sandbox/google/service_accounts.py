"""A service account and its key file, as Google Cloud gives one to a developer."""

from __future__ import annotations

import json
import os
import secrets
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from sandbox.google.customers import new_number

if TYPE_CHECKING:
    from pathlib import Path

    from sandbox.world import World

SCOPE = "https://www.googleapis.com/auth/"
DELEGATED = (
    "admin.directory.user",
    "admin.directory.user.readonly",
    "admin.directory.userschema",
    "admin.directory.userschema.readonly",
    "admin.directory.group.readonly",
    "admin.directory.group.member",
    "admin.directory.group.member.readonly",
    "admin.reports.audit.readonly",
)


def address_of(customer: str) -> str:
    """The service account of a customer."""
    return f"flex-sso@{customer.lower()}.iam.gserviceaccount.com"


def plant(
    world: World, customer: str, *, scopes: tuple[str, ...] = DELEGATED, is_admin: bool = True
) -> Path:
    """Make an account with a key; returns the key file (mode 0600).

    `scopes` are those of its domain-wide delegation; `is_admin` gives it an administrator's role
    of its own, for calls that act for nobody.
    """
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    key_id, client_id = secrets.token_hex(20), new_number()
    email = address_of(customer)
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    document = {
        "customer": customer,
        "client_email": email,
        "client_id": client_id,
        "public_key": public.decode(),
        "scopes": [SCOPE + scope for scope in scopes],
        "is_admin": is_admin,
    }
    world.store.put("google_key", key_id, document)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    return _write_file(world, customer, key_id, private, email, client_id)


def _write_file(  # noqa: PLR0913  a key file has that many parts
    world: World, customer: str, key_id: str, private: str, email: str, client_id: str
) -> Path:
    folder = world.state_dir / "credentials"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"google-{customer}.json"
    content = {
        "type": "service_account",
        "project_id": f"sandbox-{customer.lower()}",
        "private_key_id": key_id,
        "private_key": private,
        "client_email": email,
        "client_id": client_id,
        "token_uri": f"{world.base}/oauth2.googleapis.com/token",
    }
    path.unlink(missing_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        json.dump(content, file, indent=2)
    return path
