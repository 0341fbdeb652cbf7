"""Google's API clients for one call: discovery document, endpoint, credentials, errors.

The document is the one shipped with google-api-python-client: its `rootUrl` decides where calls
and batches go (ClientOptions would move the calls only). Clients are built for each use, because
httplib2 is not safe between threads and the provider process has four.
"""

from __future__ import annotations

import json
from contextlib import contextmanager
from http.client import HTTPException
from pathlib import Path
from typing import TYPE_CHECKING, Any

from models.endpoints import Endpoints
from models.errors import CredentialsError, FlexSsoError, UnreachableError
from providers.google.answers import NotTheApiError, checked_builder
from providers.google.failures import translate
from providers.plain_text import plain
from providers.settings import credentials_file

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from google.auth.exceptions import RefreshError

    from providers.settings import Settings

NOT_THE_API = "does a proxy or a sign-in page of the network stand in between? Then try again"
SCOPE = "https://www.googleapis.com/auth/"


def build_service(
    settings: Settings, api: str, version: str, scopes: Sequence[str], http: Any = None
) -> Any:
    """A client of `api`, with credentials for `scopes` and no more (or those of `http`)."""
    from googleapiclient import discovery  # noqa: PLC0415, TID251  slow import, paid only when used
    from googleapiclient.discovery_cache import (  # noqa: PLC0415, TID251
        get_static_doc,
    )

    document = json.loads(get_static_doc(api, version))
    root = settings.endpoints.url(document["rootUrl"])
    document["rootUrl"] = document["mtlsRootUrl"] = root
    document["baseUrl"] = root + document["servicePath"]
    return discovery.build_from_document(
        document,
        http=http or authorized_http(settings, scopes),
        requestBuilder=checked_builder(document),
    )


def authorized_http(settings: Settings, scopes: Sequence[str]) -> Any:
    """An httplib2 transport that signs in as the tenant's credentials say."""
    import google_auth_httplib2  # noqa: PLC0415
    import httplib2  # noqa: PLC0415

    transport = httplib2.Http(timeout=settings.endpoints.timeout_seconds)
    return google_auth_httplib2.AuthorizedHttp(_credentials(settings, scopes), http=transport)


def another_transport(http: Any) -> Any:
    """A transport of its own for another thread, with the same credentials and token."""
    import google_auth_httplib2  # noqa: PLC0415
    import httplib2  # noqa: PLC0415

    transport = httplib2.Http(timeout=http.http.timeout)
    return google_auth_httplib2.AuthorizedHttp(http.credentials, http=transport)


def _credentials(settings: Settings, scopes: Sequence[str]) -> Any:
    from google.auth import exceptions  # noqa: PLC0415

    path = settings.credentials.google.file
    try:
        found = _load([SCOPE + scope for scope in scopes], path)
    except (exceptions.GoogleAuthError, OSError, ValueError, TypeError, AttributeError) as error:
        raise CredentialsError(
            f"Google: no usable credentials ({path or 'application default credentials'}):"
            f" {str(error).splitlines()[0]}",
            hint="name a key file in tenant.credentials.google.file, or set up ADC"
            " (GOOGLE_APPLICATION_CREDENTIALS)",
        ) from None
    if settings.google_admin and hasattr(found, "with_subject"):
        return found.with_subject(settings.google_admin)
    return found


def _load(scopes: list[str], path: str | None) -> Any:
    """A service account's key from `path`, or application default credentials."""
    import google.auth  # noqa: PLC0415
    from google.oauth2 import service_account  # noqa: PLC0415

    if path is None:
        return google.auth.default(scopes=scopes)[0]
    key = json.loads(credentials_file(Path(path)))
    return service_account.Credentials.from_service_account_info(key, scopes=scopes)  # type: ignore[no-untyped-call]


@contextmanager
def google_errors(doing: str, hint: str = Endpoints().hint) -> Iterator[None]:
    """Errors of Google's clients inside the block become ours; `doing` says what was tried."""
    import httplib2  # noqa: PLC0415
    from google.auth import exceptions  # noqa: PLC0415
    from googleapiclient.errors import HttpError  # noqa: PLC0415, TID251

    try:
        yield
    except HttpError as error:
        wait = error.resp.get("retry-after")
        raise translate(error.resp.status, error.content, doing, wait) from None
    except NotTheApiError as error:
        what = f"Google's answer is not one of its API's while {doing} ({error})"
        raise UnreachableError(what, hint=NOT_THE_API) from None
    except exceptions.RefreshError as error:
        raise _refused(error, doing) from None
    except (OSError, HTTPException, httplib2.HttpLib2Error, exceptions.TransportError) as error:
        why = plain(str(error)) or type(error).__name__
        raise UnreachableError(f"Google: no answer while {doing} ({why})", hint=hint) from None
    except (ValueError, TypeError, AttributeError) as error:
        if _is_ours(error):
            raise
        what = f"Google's answer can't be read while {doing} ({type(error).__name__})"
        raise UnreachableError(what, hint=NOT_THE_API) from None


def _is_ours(error: Exception) -> bool:
    """Whether our own code raised it: a mistake of ours is none of Google's answers."""
    trace = error.__traceback__
    while trace is not None:
        if "site-packages" in trace.tb_frame.f_code.co_filename:
            return False
        trace = trace.tb_next
    return True


def _refused(error: RefreshError, doing: str) -> FlexSsoError:
    """Google's token server said no, or, while it can't say anything, that it can't."""
    text = plain(str(error.args[0] if error.args else error))
    if error.retryable or not _names_a_reason(error):
        return UnreachableError(
            f"Google's token server has no usable answer while {doing}: {text or 'nothing'}",
            hint="try again; nothing is lost, the next run goes on",
        )
    hint = "check the service account and the administrator to act as (tenant.google.admin)"
    if "unauthorized_client" in repr(error.args):
        hint = (
            "enter the service account's client id and scopes under Security > Access and data"
            " control > API controls > Manage Domain Wide Delegation (up to 24 h to take effect)"
        )
    return CredentialsError(f"Google refuses the credentials while {doing}: {text}", hint=hint)


def _names_a_reason(error: RefreshError) -> bool:
    """OAuth 2.0 errors are {"error": "…"}; what is none comes from something in between."""
    answer = error.args[1] if len(error.args) > 1 else None
    return isinstance(answer, dict) and isinstance(answer.get("error"), str)
