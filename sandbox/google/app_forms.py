"""The two screens that wizard and app page share: service provider details, attribute mapping."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.google import attributes, certificates, groups, saml_apps
from sandbox.google.saml_apps import AppRefusedError

if TYPE_CHECKING:
    from starlette.responses import Response

    from sandbox.google.console import Visit

Document = dict[str, Any]

LEAST_ROWS = 8


def service_provider_page(visit: Visit, app: Document, error: str = "", **more: Any) -> Response:
    """`app` may be a draft that has no values yet."""
    blank = {
        "acs_url": "",
        "entity_id": "",
        "start_url": "",
        "signed_response": False,
        "name_id_format": "UNSPECIFIED",
        "name_id": "basic.primaryEmail",
    }
    return visit.page(
        "service_provider",
        400 if error else 200,
        app=blank | app,
        formats=list(saml_apps.NAME_ID_FORMATS),
        sources=attributes.labels(visit.world, visit.customer),
        error=error,
        **more,
    )


def read_service_provider(visit: Visit, form: dict[str, str]) -> Document:
    """The app's part that the form holds."""
    label = form.get("name_id", attributes.BASIC["basic.primaryEmail"])
    return {
        "acs_url": form.get("acs_url", ""),
        "entity_id": form.get("entity_id", ""),
        "start_url": form.get("start_url", ""),
        "signed_response": "signed_response" in form,
        "name_id_format": form.get("name_id_format", "UNSPECIFIED"),
        "name_id": _source(visit, label),
    }


def read_certificate(visit: Visit, form: dict[str, str]) -> Document:
    """Which certificate signs, if the form says so."""
    serial = form.get("certificate", "")
    if not serial:
        return {}
    if certificates.get(visit.world, visit.customer, serial) is None:
        raise AppRefusedError("There is no such certificate")
    return {"certificate": serial}


def mapping_page(visit: Visit, app: Document, error: str = "", **more: Any) -> Response:
    """Rows of Google Directory attributes and App attributes, and the group membership."""
    mapping = app.get("mapping", [])
    empty = {"source": "", "app_attribute": ""}
    spare = max(LEAST_ROWS - len(mapping), 2)
    return visit.page(
        "mapping",
        400 if error else 200,
        rows=[*mapping, *[empty] * spare],
        sources=attributes.labels(visit.world, visit.customer),
        membership=app.get("group_membership", {"groups": [], "app_attribute": ""}),
        error=error,
        **more,
    )


def read_mapping(visit: Visit, form: dict[str, str]) -> Document:
    """The app's mapping and group membership. Raises AppRefusedError."""
    rows: list[Document] = []
    numbers = sorted(int(n.partition("_")[2]) for n in form if n.startswith("attribute_"))
    for number in numbers:
        label, name = form.get(f"source_{number}", ""), form[f"attribute_{number}"]
        if bool(label) != bool(name):
            raise AppRefusedError(
                "Each row needs a Google Directory attribute and an App attribute"
            )
        if name:
            rows.append({"source": _source(visit, label), "app_attribute": name})
    names = [row["app_attribute"] for row in rows]
    if len(set(names)) != len(names):
        raise AppRefusedError("App attributes must differ from each other")
    return {"mapping": rows, "group_membership": _read_membership(visit, form)}


def _read_membership(visit: Visit, form: dict[str, str]) -> Document:
    emails = [email.strip().lower() for email in form.get("groups", "").split(",") if email.strip()]
    for email in emails:
        if groups.find(visit.world, visit.customer, email) is None:
            raise AppRefusedError(f"There is no group {email}")
    return {"groups": emails, "app_attribute": form.get("group_attribute", "")}


def _source(visit: Visit, label: str) -> str:
    found = attributes.source_of(visit.world, visit.customer, label)
    if found is None:
        raise AppRefusedError(f"There is no Google Directory attribute {label}")
    return found
