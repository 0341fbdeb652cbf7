"""Add custom SAML app: four screens, one form a screen; FINISH makes the app.

Store: kind "google_draft", key "<customer>/<random>": what was typed so far.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from starlette.responses import Response

from sandbox.google import app_forms, certificates, idp_metadata, saml_apps
from sandbox.google.console import go

if TYPE_CHECKING:
    from sandbox.google.console import Visit

Document = dict[str, Any]

PATH = "/ac/apps/saml/new"


async def details(visit: Visit) -> Response:
    """Screen "App details"."""
    return visit.page("wizard_details", name="", description="")


async def save_details(visit: Visit) -> Response:
    """CONTINUE: begin a draft."""
    form = await visit.form()
    name, description = form.get("name", ""), form.get("description", "")
    if not name:
        typed = {"name": name, "description": description}
        return visit.page("wizard_details", 400, error="App name is required", **typed)
    certificate = certificates.all_of(visit.world, visit.customer)[0]["serial"]
    draft = secrets.token_urlsafe(12)
    document = {"name": name, "description": description, "certificate": certificate}
    _put(visit, draft, document)
    return go(f"{PATH}/{draft}/idp")


async def idp(visit: Visit) -> Response:
    """Screen "Google Identity Provider details"."""
    draft = _get(visit)
    if draft is None:
        return visit.missing()
    certificate = certificates.get(visit.world, visit.customer, draft["certificate"])
    return visit.page("wizard_idp", **idp_details(visit, certificate or {}))


def idp_details(visit: Visit, certificate: Document) -> Document:
    """What a person may copy instead of downloading the metadata."""
    return {
        "sso_url": idp_metadata.sso_url(visit.customer),
        "entity_id": idp_metadata.entity_id(visit.customer),
        "certificate": certificate["certificate"],
        "serial": certificate["serial"],
        "fingerprint": certificates.fingerprint(certificate),
    }


async def save_idp(visit: Visit) -> Response:
    """CONTINUE: nothing was typed."""
    return go(f"{PATH}/{visit.request.path_params['draft']}/sp")


async def service_provider(visit: Visit) -> Response:
    """Screen "Service provider details"."""
    draft = _get(visit)
    if draft is None:
        return visit.missing()
    return app_forms.service_provider_page(visit, draft, **_FOR_CONTINUE)


async def save_service_provider(visit: Visit) -> Response:
    """CONTINUE: the ACS URL must be https."""
    draft = _get(visit)
    if draft is None:
        return visit.missing()
    form = await visit.form()
    try:
        draft |= app_forms.read_service_provider(visit, form)
        saml_apps.check_service_provider(visit.world, visit.customer, draft)
    except saml_apps.AppRefusedError as refusal:
        return app_forms.service_provider_page(visit, draft, str(refusal), **_FOR_CONTINUE)
    _put(visit, visit.request.path_params["draft"], draft)
    return go(f"{PATH}/{visit.request.path_params['draft']}/mapping")


async def mapping(visit: Visit) -> Response:
    """Screen "Attribute mapping"."""
    draft = _get(visit)
    if draft is None or "acs_url" not in draft:
        return visit.missing()
    return app_forms.mapping_page(visit, draft, button="FINISH")


async def finish(visit: Visit) -> Response:
    """FINISH: the app exists, OFF for everyone."""
    draft = _get(visit)
    if draft is None or "acs_url" not in draft:
        return visit.missing()
    try:
        draft |= app_forms.read_mapping(visit, await visit.form())
        app = saml_apps.create(visit.world, visit.customer, visit.admin, draft)
    except saml_apps.AppRefusedError as refusal:
        return app_forms.mapping_page(visit, draft, str(refusal), button="FINISH")
    visit.world.store.delete("google_draft", _key(visit, visit.request.path_params["draft"]))
    return go(f"/ac/apps/saml/{app['spid']}")


async def metadata(visit: Visit) -> Response:
    """DOWNLOAD METADATA: GoogleIDPMetadata.xml."""
    content = idp_metadata.render(visit.world, visit.customer)
    disposition = f'attachment; filename="{idp_metadata.FILE_NAME}"'
    return Response(content, media_type="text/xml", headers={"Content-Disposition": disposition})


_FOR_CONTINUE: Document = {"button": "CONTINUE", "certificates": []}


def _key(visit: Visit, draft: str) -> str:
    return f"{visit.customer}/{draft}"


def _get(visit: Visit) -> Document | None:
    return visit.world.store.get("google_draft", _key(visit, visit.request.path_params["draft"]))


def _put(visit: Visit, draft: str, document: Document) -> None:
    visit.world.store.put("google_draft", _key(visit, draft), document)
