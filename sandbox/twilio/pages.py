"""What Twilio's pages have in common: templates, links that can be opened, the session cookie."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.responses import Response

from sandbox.pages import link, page_of
from sandbox.twilio import saml_log
from sandbox.twilio.claims import ClaimsError
from sandbox.twilio.rejected import RejectedError
from sandbox.twilio.tokens import COOKIE, TTL

if TYPE_CHECKING:
    from sandbox.world import World


def page(template: str, status: int = 200, **context: Any) -> Response:
    """`twilio_<template>.html`."""
    return page_of("Twilio", template, status, context)


def login_failed(world: World, error: RejectedError | ClaimsError) -> Response:
    """The page for a login that came to nothing; a rejection is also logged beside the SAML."""
    saml_log.rejected(world, str(error.code), _explanation(error))
    message = error.message
    return page("error", 400, code=error.code, message=message, why=getattr(error, "why", ""))


def missing(what: str) -> Response:
    """404 for a person."""
    return page("error", 404, code=404, message=what, why="")


def keep_session(response: Response, token: str) -> Response:
    """Let the browser remember the access token, on all names of Flex if they are real ones."""
    domain = "twilio.com" if link("https://flex.twilio.com/").startswith("https:") else None
    response.set_cookie(
        COOKIE, token, max_age=TTL, domain=domain, httponly=True, samesite="lax", path="/"
    )
    return response


def drop_session(response: Response) -> Response:
    """Let the browser forget it."""
    domain = "twilio.com" if link("https://flex.twilio.com/").startswith("https:") else None
    response.delete_cookie(COOKIE, domain=domain, path="/")
    return response


def _explanation(error: RejectedError | ClaimsError) -> str:
    return error.why if isinstance(error, ClaimsError) else error.message
