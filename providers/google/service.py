"""Google's API clients for one call: discovery document, endpoint, credentials, errors.

The document is the one shipped with google-api-python-client: its `rootUrl` decides where calls
and batches go (ClientOptions would move the calls only). Clients are built for each use, because
httplib2 is not safe between threads and the provider process has four.
"""

from __future__ import annotations

import json
from contextlib import contextmanager
from http.client import HTTPException
from typing import TYPE_CHECKING, Any

from models.endpoints import Endpoints
from models.errors import UnreachableError
from providers.google.answers import NotTheApiError, checked_builder
from providers.google.credentials import credentials_of, refused, transport
from providers.google.failures import translate
from providers.plain_text import plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from providers.settings import Settings

NOT_THE_API = "does a proxy or a sign-in page of the network stand in between? Then try again"


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

    found = credentials_of(settings, scopes)
    return google_auth_httplib2.AuthorizedHttp(found, http=transport(settings))


def another_transport(settings: Settings, http: Any) -> Any:
    """A transport of its own for another thread, with the same credentials and token."""
    import google_auth_httplib2  # noqa: PLC0415

    return google_auth_httplib2.AuthorizedHttp(http.credentials, http=transport(settings))


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
        raise refused(error, doing) from None
    except (OSError, HTTPException, httplib2.HttpLib2Error, exceptions.TransportError) as error:
        why = plain(str(error)) or type(error).__name__
        raise UnreachableError(f"Google: no answer while {doing} ({why})", hint=hint) from None
    except (ValueError, TypeError, AttributeError, ArithmeticError, LookupError) as error:
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
