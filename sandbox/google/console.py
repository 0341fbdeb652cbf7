"""The Admin console's frame: which administrator acts, and what every page gets to know."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from starlette.responses import RedirectResponse, Response

from sandbox.google import customers, pages

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request

    from sandbox.world import World

Document = dict[str, Any]

COOKIE = "google_admin"
URL = "https://admin.google.com"


@dataclass(frozen=True)
class Visit:
    """One request of an administrator."""

    world: World
    request: Request
    customer: str
    admin: str

    def page(self, template: str, status: int = 200, **context: Any) -> Response:
        """A page of the console."""
        known = {"admin": self.admin, "console": URL, "error": ""}
        return pages.page(template, status, **(known | context))

    async def form(self) -> dict[str, str]:
        """The text fields of a form, of either encoding; blanks around values are cut."""
        form = await self.request.form()
        return {k: v.strip() for k, v in form.multi_items() if isinstance(v, str)}

    def missing(self) -> Response:
        """404."""
        return self.page("missing", 404)


def go(path: str) -> Response:
    """After a form: to another page of the console."""
    return RedirectResponse(path, 303)


def for_admin(
    world: World, handler: Callable[[Visit], Awaitable[Response]]
) -> Callable[[Request], Awaitable[Response]]:
    """`handler` as an endpoint: with several Workspaces, an account is chosen first."""

    async def endpoint(request: Request) -> Response:
        if _comes_from_elsewhere(request):
            return Response("Forbidden: a form of another site\n", 403, media_type="text/plain")
        known = customers.all_of(world)
        chosen = customers.get(world, request.cookies.get(COOKIE, ""))
        if chosen is None and len(known) != 1:
            target = quote(request.scope["path"], safe="")
            return pages.page("choose", accounts=known, target=target, console=URL)
        customer = chosen or known[0]
        return await handler(Visit(world, request, customer["id"], customer["admin"]))

    return endpoint


def _comes_from_elsewhere(request: Request) -> bool:
    """True for a form that some other site in the same browser has sent."""
    origin = request.headers.get("origin")
    return bool(origin) and urlsplit(origin or "").netloc != request.headers.get("host")


def choose(world: World) -> Callable[[Request], Awaitable[Response]]:
    """GET /ac/choose?customer=…: remember which administrator acts; without one, forget it."""

    async def endpoint(request: Request) -> Response:
        customer = request.query_params.get("customer", "")
        target = request.query_params.get("continue", "")
        if customers.get(world, customer) is None:
            away = RedirectResponse("/ac/apps/unified", 303)
            away.delete_cookie(COOKIE, path="/")
            return away
        safe = target if target.startswith("/ac/") else "/ac/apps/unified"
        response = RedirectResponse(safe, 303)
        response.set_cookie(COOKIE, customer, httponly=True, samesite="lax", path="/")
        return response

    return endpoint
