"""Console > Flex > Users and access > Single sign-on (SSO).

An enhanced account first sees page A ("Set up your identity provider"), which shows addresses with
a JQ sid minted at the first visit, then page B ("Set up your Twilio Flex SSO"); a legacy account
has one form, and from Flex UI 2.7 on the way to enhanced SSO (sandbox.twilio.migration_pages).
What is typed is kept as typed: a wrong certificate shows when somebody logs in.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from starlette.responses import RedirectResponse, Response

from sandbox.twilio import configuration, forms, migration
from sandbox.twilio.accounts import (
    Connection,
    connections_of,
    legacy_connection,
    save_connection,
)
from sandbox.world import new_sid

if TYPE_CHECKING:
    from sandbox.twilio.console import Visit

PATH = "/flex/users-and-access/sso"
_REQUIRED = {
    "certificate": "X.509 Certificate",
    "issuer": "Identity Provider Issuer",
    "sso_url": "Single Sign-On URL",
}
_ENHANCED_LABELS = {
    "friendly_name": "Friendly Name",
    **_REQUIRED,
    "default_redirect_url": "Default Redirect URL",
    "trusted_domains": "Trusted domains",
    "login_popup": "Login using popup",
}
_TITLES = {True: "Single sign-on (SSO)", False: "Set up your Twilio Flex SSO"}
_LEGACY_LABELS = {name: label.upper() for name, label in _ENHANCED_LABELS.items()} | {
    "friendly_name": "Friendly Name",
    "login_popup": "Login using Popup",
}


async def show(visit: Visit) -> Response:
    """The active connections; page A while there is none; the form of a legacy account."""
    begun = migration.of(visit.world, visit.account)
    known = connections_of(visit.world.store, visit.account.account_sid)
    if begun is not None and begun.step in {migration.VALIDATE, migration.FINISHED}:
        return visit.page("connections", connections=known, migration=begun)
    if visit.account.is_legacy:
        return form_page(visit, legacy_connection(visit.world.store, visit.account.account_sid))
    if any(connection.active for connection in known):
        return visit.page("connections", connections=known, migration=None)
    return _page_a(visit)


async def confirm(visit: Visit) -> Response:
    """Page A's "Save and Continue"."""
    form = await forms.form(visit.request)
    if visit.account.is_legacy:
        return visit.page("missing", 404)
    if "confirmed" not in form:
        return _page_a(visit, "Update your identity provider first, then tick the box")
    return RedirectResponse(f"{PATH}/{_draft(visit).name}", 303)


async def edit(visit: Visit) -> Response:
    """Page B, or the legacy form."""
    connection = _named(visit)
    return form_page(visit, connection) if connection else visit.page("missing", 404)


async def save(visit: Visit) -> Response:
    """Save: the connection is active from now on."""
    connection = _named(visit)
    if connection is None:
        return visit.page("missing", 404)
    typed = replace(connection, **typed_into(await forms.form(visit.request)))
    error = "" if typed.is_legacy else refusal(typed)
    if error:
        return form_page(visit, typed, error)
    in_use = typed.is_legacy == visit.account.is_legacy
    keep(visit, replace(typed, active=in_use))
    return RedirectResponse(PATH, 303)


def keep(visit: Visit, typed: Connection) -> None:
    """Save a form, and what its popup box does beyond it."""
    save_connection(visit.world.store, typed)
    if visit.world.options.popup_box_writes_configuration:
        account_sid = visit.account.account_sid
        configuration.set_login_popup(visit.world, account_sid, popup=typed.login_popup)


def _page_a(visit: Visit, error: str = "") -> Response:
    status = 400 if error else 200
    return visit.page("identity_provider", status, connection=_draft(visit), error=error)


def form_page(
    visit: Visit, connection: Connection, error: str = "", *, title: str = "", action: str = ""
) -> Response:
    """The form, with what is known in it; the wizard has another `title`, and path to post to."""
    return visit.page(
        "connection",
        400 if error else 200,
        connection=connection,
        labels=_LEGACY_LABELS if connection.is_legacy else _ENHANCED_LABELS,
        title=title or _TITLES[connection.is_legacy],
        action=action or f"{PATH}/{connection.name}",
        migration_offered=migration.is_offered(visit.world, visit.account),
        error=error,
    )


def _draft(visit: Visit) -> Connection:
    """The connection that waits for its page B, made now if there is none."""
    account_sid = visit.account.account_sid
    known = connections_of(visit.world.store, account_sid)
    drafts = (one for one in known if not one.active and not one.is_legacy)
    waiting = next(drafts, None)
    if waiting is None:
        waiting = Connection(account_sid, new_sid("JQ"))
        save_connection(visit.world.store, waiting)
    return waiting


def _named(visit: Visit) -> Connection | None:
    name = visit.request.path_params["name"]
    known = connections_of(visit.world.store, visit.account.account_sid)
    if visit.account.is_legacy:
        known.append(legacy_connection(visit.world.store, visit.account.account_sid))
    return next((connection for connection in known if connection.name == name), None)


def typed_into(form: dict[str, str]) -> dict[str, Any]:
    """A form's fields as those of a Connection."""
    texts = ("friendly_name", "certificate", "issuer", "sso_url", "default_redirect_url")
    domains = form.get("trusted_domains", "").splitlines()
    return {
        **{name: form.get(name, "").strip() for name in texts},
        "trusted_domains": [domain.strip() for domain in domains if domain.strip()],
        "login_popup": "login_popup" in form,
        "uses_iam": form.get("twilio_sso_url", "iam") == "iam",
    }


def refusal(typed: Connection) -> str:
    """What page B does not take, as it says so; empty if it takes all."""
    empty = [label for name, label in _REQUIRED.items() if not getattr(typed, name)]
    if empty:
        return f"{', '.join(empty)} required"
    if any("*" in domain for domain in typed.trusted_domains):
        return "Trusted domains may not hold wildcards"
    return ""
