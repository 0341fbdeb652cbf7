"""Web and mobile apps: the list, and the page of one custom SAML app with its sections."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.google import app_forms, app_wizard, certificates, groups, saml_apps, users
from sandbox.google.console import go

if TYPE_CHECKING:
    from starlette.responses import Response

    from sandbox.google.console import Visit

Document = dict[str, Any]


async def apps(visit: Visit) -> Response:
    """Web and mobile apps."""
    return visit.page("apps", apps=saml_apps.all_of(visit.world, visit.customer))


async def show(visit: Visit) -> Response:
    """The app's page."""
    app = _get(visit)
    if app is None:
        return visit.missing()
    held = certificates.get(visit.world, visit.customer, app["certificate"])
    held = held or certificates.all_of(visit.world, visit.customer)[0]
    return visit.page("app", app=app, **app_wizard.idp_details(visit, held))


async def access(visit: Visit) -> Response:
    """User access: everyone, an org unit, a group."""
    app = _get(visit)
    if app is None:
        return visit.missing()
    units = {user["orgUnitPath"] for user in users.all_of(visit.world, visit.customer)}
    return visit.page(
        "access",
        app=app,
        access=app["access"],
        units=sorted(units - {"/"}),
        groups=[group["email"] for group in groups.all_of(visit.world, visit.customer)],
    )


async def save_access(visit: Visit) -> Response:
    """SAVE for everyone, OVERRIDE for an org unit or a group."""
    app = _get(visit)
    if app is None:
        return visit.missing()
    form = await visit.form()
    state, changed = form.get("access", "OFF"), app["access"]
    if state not in {"ON", "OFF"}:
        return visit.missing()
    if form.get("org_unit"):
        changed["org_units"][form["org_unit"]] = state
    elif form.get("group"):
        changed["groups"][form["group"]] = state
    else:
        changed["everyone"] = state
    saml_apps.set_access(visit.world, visit.admin, app, changed)
    return go(f"/ac/apps/saml/{app['spid']}")


async def service_provider(visit: Visit) -> Response:
    """Service provider details."""
    app = _get(visit)
    if app is None:
        return visit.missing()
    return app_forms.service_provider_page(visit, app, **_for_save(visit))


async def save_service_provider(visit: Visit) -> Response:
    """SAVE."""
    app = _get(visit)
    if app is None:
        return visit.missing()
    form = await visit.form()
    changes: Document = {}
    try:
        changes = app_forms.read_service_provider(visit, form)
        changes |= app_forms.read_certificate(visit, form)
        saml_apps.change(visit.world, visit.admin, app, changes)
    except saml_apps.AppRefusedError as refusal:
        more = _for_save(visit)
        return app_forms.service_provider_page(visit, app | changes, str(refusal), **more)
    return go(f"/ac/apps/saml/{app['spid']}")


async def mapping(visit: Visit) -> Response:
    """SAML attribute mapping."""
    app = _get(visit)
    if app is None:
        return visit.missing()
    return app_forms.mapping_page(visit, app, button="SAVE")


async def save_mapping(visit: Visit) -> Response:
    """SAVE."""
    app = _get(visit)
    if app is None:
        return visit.missing()
    try:
        changes = app_forms.read_mapping(visit, await visit.form())
        saml_apps.change(visit.world, visit.admin, app, changes)
    except saml_apps.AppRefusedError as refusal:
        return app_forms.mapping_page(visit, app, str(refusal), button="SAVE")
    return go(f"/ac/apps/saml/{app['spid']}")


async def ask_delete(visit: Visit) -> Response:
    """Delete app: are you sure?"""
    app = _get(visit)
    return visit.page("delete", app=app) if app else visit.missing()


async def delete(visit: Visit) -> Response:
    """DELETE."""
    app = _get(visit)
    if app is None:
        return visit.missing()
    saml_apps.delete(visit.world, visit.admin, app)
    return go("/ac/apps/unified")


def _get(visit: Visit) -> Document | None:
    return saml_apps.get(visit.world, visit.customer, str(visit.request.path_params["spid"]))


def _for_save(visit: Visit) -> Document:
    held = certificates.all_of(visit.world, visit.customer)
    return {"button": "SAVE", "certificates": held}
