"""admin.google.com: the table of the console's pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.routing import Route

from sandbox.google import (
    account_page,
    app_page,
    app_wizard,
    certificate_page,
    console,
    people_pages,
    saml_log_page,
)
from sandbox.parity import Parity

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.responses import Response
    from starlette.types import ASGIApp

    from sandbox.google.console import Visit
    from sandbox.parity import Mark
    from sandbox.world import World

HOST = "admin.google.com"
_NEW = "/ac/apps/saml/new"
_APP = "/ac/apps/saml/{spid:int}"

_PAGES: list[tuple[str, str, Callable[[Visit], Awaitable[Response]], Mark, str]] = [
    ("GET", "/", app_page.apps, "inferred", "the apps, at once"),
    ("GET", "/ac/apps/unified", app_page.apps, "documented", "Web and mobile apps"),
    ("GET", _NEW, app_wizard.details, "documented", "App details"),
    ("POST", _NEW, app_wizard.save_details, "inferred", "the icon is not kept"),
    (
        "GET",
        _NEW + "/{draft}/idp",
        app_wizard.idp,
        "documented",
        "Google Identity Provider details",
    ),
    ("POST", _NEW + "/{draft}/idp", app_wizard.save_idp, "inferred", ""),
    ("GET", _NEW + "/{draft}/sp", app_wizard.service_provider, "documented", ""),
    ("POST", _NEW + "/{draft}/sp", app_wizard.save_service_provider, "inferred", ""),
    ("GET", _NEW + "/{draft}/mapping", app_wizard.mapping, "documented", "Attribute mapping"),
    ("POST", _NEW + "/{draft}/mapping", app_wizard.finish, "inferred", "reports CREATE_SAML2_…"),
    ("GET", "/ac/apps/saml/metadata", app_wizard.metadata, "documented", "GoogleIDPMetadata.xml"),
    ("GET", _APP, app_page.show, "inferred", ""),
    ("GET", _APP + "/access", app_page.access, "documented", "User access"),
    ("POST", _APP + "/access", app_page.save_access, "inferred", "log event only as an option"),
    ("GET", _APP + "/service-provider", app_page.service_provider, "documented", ""),
    (
        "POST",
        _APP + "/service-provider",
        app_page.save_service_provider,
        "inferred",
        "reports CHANGE_SAML2_…; OLD_VALUE and NEW_VALUE inferred",
    ),
    ("GET", _APP + "/mapping", app_page.mapping, "documented", "SAML attribute mapping"),
    ("POST", _APP + "/mapping", app_page.save_mapping, "inferred", ""),
    ("GET", _APP + "/delete", app_page.ask_delete, "documented", "Delete app"),
    ("POST", _APP + "/delete", app_page.delete, "inferred", "reports DELETE_SAML2_…"),
    ("GET", "/ac/accountsettings", account_page.settings, "documented", "address inferred"),
    ("GET", "/ac/customschema", people_pages.custom_attributes, "documented", ""),
    ("POST", "/ac/customschema", people_pages.add_category, "inferred", "blanks become _"),
    ("GET", "/ac/users", people_pages.people, "documented", ""),
    ("GET", "/ac/users/{email}", people_pages.person, "inferred", "User information"),
    ("POST", "/ac/users/{email}", people_pages.save_person, "inferred", ""),
    (
        "GET",
        "/ac/security/ssocert",
        certificate_page.show,
        "documented",
        "two certificates at most",
    ),
    (
        "GET",
        "/ac/security/ssocert/{serial}/pem",
        certificate_page.download,
        "inferred",
        "Download certificate",
    ),
    ("POST", "/ac/security/ssocert", certificate_page.add, "inferred", "Add certificate"),
    ("POST", "/ac/security/ssocert/delete", certificate_page.delete, "inferred", ""),
    ("GET", "/ac/reporting/audit/saml", saml_log_page.show, "documented", "address inferred"),
]

PARITY = [
    Parity(method, HOST, path.replace(":int", ""), mark, note)
    for method, path, _, mark, note in _PAGES
]


def create_app(world: World) -> ASGIApp:
    """The console."""
    routes = [
        Route(path, console.for_admin(world, handler), methods=[method])
        for method, path, handler, _, _ in _PAGES
    ]
    return Starlette(routes=[Route("/ac/choose", console.choose(world)), *routes])
