"""console.twilio.com: which account is open, and the way to Flex's single sign-on pages.

There is no sign-in: whoever opens the sandbox's Console may open every account of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from starlette.applications import Starlette
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from sandbox.parity import Parity
from sandbox.twilio import configuration, forms, migration_pages, pages, sso_pages
from sandbox.twilio.accounts import all_accounts, find_account
from sandbox.twilio.errors import TwilioError
from sandbox.twilio.forms import FormTooLargeError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request
    from starlette.types import ASGIApp

    from sandbox.parity import Mark
    from sandbox.twilio.accounts import Account
    from sandbox.world import World

HOST = "console.twilio.com"
URL = f"https://{HOST}"
COOKIE = "twilio_account"


@dataclass(frozen=True)
class Visit:
    """One request of somebody who has opened an account."""

    world: World
    request: Request
    account: Account

    def page(self, template: str, status: int = 200, **context: Any) -> Response:
        """A page of the Console."""
        known = {"account": self.account, "console": URL, "error": ""}
        return pages.page(f"console_{template}", status, **(known | context))


async def dashboard(visit: Visit) -> Response:
    """The account's own page."""
    return visit.page("dashboard")


async def overview(visit: Visit) -> Response:
    """Flex > Overview."""
    version = configuration.ui_version(visit.world, visit.account.account_sid)
    return visit.page("overview", ui_version=version)


async def users_and_access(visit: Visit) -> Response:
    """Flex > Users and access."""
    return visit.page("users_and_access")


async def release(visit: Visit) -> Response:
    """Flex > Release Management, as far as the version of Flex UI goes."""
    version = configuration.ui_version(visit.world, visit.account.account_sid)
    return visit.page("release", ui_version=version)


async def save_release(visit: Visit) -> Response:
    """Save: the same write as the Configuration API's."""
    version = (await forms.form(visit.request)).get("ui_version", "").strip()
    changes = {"account_sid": visit.account.account_sid, "ui_version": version}
    try:
        configuration.write(visit.world, visit.account, changes)
    except TwilioError as error:
        return visit.page("release", 400, ui_version=version, error=error.message)
    return RedirectResponse("/flex/overview", 303)


async def straight_to_sso(visit: Visit) -> Response:
    """The address that Twilio's own pages link."""
    del visit
    return RedirectResponse(sso_pages.PATH, 303)


STRAIGHT = "/us1/develop/flex/users-and-access/single-sign-on"
_SSO = sso_pages.PATH
_SETUP = migration_pages.PATH
_PAGES: list[tuple[str, str, Callable[[Visit], Awaitable[Response]], Mark, str]] = [
    ("GET", "/account", dashboard, "inferred", "Account SID and auth token"),
    ("GET", "/flex/overview", overview, "documented", "Log in with SSO"),
    ("GET", "/flex/users-and-access", users_and_access, "documented", ""),
    ("GET", STRAIGHT, straight_to_sso, "documented", "the page in the account opened last"),
    ("GET", _SSO, sso_pages.show, "documented", "mints the JQ sid at the first visit"),
    ("POST", _SSO, sso_pages.confirm, "documented", "I have updated my identity provider"),
    ("GET", _SETUP, migration_pages.select, "documented", "Select setup type"),
    ("POST", _SETUP, migration_pages.start, "documented", "Continue; needs Flex UI 2.7"),
    ("GET", _SETUP + "/{step}", migration_pages.show, "documented", "the wizard's other pages"),
    (
        "POST",
        _SETUP + "/{step}",
        migration_pages.save,
        "documented",
        "inferred: logins go by the new connection before Finish; Finish wants one (switch)",
    ),
    ("POST", _SSO + "/setup-cancel", migration_pages.cancel, "inferred", "Cancel setup"),
    ("GET", _SSO + "/switch", migration_pages.ask_switch, "documented", "Revert SSO connection"),
    (
        "POST",
        _SSO + "/switch",
        migration_pages.switch,
        "documented",
        "for 30 days after Finish; inferred: also between live and Finish",
    ),
    ("GET", "/flex/release-management", release, "inferred", "Flex UI version"),
    ("POST", "/flex/release-management", save_release, "inferred", "as the Configuration API"),
    ("GET", _SSO + "/{name}", sso_pages.edit, "documented", "Set up your Twilio Flex SSO"),
    ("POST", _SSO + "/{name}", sso_pages.save, "documented", "what is refused is inferred"),
]

PARITY = [
    Parity("GET", HOST, "/", "inferred", "the accounts, without a sign-in"),
    *(Parity(method, HOST, path, mark, note) for method, path, _, mark, note in _PAGES),
]


def create_app(world: World) -> ASGIApp:
    """The Console."""
    return Starlette(
        routes=[
            Route("/", _accounts(world)),
            Route("/open/{account_sid}", _open(world)),
            *(Route(path, _opened(world, act), methods=[verb]) for verb, path, act, *_ in _PAGES),
        ],
        exception_handlers={FormTooLargeError: _too_large},
    )


def _accounts(world: World) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        target = quote(_inside(request.query_params.get("continue", "")), safe="")
        known = all_accounts(world.store)
        return pages.page("console_accounts", accounts=known, target=target, console=URL)

    return endpoint


def _open(world: World) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        account_sid = request.path_params["account_sid"]
        if find_account(world.store, account_sid) is None:
            return RedirectResponse("/", 303)
        target = _inside(request.query_params.get("continue", ""))
        response = RedirectResponse(target, 303)
        response.set_cookie(COOKIE, account_sid, httponly=True, samesite="lax", path="/")
        return response

    return endpoint


def _opened(
    world: World, handler: Callable[[Visit], Awaitable[Response]]
) -> Callable[[Request], Awaitable[Response]]:
    """`handler` as an endpoint: without an open account, by way of the list of accounts."""

    async def endpoint(request: Request) -> Response:
        account = find_account(world.store, request.cookies.get(COOKIE, ""))
        if account is None:
            return RedirectResponse(f"/?continue={quote(request.scope['path'], safe='')}", 303)
        return await handler(Visit(world, request, account))

    return endpoint


def _inside(target: str) -> str:
    """Where to go once an account is open: a page of this Console, by default the account's own."""
    known = target.startswith(("/flex/", "/us1/"))
    return target if known else "/account"


async def _too_large(_request: Request, _error: Exception) -> Response:
    return Response("The form is larger than 256 kB.\n", 413, media_type="text/plain")
