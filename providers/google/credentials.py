"""Who calls Google: a service account by its key, one without a key, or whoever ADC says.

Without a key (`credentials.google.service_account`): whoever application default credentials say
is here asks Google's IAM to sign for the service account (IAM Credentials API, `signJwt`), and the
signed claim gets a token as with a key, also one of domain-wide delegation. google-auth does all
of that; its addresses are fixed, so the transport moves them to where the endpoints say.
"""

from __future__ import annotations

import json
import os
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

from models.errors import CredentialsError, FlexSsoError, ImpersonationError, UnreachableError
from providers.plain_text import plain
from providers.settings import credentials_file

if TYPE_CHECKING:
    from collections.abc import Sequence

    from google.auth.exceptions import RefreshError

    from providers.settings import Settings

SCOPE = "https://www.googleapis.com/auth/"
SIGN_IN = (
    "https://oauth2.googleapis.com/",
    "https://iamcredentials.googleapis.com/",
    "https://sts.googleapis.com/",
)
CREATOR = "roles/iam.serviceAccountTokenCreator"


def transport(settings: Settings) -> Any:
    """An httplib2 transport that reaches Google's sign-in hosts where the endpoints say."""
    import httplib2  # noqa: PLC0415

    endpoints = settings.endpoints

    class AtEndpoint(httplib2.Http):  # type: ignore[misc]
        def request(self, uri: str, *args: Any, **kwargs: Any) -> Any:
            where = endpoints.url(uri) if uri.startswith(SIGN_IN) else uri
            return super().request(where, *args, **kwargs)

    return AtEndpoint(timeout=endpoints.timeout_seconds)


def credentials_of(settings: Settings, scopes: Sequence[str]) -> Any:
    """google-auth's credentials for these scopes and no more; no call is made yet.

    Raises CredentialsError if there are none.
    """
    from google.auth import exceptions  # noqa: PLC0415

    path = settings.credentials.google.file
    try:
        return _load(settings, [SCOPE + scope for scope in scopes])
    except (exceptions.GoogleAuthError, OSError, ValueError, TypeError, AttributeError) as error:
        raise CredentialsError(
            f"Google: no usable credentials ({path or 'application default credentials'}):"
            f" {str(error).splitlines()[0]}",
            hint="name a key file in tenant.credentials.google.file, or set up ADC"
            " (gcloud auth application-default login, or GOOGLE_APPLICATION_CREDENTIALS)",
        ) from None


def _load(settings: Settings, scopes: list[str]) -> Any:
    from google.oauth2 import service_account  # noqa: PLC0415

    source, admin = settings.credentials.google, settings.google_admin
    if source.service_account:
        return _without_key(source.service_account, scopes, admin)
    if source.file is None:
        found = _from_here(scopes)
    else:
        key = json.loads(credentials_file(Path(source.file)))
        found = service_account.Credentials.from_service_account_info(key, scopes=scopes)  # type: ignore[no-untyped-call]
    return found.with_subject(admin) if admin and hasattr(found, "with_subject") else found


def _without_key(account: str, scopes: list[str], admin: str | None) -> Any:
    from google.auth import impersonated_credentials  # noqa: PLC0415

    here = _from_here([SCOPE + "cloud-platform"])
    return impersonated_credentials.Credentials(  # type: ignore[no-untyped-call]
        here, target_principal=account, target_scopes=scopes, subject=admin
    )


def _from_here(scopes: Sequence[str]) -> Any:
    """Application default credentials.

    A login of gcloud's is read from its file: google.auth.default would run gcloud itself each
    time, half a second, to learn of a project that nobody asks for.
    """
    import google.auth  # noqa: PLC0415
    from google.auth import _cloud_sdk, environment_vars  # noqa: PLC0415
    from google.auth.credentials import with_scopes_if_required  # noqa: PLC0415

    login = _cloud_sdk.get_application_default_credentials_path()  # type: ignore[no-untyped-call]
    if environment_vars.CREDENTIALS in os.environ or not Path(login).is_file():
        return google.auth.default(scopes=scopes)[0]
    with warnings.catch_warnings(action="ignore", category=DeprecationWarning):
        found, _ = google.auth.load_credentials_from_file(login)  # type: ignore[no-untyped-call]
    return with_scopes_if_required(found, scopes)  # type: ignore[no-untyped-call]


# Refusals ----------------------------------------------------------------------------------------


def refused(error: RefreshError, doing: str) -> FlexSsoError:
    """Google's token server or IAM said no, or, while it can't say anything, that it can't."""
    text, answer = plain(str(error.args[0] if error.args else error)), _answer(error)
    reason = answer.get("error")
    if isinstance(reason, dict):
        return _refused_by_iam(reason, doing)
    if error.retryable or not isinstance(reason, str):
        return UnreachableError(
            f"Google's token server has no usable answer while {doing}: {text or 'nothing'}",
            hint="try again; nothing is lost, the next run goes on",
        )
    return CredentialsError(
        f"Google refuses the credentials while {doing}: {text}", hint=_hint(reason, text)
    )


def _hint(reason: str, text: str) -> str:
    if reason == "unauthorized_client":
        return (
            "enter the service account's client id and scopes under Security > Access and data"
            " control > API controls > Manage Domain Wide Delegation (up to 24 h to take effect)"
        )
    if "expired or revoked" in text:
        return "sign in again: gcloud auth application-default login"
    return "check the service account and the administrator to act as (tenant.google.admin)"


def _refused_by_iam(reason: dict[str, Any], doing: str) -> FlexSsoError:
    """IAM's errors are {"code", "message", "status", "details"}. Source: google.rpc.Status."""
    code, message = reason.get("code"), plain(str(reason.get("message") or ""))
    if not isinstance(code, int) or code >= 500 or code == 429:
        hint = "try again; nothing is lost, the next run goes on"
        return UnreachableError(f"Google's IAM answered {code} while {doing}: {message}", hint=hint)
    what = f"Google's IAM does not sign for the service account while {doing}: {message}"
    if "SERVICE_DISABLED" in repr(reason.get("details")):
        hint = "gcloud services enable iamcredentials.googleapis.com, in the account's project"
    elif code == 401:
        hint = "sign in again: gcloud auth application-default login"
    else:
        hint = f"give whoever is signed in here the role {CREATOR} on the service account"
    return ImpersonationError(what, hint=hint)


def _answer(error: RefreshError) -> dict[str, Any]:
    """What Google answered: OAuth 2.0's {"error": "…"} or IAM's {"error": {…}}; {} if neither."""
    answer = error.args[1] if len(error.args) > 1 else None
    if isinstance(answer, str):
        try:
            answer = json.loads(answer)
        except ValueError:
            return {}
    return answer if isinstance(answer, dict) else {}
