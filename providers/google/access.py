"""What the tenant's Google credentials are, and which scopes they get: for `doctor`, read-only.

A token is asked for one scope at a time: with domain-wide delegation Google refuses a request that
holds a single scope too many, and does not say which.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from providers.google.credentials import credentials_of, transport
from providers.google.service import google_errors

if TYPE_CHECKING:
    from providers.settings import Settings

KINDS = {
    "google.oauth2.service_account": "service account key",
    "google.auth.impersonated_credentials": "service account without a key",
    "google.auth.compute_engine.credentials": "service account of this machine",
    "google.auth.external_account": "workload identity federation",
    "google.oauth2.credentials": "a user's own credentials",
}


class Identity(NamedTuple):
    """Who calls: `acts_as` is the administrator of domain-wide delegation, if there is one.

    `client_id` is what Google's page on delegation asks for; empty where it isn't known.
    """

    kind: str
    email: str
    client_id: str
    acts_as: str


def identity(settings: Settings) -> Identity:
    """Who the credentials belong to; no call is made. Raises CredentialsError if there are none."""
    found = credentials_of(settings, ("admin.directory.user.readonly",))
    info = getattr(found, "service_account_email", "") or getattr(found, "signer_email", "") or ""
    return Identity(
        kind=KINDS.get(type(found).__module__, type(found).__name__),
        email=str(info),
        client_id=_client_id(settings),
        acts_as=str(getattr(found, "_subject", None) or ""),
    )


def ask_for(settings: Settings, scope: str) -> None:
    """Get a token for this one scope. Raises CredentialsError or UnreachableError."""
    import google_auth_httplib2  # noqa: PLC0415

    request = google_auth_httplib2.Request(transport(settings))
    with google_errors(f"asking for the scope {scope}", settings.endpoints.hint):
        credentials_of(settings, (scope,)).refresh(request)


def _client_id(settings: Settings) -> str:
    """From the key file, where it stands in the clear."""
    import json  # noqa: PLC0415
    from pathlib import Path  # noqa: PLC0415

    path = settings.credentials.google.file
    try:
        return (
            str(json.loads(Path(path).read_text(encoding="utf-8")).get("client_id", ""))
            if path
            else ""
        )
    except (OSError, ValueError):
        return ""
