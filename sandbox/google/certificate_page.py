"""Security > Authentication > SSO with SAML applications: the Workspace's certificates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import Response

from sandbox.google import certificates, saml_apps
from sandbox.google.console import go

if TYPE_CHECKING:
    from sandbox.google.console import Visit


async def show(visit: Visit) -> Response:
    """The page."""
    return _page(visit)


async def download(visit: Visit) -> Response:
    """Download certificate: the PEM, without the key."""
    held = certificates.get(visit.world, visit.customer, visit.request.path_params["serial"])
    if held is None:
        return visit.missing()
    name = f"GoogleIDPCertificate-{held['not_after'][:10]}.pem"
    disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(held["certificate"], media_type="application/x-pem-file", headers=disposition)


async def add(visit: Visit) -> Response:
    """Add certificate: a second one; two is the most."""
    try:
        certificates.add(visit.world, visit.customer)
    except certificates.TooManyCertificatesError:
        return _page(visit, "There are two certificates already: delete one first")
    return go("/ac/security/ssocert")


async def delete(visit: Visit) -> Response:
    """Delete certificate: not one that an app uses."""
    serial = (await visit.form()).get("serial", "")
    used = {app["certificate"] for app in saml_apps.all_of(visit.world, visit.customer)}
    if serial in used or len(certificates.all_of(visit.world, visit.customer)) == 1:
        return _page(visit, "This certificate is in use")
    certificates.delete(visit.world, visit.customer, serial)
    return go("/ac/security/ssocert")


def _page(visit: Visit, error: str = "") -> Response:
    held = certificates.all_of(visit.world, visit.customer)
    rows = [(certificate, certificates.fingerprint(certificate)) for certificate in held]
    return visit.page("certificates", 400 if error else 200, rows=rows, error=error)
