"""Single sign-on (SSO) > Start setup: the wizard from legacy to enhanced SSO, and the way back.

Titles, labels and buttons are those of Twilio's "Flex SSO URL Migration Guide"; what they do is in
`sandbox.twilio.migration`. "Start setup" leads to the page where somebody stopped.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from starlette.responses import RedirectResponse, Response

from sandbox.twilio import forms, migration, sso_pages
from sandbox.twilio.accounts import connections_of, legacy_connection
from sandbox.twilio.sign_in import last_sign_in

if TYPE_CHECKING:
    from sandbox.twilio.accounts import Connection
    from sandbox.twilio.console import Visit
    from sandbox.twilio.migration import Migration

PATH = f"{sso_pages.PATH}/setup"


async def select(visit: Visit) -> Response:
    """Step 1, or the step where it was left."""
    begun = migration.of(visit.world, visit.account)
    if begun is not None:
        return _go(begun)
    if not migration.is_offered(visit.world, visit.account):
        return visit.page("missing", 404)
    return visit.page("setup_type")


async def start(visit: Visit) -> Response:
    """Step 1, Continue."""
    way = (await forms.form(visit.request)).get("setup_type", "")
    try:
        return _go(migration.start(visit.world, visit.account, way))
    except migration.RefusedError as refused:
        return visit.page("setup_type", 400, error=str(refused))


async def show(visit: Visit) -> Response:
    """The page of the step that the migration is at."""
    begun = migration.of(visit.world, visit.account)
    if begun is None or begun.step != visit.request.path_params["step"]:
        return RedirectResponse(sso_pages.PATH, 303)
    return _page(visit, begun)


async def save(visit: Visit) -> Response:
    """That page's button."""
    begun = migration.of(visit.world, visit.account)
    if begun is None or begun.step != visit.request.path_params["step"]:
        return RedirectResponse(sso_pages.PATH, 303)
    form = await forms.form(visit.request)
    try:
        if begun.step == migration.IDENTITY_PROVIDER:
            return _confirm(visit, form, begun)
        if begun.step == migration.DATA:
            return _save_data(visit, form, begun)
        return _go(migration.finish(visit.world, visit.account))
    except migration.RefusedError as refused:
        return _page(visit, begun, str(refused))


async def cancel(visit: Visit) -> Response:
    """Cancel setup, while nothing is live."""
    try:
        migration.cancel(visit.world, visit.account)
    except migration.RefusedError:
        return visit.page("missing", 404)
    return RedirectResponse(sso_pages.PATH, 303)


async def ask_switch(visit: Visit) -> Response:
    """Revert SSO connection; with two connections, a question."""
    begun = _switchable(visit)
    return _switch_page(visit, begun) if begun else visit.page("missing", 404)


async def switch(visit: Visit) -> Response:
    """Switch connection, or Confirm."""
    begun = _switchable(visit)
    if begun is None:
        return visit.page("missing", 404)
    if visit.account.is_legacy:
        migration.use_enhanced(visit.world, visit.account, begun)
    elif begun.way == migration.MODIFY and "confirmed" not in await forms.form(visit.request):
        return _switch_page(visit, begun, "Put the old values back first, then tick the box")
    else:
        migration.revert(visit.world, visit.account, begun)
    return RedirectResponse(sso_pages.PATH, 303)


def _confirm(visit: Visit, form: dict[str, str], begun: Migration) -> Response:
    if "confirmed" not in form:
        return _page(visit, begun, "Update your identity provider first, then tick the box")
    return _go(migration.confirm_identity_provider(visit.world, visit.account))


def _save_data(visit: Visit, form: dict[str, str], begun: Migration) -> Response:
    typed = replace(_connection(visit, begun), **sso_pages.typed_into(form))
    error = sso_pages.refusal(typed)
    if error:
        return _data_page(visit, typed, error)
    sso_pages.keep(visit, typed)
    return _go(migration.go_live(visit.world, visit.account, begun))


def _page(visit: Visit, begun: Migration, error: str = "") -> Response:
    status = 400 if error else 200
    if begun.step == migration.DATA:
        return _data_page(visit, _connection(visit, begun), error)
    if begun.step == migration.VALIDATE:
        tried = last_sign_in(visit.world, begun.account_sid, begun.connection)
        return visit.page("setup_validate", status, tried=tried, error=error)
    return visit.page(
        "identity_provider",
        status,
        title="Update your identity provider",
        connection=_connection(visit, begun),
        migrating=True,
        error=error,
    )


def _data_page(visit: Visit, typed: Connection, error: str = "") -> Response:
    title, action = "Enter identity provider data", f"{PATH}/{migration.DATA}"
    return sso_pages.form_page(visit, typed, error, title=title, action=action)


def _switch_page(visit: Visit, begun: Migration, error: str = "") -> Response:
    legacy = legacy_connection(visit.world.store, begun.account_sid)
    return visit.page("switch", 400 if error else 200, migration=begun, legacy=legacy, error=error)


def _switchable(visit: Visit) -> Migration | None:
    begun = migration.of(visit.world, visit.account)
    live = begun is not None and begun.step in {migration.VALIDATE, migration.FINISHED}
    return begun if live else None


def _connection(visit: Visit, begun: Migration) -> Connection:
    known = connections_of(visit.world.store, begun.account_sid)
    return next(one for one in known if one.name == begun.connection)


def _go(begun: Migration) -> Response:
    """To the page of the step that comes next."""
    path = sso_pages.PATH if begun.is_finished else f"{PATH}/{begun.step}"
    return RedirectResponse(path, 303)
